"""The way through all stages, and the public Python API. The one module that sees every stage.

TensorFlow is imported by the stages that need it, when they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tf1compat.consumers import Obstacle, obstacles
from tf1compat.discovery import discover
from tf1compat.discovery.begun_states import with_begun_states
from tf1compat.discovery.fed_sizes import with_computed_sizes
from tf1compat.discovery.findings import Findings
from tf1compat.discovery.rnn.explain import explain as explain_cell
from tf1compat.discovery.tables.given import with_assets
from tf1compat.errors import RestoreError, SourceError
from tf1compat.options import (
    Place,
    PlanArguments,
    PlanOptions,
    Signatures,
    SourceOptions,
    absolute,
    plan_options,
    source_options,
)
from tf1compat.plan.check import fitted, misfit
from tf1compat.plan.judge.described import judge_described
from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.label_plan import with_label_outputs
from tf1compat.plan.make import judge_default, make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.stored.variables import initial_values
from tf1compat.quiet import quietly
from tf1compat.report import comparison as comparison_report
from tf1compat.report.inspection import Inspection
from tf1compat.report.migration import MigrationResult
from tf1compat.rewrite import rewrite
from tf1compat.rewrite.result import Rewritten
from tf1compat.savedmodel.publish import check_output, publish, staged
from tf1compat.savedmodel.record import check_op_libraries, read_plan, write_record
from tf1compat.source import open_model
from tf1compat.source.model import LegacyModel
from tf1compat.verify.comparison import Comparison

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from tf1compat.restore.built import Builder
    from tf1compat.restore.session import LegacySession
    from tf1compat.savedmodel.load import MigratedModel

Progress = Callable[[str], None]


def inspect(
    model: Place,
    *,
    explain: Iterable[str] = (),
    consumers: Iterable[str] = (),
    tags: Iterable[str] | None = None,
    step: int | None = None,
    build: Builder | str | None = None,
    allow: Iterable[str] = (),
    custom_objects: Iterable[str] = (),
) -> Inspection:
    """What is in a model: inputs, outputs, recurrent networks, variables, labels, hazards, blockers.

    `model` is a checkpoint prefix, its `.meta`, a SavedModel or Hub module, a frozen graph, a Keras file, or a folder
    with one of them; its kind is found by looking. TensorFlow is not imported. `tags` chooses among the
    graphs of a SavedModel, `step` among the checkpoints of a folder; `custom_objects` (`module:name`) and `allow` are
    what a Keras file needs whose graph is asked for by `explain` or `consumers`, which needs TensorFlow. `build`: the
    function (or `module:function`) that builds the graph of a checkpoint again whose graph is in no file; it is run.
    `explain` names nodes: of each is told which recurrent cell it is taken for, or how near every kind comes.
    `consumers` names what the migrated model is for (`tflite`, `onnx`, `xla`): of each is told which ops it cannot
    take.
    Raises SourceError where the files are missing or damaged, UnknownNameError for a node that is not in the graph;
    with `consumers`, PlanError or RewriteError where the model cannot be migrated as it stands.
    """
    explain, consumers = tuple(explain), tuple(consumers)
    described = not (explain or consumers)
    options = source_options(tags, step, allow=allow, custom_objects=custom_objects, described=described)
    found = _discovered(model, options, build)
    graph, training = found.model.meta_graph.graph, found.findings.training_nodes
    told = {name: explain_cell(graph, training, name) for name in explain}
    kept_from = _obstacles(found.model, found.findings, consumers)
    judgement = _judgement(found)
    return Inspection(*found, judgement, MappingProxyType(told), MappingProxyType(kept_from))


def _judgement(found: _Discovered) -> Judgement:
    if found.model.keras is not None and not found.model.is_built:
        return judge_described(found.model.keras)
    return judge_default(found.model, found.findings)


class _Discovered(NamedTuple):
    """A model, and all that discovery finds in it."""

    model: LegacyModel
    findings: Findings


def _discovered(model: Place, options: SourceOptions, build: Builder | str | None = None) -> _Discovered:
    opened = open_model(model, options) if build is None else _built_again(model, options, build)
    legacy = with_begun_states(opened)
    findings = discover(legacy)
    if not legacy.is_built:
        return _Discovered(legacy, findings)
    sized = with_computed_sizes(legacy, findings)
    return _Discovered(sized, findings if sized is legacy else discover(sized))


def _built_again(model: Place, options: SourceOptions, build: Builder | str) -> LegacyModel:
    """The model whose graph the author's own code builds again; this runs that code, and imports TensorFlow."""
    from tf1compat.restore.built import built_graph, named_builder
    from tf1compat.source.formats.checkpoint import with_built_graph

    return with_built_graph(
        model, options, built_graph(named_builder(build) if isinstance(build, str) else build)
    )


