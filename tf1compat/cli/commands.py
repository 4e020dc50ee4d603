"""The commands: parse, call, print, exit status."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tf1compat import pipeline
from tf1compat.cli.arguments import planning_defaults
from tf1compat.cli.files import read_feeds, write_arrays, write_text
from tf1compat.cli.terminal import Progress, UsageError
from tf1compat.errors import PlanError
from tf1compat.plan import document as plan_document
from tf1compat.plan.model import MigrationPlan
from tf1compat.quiet import quiet_tensorflow
from tf1compat.report import comparison as comparison_report
from tf1compat.report import inspection as inspection_report
from tf1compat.report import migration as migration_report
from tf1compat.report import plan as plan_report
from tf1compat.report import prediction as prediction_report
from tf1compat.report import render
from tf1compat.report.document import Document
from tf1compat.report.inspection import Inspection
from tf1compat.report.outcome import exit_code
from tf1compat.report.prediction import Prediction

_INSPECTION_FORMATS: Mapping[str, Callable[[Inspection], str]] = {
    "text": lambda found: render.text(inspection_report.to_document(found)),
    "markdown": lambda found: render.markdown(inspection_report.to_document(found)),
    "html": lambda found: render.html(inspection_report.to_document(found)),
    "json": lambda found: render.json_text(found.to_json()),
}

_DOCUMENTS: Mapping[str, Callable[[Document], str]] = {
    "text": render.text,
    "markdown": render.markdown,
    "html": render.html,
}


def _inspect(options: argparse.Namespace) -> int:
    found = pipeline.inspect(
        options.model,
        explain=options.explain,
        consumers=options.consumers,
        tags=options.tags,
        step=options.step,
        allow=options.allow,
        custom_objects=options.custom_objects,
        build=options.builder,
    )
    report = _INSPECTION_FORMATS[options.format](found)
    if options.output is None:
        print(report, end="")
    else:
        write_text(options.output, report, precious=(options.model,))
    return exit_code(found)


def _plan(options: argparse.Namespace) -> int:
    given = _plan_file(options)
    made = (
        pipeline.plan(options.model, build=options.builder, **_planning(options)) if given is None else given
    )
    if options.output is not None:
        precious = (options.model, *filter(None, (options.labels,)))
        write_text(options.output, render.json_text(plan_document.to_json(made), ascii_only=False), precious)
    if options.format == "json":
        print(render.json_text(plan_document.to_json(made)), end="")
    else:
        print(render.text(plan_report.to_document(made, options.output)), end="")
    return exit_code(made)


def _migrate(options: argparse.Namespace) -> int:
    quiet_tensorflow()
    given = _plan_file(options)
    chosen = _planning(options) if given is None else {"plan": given}
    feeds = _feeds(options)
    with Progress() as progress:
        result = pipeline.migrate(
            options.model, options.output, overwrite=options.overwrite, verify=not options.no_verify,
            feeds=feeds, progress=progress, build=options.builder, **chosen,
        )  # fmt: skip
    result = replace(result, typed=options.typed)
    _report(options, migration_report.to_document(result), result.to_json())
    return exit_code(result)


def _verify(options: argparse.Namespace) -> int:
    quiet_tensorflow()
    if options.expected is not None and options.inputs is None:
        raise UsageError("--expected are the outputs that belong to --inputs; give both")
    found = pipeline.verify(
        options.model,
        options.saved_model,
        _feeds(options),
        options.rtol,
        options.atol,
        op_libraries=options.op_libraries,
        allow_random=options.allow_random,
        allow=options.allow,
        custom_objects=options.custom_objects,
        expected=None if options.expected is None else read_feeds(options.expected),
        build=options.builder,
    )
    _report(options, comparison_report.to_document(found), comparison_report.to_json(found))
    return exit_code(found)


def _report(options: argparse.Namespace, document: Document, data: Mapping[str, Any]) -> None:
    """Print a result in the format that was asked for, or write it to the file that was named."""
    report = render.json_text(data) if options.format == "json" else _DOCUMENTS[options.format](document)
    if options.report is None:
        print(report, end="")
    else:
        write_text(options.report, report, precious=(options.model,))


def _predict(options: argparse.Namespace) -> int:
    quiet_tensorflow()
    feeds = read_feeds(options.inputs)
    prediction = _run(options, feeds)
    if options.output is not None:
        write_arrays(options.output, prediction.outputs, precious=(options.inputs,))
    if options.format == "json":
        print(render.json_text(prediction.to_json(), indent=None), end="")
    elif options.output is None:
        print(render.text(prediction_report.to_document(prediction)), end="")
    return exit_code(prediction)


def _run(options: argparse.Namespace, feeds: Mapping[str, Any]) -> Prediction:
    model = pipeline.load(options.saved_model, op_libraries=options.op_libraries)
    return Prediction(options.signature, dict(sorted(model.predict(options.signature, feeds).items())))


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {"inspect": _inspect, "plan": _plan, "migrate": _migrate, "verify": _verify, "predict": _predict}
)


# ------------------------------------------------------------------------------------------ translations


def _feeds(options: argparse.Namespace) -> Mapping[str, Any] | None:
    """The user's own inputs, or None."""
    if options.inputs is None:
        return None
    if getattr(options, "no_verify", False):
        raise UsageError("--inputs are what the result is compared on; leave --no-verify out")
    return read_feeds(options.inputs)


