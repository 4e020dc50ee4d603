"""A SavedModel against answers that somebody has of the original: where it cannot be run here, or is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import tensorflow as tf

from tf1compat.errors import FeedError, nearest
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.plan.label_plan import with_label_outputs
from tf1compat.plan.model import MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.verify.comparison import Comparison
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.inputs.feeds import binding_of, by_signature
from tf1compat.verify.judge import Judge, Tolerance
from tf1compat.verify.original.nondeterminism import drawn_outputs
from tf1compat.verify.original.precision import coarse_outputs
from tf1compat.verify.reloaded.fresh import Answer, FreshProcess

_STILL: Mapping[str, Array] = MappingProxyType({})


def compare_with_given(
    graph: Graph,
    plan: MigrationPlan,
    saved_model: Path,
    given: Sequence[Case],
    expected: Mapping[str, Any],
    tolerance: tuple[float, float],
) -> Comparison:
    """The reloaded model's answers to the given cases, held against the given answers; the original is not run.

    Raises FeedError for an answer that names no output, and where none is given for a case.
    """
    answers = _answers(with_label_outputs(plan), expected)
    fed = [case.signature for case in given]
    if not fed or not set(fed) <= answers.keys():
        lacking = next((name for name in fed if name not in answers), "serving_default")
        raise FeedError(
            f"there are no inputs or no outputs of the signature '{lacking}' in the files that were given"
        )
    coarse = coarse_outputs(graph, plan)
    judge = Judge(
        None, None, Tolerance(*tolerance, coarse), drawn_outputs(graph, plan), lambda *_: _STILL
    )  # fmt: skip
    with FreshProcess(saved_model, plan.op_libraries) as fresh:
        found = fresh.run(given)
    results = tuple(
        judge.result(case, answers[case.signature], _of(answers[case.signature], each))
        for case, each in zip(given, found, strict=True)
    )
    return Comparison(
        results,
        *tolerance,
        "the outputs that were given",
        0,
        tf.__version__,
        plan.allow_random,
        coarse,
        is_given=True,
    )


def _of(wanted: Answer, found: Answer) -> Answer:
    """What a model gave of what is wanted."""
    return found._replace(
        outputs={alias: each for alias, each in found.outputs.items() if alias in wanted.outputs}
    )


def _answers(signatures: Sequence[SignaturePlan], expected: Mapping[str, Any]) -> dict[str, Answer]:
    by_name = {each.name: each for each in signatures}
    found: dict[str, dict[str, Array]] = {}
    for name, key, value in by_signature(by_name, expected, lambda signature: signature.outputs):
        output = binding_of(by_name[name].outputs, key)
        if output is None:
            aliases = [each.alias for each in by_name[name].outputs]
            raise FeedError(
                f"'{key}' is no output of the signature '{name}'{nearest(key, aliases)} "
                f"(its outputs are {', '.join(aliases)})"
            )
        found.setdefault(name, {})[output.alias] = _typed(output, value)
    return {name: Answer(values) for name, values in found.items()}


def _typed(output: OutputBinding, value: Any) -> Array:
    """The value as an array of the output's type; raises FeedError where it is none."""
    array, wanted = np.asarray(value), output.dtype.stand_in
    if output.dtype == "string":
        texts = [each.encode() if isinstance(each, str) else each for each in array.ravel().tolist()]
        return np.array([*texts, b""], object)[:-1].reshape(array.shape).astype(np.bytes_)
    if wanted is None or array.dtype.kind not in "biufc":
        raise FeedError(f"output '{output.alias}' is {output.dtype}, but was given {array.dtype.name}")
    return array.astype(wanted)