def _obstacles(
    legacy: LegacyModel, findings: Findings, consumers: Iterable[str]
) -> dict[str, tuple[Obstacle, ...]]:
    """What keeps the model, migrated as discovery alone would have it, from each consumer."""
    chosen = tuple(dict.fromkeys(consumers))
    if not chosen:
        return {}
    rewritten = rewrite(legacy.meta_graph.graph, make_plan(legacy, findings, PlanOptions()))
    return {each: obstacles(rewritten, each) for each in chosen}


def plan(
    model: Place,
    signatures: Signatures = None,
    labels: str | None = None,
    constants: Mapping[str, Any] | None = None,
    *,
    jit: bool = False,
    build: Builder | str | None = None,
    **options: Unpack[PlanArguments],
) -> MigrationPlan:
    """Everything that migrating a model needs, as data; TensorFlow is not imported, but for `build` (see `inspect`).

    Of a Keras file the graph is made first, by tf_keras, in a process of its own.

    The options, each with what it means and its default, are those of `tf1compat.options.PlanOptions`.
    Raises SourceError, PlanError (every problem at once) or LabelError.
    """
    wishes = plan_options(signatures, labels, constants, jit, **options)
    found = _discovered(model, wishes.opening, build)
    return make_plan(found.model, found.findings, wishes)


@quietly()
def migrate(
    model: Place,
    output: Place,
    plan: MigrationPlan | None = None,
    signatures: Signatures = None,
    labels: str | None = None,
    constants: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    verify: bool = True,
    jit: bool = False,
    *,
    feeds: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    build: Builder | str | None = None,
    **options: Unpack[PlanArguments],
) -> MigrationResult:
    """Write a model as a TF2 SavedModel at `output`, after comparing it, reloaded, with the original.

    Without a `plan`, the other arguments make one (see `plan`). With `verify`, a result that differs, or that could
    not be compared, is not published: `result.output` is None and `result.comparison` says where and why. `feeds` are
    what is compared on (see `verify`). `progress` is told of each stage. `build` is that of `inspect`.
    Raises Tf1CompatError; then nothing was written.
    """
    tell = progress or _silently
    place = Path(output)
    tell("reading the model")
    wishes = plan_options(signatures, labels, constants, jit, **options)
    found = _discovered(model, wishes.opening if plan is None else plan.opened, build)
    check_output(place, overwrite=overwrite, source=found.model.graph_path)
    made = plan if plan is not None else make_plan(found.model, found.findings, wishes)
    lesser: MigrationPlan | None = fitted(made, found.model, found.findings)
    while lesser is not None:
        with staged(place) as built:
            result = _built(found, lesser, built, _Proof(verify, feeds), tell)
            if result.comparison is None or result.comparison.passed:
                publish(built, place, overwrite=overwrite)
                return replace(result, output=place)
        lesser = _lesser(result.plan, result.comparison)
    return result


def _lesser(plan: MigrationPlan, comparison: Comparison) -> MigrationPlan | None:
    """The plan less what failed and nobody asked for; None where an answer failed."""
    from tf1compat.verify.omissions import lesser_plan

    return lesser_plan(plan, comparison)


def _silently(_: str) -> None:
    pass


class _Proof(NamedTuple):
    """Whether the result is to be compared with the original, and on what."""

    wanted: bool
    feeds: Mapping[str, Any] | None


def _built(
    found: _Discovered, plan: MigrationPlan, built: Path, proof: _Proof, tell: Progress
) -> MigrationResult:
    tell("rewriting the graph")
    rewritten = rewrite(found.model.meta_graph.graph, plan)
    plan = _as_rewritten(plan, rewritten)

    from tf1compat.restore.op_libraries import load_op_libraries
    from tf1compat.restore.reachable import tensorflow_path
    from tf1compat.restore.tables import read_contents
    from tf1compat.restore.values import read_values
    from tf1compat.savedmodel.write import write_saved_model
    from tf1compat.verify import verify as compare

    load_op_libraries(plan.op_libraries)
    tell("restoring the variables")
    values = read_values(tensorflow_path(found.model.checkpoint), plan.variables)
    values |= initial_values(found.model.meta_graph.graph, plan.variables)
    contents = read_contents(found.model, found.findings, plan)
    tell("writing the SavedModel")
    write_saved_model(rewritten, plan, values, built, contents)
    comparison = None
    if proof.wanted:
        tell("verifying the reloaded model against the original")
        comparison = compare(found.model, found.findings, plan, built, proof.feeds)
    write_record(built, plan, _versions(found.model), _figures(comparison))
    return MigrationResult(
        None, plan, rewritten.changes, comparison, len(plan.variables), with_label_outputs(plan)
    )