def _planning(options: argparse.Namespace) -> dict[str, Any]:
    """The options of `plan` and `migrate` as the Python API takes them."""
    return {
        "signatures": tuple(options.signature) or None,
        "labels": options.labels,
        "constants": _constants(options.constants) or None,
        "labels_for": options.labels_for,
        "label_offset": options.label_offset,
        "weights": options.weights,
        "jit": options.jit,
        "allow": tuple(options.allow),
        "assets": _assets(options.assets) or None,
        "batch_statistics": options.batch_statistics,
        "softmax": options.softmax_for or options.softmax,
        "batch": options.batch,
        "time": options.time,
        "op_libraries": tuple(options.op_libraries),
        "allow_random": tuple(options.allow_random),
        "tags": options.tags,
        "step": options.step,
        "thaw": options.thaw,
        "custom_objects": tuple(options.custom_objects),
    }


def _constants(texts: Sequence[str]) -> dict[str, Any]:
    """The values by tensor name; raises UsageError for a tensor that is given twice."""
    chosen = dict(map(_constant, texts))
    if len(chosen) != len(texts):
        raise UsageError("--set names a tensor twice; give each one value")
    return chosen


def _constant(text: str) -> tuple[str, Any]:
    """`TENSOR=VALUE`: the value is JSON (true, 1.0, [1, 2]) where it can be, else the string itself."""
    tensor, equals, value = text.partition("=")
    if not (tensor.strip() and equals):
        raise UsageError(f"--set takes TENSOR=VALUE (keep_prob=1.0), not '{text}'")
    try:
        return tensor.strip(), json.loads(value)
    except ValueError:
        return tensor.strip(), value


def _assets(texts: Sequence[str]) -> dict[str, str]:
    """The files by name; raises UsageError for a name that is given twice."""
    pairs = [(name.strip(), path) for name, _, path in (text.partition("=") for text in texts)]
    for text, (name, path) in zip(texts, pairs, strict=True):
        if not (name and path):
            raise UsageError(f"--asset takes NAME=PATH (vocab.txt=data/vocab.txt), not '{text}'")
    if len(dict(pairs)) != len(pairs):
        raise UsageError("--asset names a file twice; give each one path")
    return dict(pairs)


#: What options are called on the command line, where that is not what the Python API calls them.
_OPTION_NAMES: Mapping[str, str] = MappingProxyType(
    {"constants": "set", "assets": "asset", "op_libraries": "load-op-library"}
)


def _plan_file(options: argparse.Namespace) -> MigrationPlan | None:
    """The plan that `--plan` names, or None.

    A plan says everything already: an option beside it that would be ignored raises UsageError.
    """
    if options.plan is None:
        return None
    given = [name for name, default in planning_defaults().items() if getattr(options, name) != default]
    if given:
        names = ", ".join("--" + _OPTION_NAMES.get(name, name).replace("_", "-") for name in given)
        raise UsageError(f"--plan holds everything that {names} would say; edit '{options.plan}' instead")
    return _read_plan(options.plan)


def _read_plan(path: str) -> MigrationPlan:
    """The plan in a file; raises PlanError."""
    if not Path(path).is_file():
        raise PlanError([f"the plan '{path}' is not a file; write one with: tf1compat plan MODEL -o {path}"])
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise PlanError([f"the plan '{path}' is not JSON: {error}"]) from error
    return plan_document.from_json(data)