def _as_rewritten(plan: MigrationPlan, rewritten: Rewritten) -> MigrationPlan:
    """The plan less the variables and tables that only branches which are not taken read, with what is random."""
    read = {slot.name for signature in rewritten.signatures for slot in signature.variables}
    looked_up = {slot.name for signature in rewritten.signatures for slot in signature.tables}
    return replace(
        plan,
        variables=tuple(each for each in plan.variables if each.name in read),
        tables=tuple(each for each in plan.tables if each.name in looked_up),
        drawn={name: tuple(sorted(aliases)) for name, aliases in rewritten.drawn.items()},
    )


def _versions(model: LegacyModel) -> dict[str, str]:
    import tensorflow as tf

    import tf1compat

    return {
        "tf1compat": tf1compat.__version__,
        "tensorflow": tf.__version__,
        "source_tensorflow": model.meta_graph.tensorflow_version,
    }


def _figures(comparison: Comparison | None) -> dict[str, Any] | None:
    return None if comparison is None else comparison_report.to_json(comparison)


@quietly()
def verify(
    model: Place,
    saved_model: Place,
    feeds: Mapping[str, Any] | None = None,
    rtol: float = 1e-5,
    atol: float = 1e-5,
    *,
    op_libraries: Iterable[Place] = (),
    allow_random: Iterable[str] = (),
    expected: Mapping[str, Any] | None = None,
    build: Builder | str | None = None,
    allow: Iterable[str] = (),
    custom_objects: Iterable[str] = (),
) -> Comparison:
    """Compare a SavedModel that `migrate` wrote, reloaded in a fresh process, with its original.

    `feeds` gives arrays by alias (`signature/alias` where there are several signatures); for signatures that they do
    not feed inputs are generated. An output passes where |found - expected| <= atol + rtol * |expected| everywhere. A
    signature passes only if some value of its outputs was compared, or all that it yields is drawn at random and its
    aliases are among `allow_random`, here or in the plan. With `expected`, what TensorFlow 1
    gave for `feeds` by alias, the original is not run.
    `op_libraries`: the shared libraries that hold ops of the model; those that the SavedModel's record names are not
    loaded unasked. `build` is that of `inspect`. Raises SourceError, PlanError or FeedError.
    """
    from tf1compat.verify import verify as compare

    given = absolute(op_libraries)
    recorded = check_op_libraries(Path(saved_model), given) or read_plan(Path(saved_model))
    made = replace(recorded, op_libraries=given)
    found = _discovered(model, _opened_again(made.opened, allow, custom_objects), build)
    reason = misfit(made, found.model)
    if reason:
        raise SourceError(
            f"'{saved_model}' was made of another model ('{made.source}') than '{model}': {reason}; give the one that "
            "it was made of"
        )
    return compare(
        found.model, found.findings, made, Path(saved_model), feeds,
        rtol=rtol, atol=atol, allow_random=tuple(allow_random), expected=expected,
    )  # fmt: skip


def _opened_again(
    opened: SourceOptions, allow: Iterable[str], custom_objects: Iterable[str]
) -> SourceOptions:
    """As the model was opened, with the code that is given now: what a record names is not run unasked."""
    return source_options(opened.tags, opened.step, opened.thaw, custom_objects=custom_objects, allow=allow)


@quietly()
def restore(
    model: Place,
    *,
    assets: Mapping[str, Place] | None = None,
    op_libraries: Iterable[Place] = (),
    tags: Iterable[str] | None = None,
    step: int | None = None,
    build: Builder | str | None = None,
    allow: Iterable[str] = (),
    custom_objects: Iterable[str] = (),
) -> LegacySession:
    """A legacy model in a `tf.compat.v1` Session, its weights restored by a Saver; a context manager.

    `assets`: files that fill lookup tables, by the name or path that the graph has for them, where they are not
    found around the checkpoint. `op_libraries`: shared libraries that hold ops of the model. `tags`, `step` and
    `build` are those of `inspect`. Raises SourceError where the files are missing or damaged, RestoreError where they
    do not belong together.
    """
    from tf1compat.restore.op_libraries import load_op_libraries
    from tf1compat.restore.session import LegacySession

    load_op_libraries(absolute(op_libraries))
    options = source_options(tags, step, allow=allow, custom_objects=custom_objects)
    found = _discovered(model, options, build)
    tables, problems = with_assets(found.findings.tables, assets or {})
    if problems:
        raise RestoreError("; ".join(problems))
    return LegacySession(found.model, replace(found.findings, tables=tables))


@quietly()
def load(output: Place, *, op_libraries: Iterable[Place] = ()) -> MigratedModel:
    """A migrated model that is run by aliases; the source is not needed.

    `op_libraries`: the shared libraries that hold ops of the model. Raises SourceError, also where one is not given.
    """
    from tf1compat.savedmodel.load import MigratedModel

    return MigratedModel(output, absolute(op_libraries))
