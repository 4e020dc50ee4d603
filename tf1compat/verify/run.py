"""Verification: the original against the migrated model reloaded in a fresh process, case by case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import tensorflow as tf

from tf1compat.discovery.findings import Findings
from tf1compat.errors import SourceError
from tf1compat.graph.attributes import Array
from tf1compat.names import TensorRef
from tf1compat.ops.families import BLOCK_LSTM
from tf1compat.plan.free_sizes import with_fixed_sizes
from tf1compat.plan.model import LabelPlan, MigrationPlan, SignaturePlan
from tf1compat.plan.signatures.reach import written_by
from tf1compat.plan.tables import planned_files
from tf1compat.restore.op_libraries import load_op_libraries
from tf1compat.restore.planned import as_planned, exchanged
from tf1compat.restore.session import LegacySession
from tf1compat.source.model import LegacyModel
from tf1compat.verify.compare import difference, labelled, likeness, missing, name_table
from tf1compat.verify.comparison import CaseResult, Comparison, OutputDifference
from tf1compat.verify.inputs.cases import Case, cases
from tf1compat.verify.inputs.domain import domains_of
from tf1compat.verify.inputs.feeds import given_cases
from tf1compat.verify.original.batches import AnySize, is_run_whole, layout_of, of_any_size
from tf1compat.verify.original.inference import in_inference
from tf1compat.verify.original.nondeterminism import Drawn, drawn_outputs
from tf1compat.verify.original.reference import BLOCKED, Reference
from tf1compat.verify.original.state_feeds import with_taps
from tf1compat.verify.original.unused_feeds import idle_feeds
from tf1compat.verify.reloaded.fresh import Answer, FreshProcess
from tf1compat.verify.stepwise import stepwise
from tf1compat.verify.whole_run import Compare, WholeRuns, begin_signature

SEED = 20240229
#: The model's list of labels, compared like an output.
ALL_CLASSES = "all_classes"


def verify(
    model: LegacyModel,
    findings: Findings,
    plan: MigrationPlan,
    saved_model: Path,
    feeds: Mapping[str, Any] | None = None,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-5,
    seed: int = SEED,
) -> Comparison:
    """Both models' answers to the same inputs, compared.

    Without `feeds`, inputs are made up for every signature within what the graph shows to be its domain,
    the same for the same `seed`. With `feeds` (arrays by alias or tensor name for `serving_default`, by
    `signature/alias`, or a mapping for each signature), these alone are run. Raises FeedError,
    RestoreError, SourceError, and VerificationError when the migrated model does not load.
    """
    if not (saved_model / "saved_model.pb").is_file():
        raise SourceError(f"'{saved_model}' is not a SavedModel directory: there is no saved_model.pb in it")
    given = None if feeds is None else given_cases(plan.signatures, feeds)
    load_op_libraries(plan.op_libraries)
    planned = as_planned(model, plan)
    original_model, fed, changed = in_inference(planned, plan)
    tapped, taps = with_taps(original_model, plan)
    needed = (*_needed(with_begin(fed)), *taps.values())
    kept = _kept(model, plan)
    findings = replace(findings, tables=planned_files(findings.tables, plan.tables))
    session = LegacySession(tapped, findings, needed=needed, initialize=kept.unsaved)
    with FreshProcess(saved_model, plan.op_libraries) as fresh, session as legacy:
        idle = idle_feeds(legacy, tapped.meta_graph.graph, fed)
        changed = (*changed, *exchanged(model, planned))
        one_size = Reference(legacy, with_begin(fed), taps, keeps_state=kept.any, changed=changed, idle=idle)
        original = _Original(model, findings, plan, of_any_size(model.meta_graph.graph, plan, one_size), seed)
        tried = original.answers(given)
        found = iter(fresh.run([case for case, expected in tried if expected.error is None]))
        drawn = drawn_outputs(model.meta_graph.graph, plan)
        judge = _Judge(plan.labels, fresh.labels, rtol, atol, drawn)
        results = judge.results(tried, found)
        if given is None and plan.step is not None:
            ran = [case for case, expected in tried if expected.error is None]
            steps = stepwise(plan.step, ran, fresh.run, rtol, atol, drawn.get(plan.step.name, frozenset()))
            results += () if steps is None else (steps,)
            results += _whole_runs(model, plan, one_size, fresh, judge).results(tried)
        return Comparison(results, rtol, atol, original.description, seed, tf.__version__)


def with_begin(plan: MigrationPlan) -> MigrationPlan:
    """The plan with a signature that gives what a step begins with, for the original alone."""
    begin = begin_signature(plan)
    return plan if begin is None else replace(plan, signatures=(*plan.signatures, begin))


def _whole_runs(
    model: LegacyModel, plan: MigrationPlan, original: Reference, fresh: FreshProcess, judge: _Judge
) -> WholeRuns:
    assert plan.step is not None
    freed = plan.batch is not None and plan.step.name in plan.batch.axes
    layout = layout_of(model.meta_graph.graph, plan, plan.step) if freed else {}
    return WholeRuns(plan, layout, original.run, fresh.run, judge.compared(plan.step.name))


def _needed(plan: MigrationPlan) -> tuple[TensorRef, ...]:
    inputs = [each.tensor for signature in plan.signatures for each in signature.inputs]
    outputs = [
        piece.tensor
        for signature in plan.signatures
        for output in signature.outputs
        for piece in output.pieces
    ]
    return (*inputs, *outputs, *(each.tensor for each in plan.constants))


class _Kept(NamedTuple):
    """Whether a run of the original leaves `any` change behind, and needs what `unsaved` variables begin with."""

    any: bool
    unsaved: bool


def _kept(model: LegacyModel, plan: MigrationPlan) -> _Kept:
    graph = model.meta_graph.graph
    frozen = {each.tensor.node for each in plan.constants}
    found = [written_by(graph, each, frozen) for each in plan.signatures]
    variables = {name for each in found for name in each}
    begun = any(each.initializer not in (None, TensorRef(each.name)) for each in plan.variables)
    return _Kept(bool(variables), begun or not variables <= model.saved_as.keys())


@dataclass(frozen=True)
class _Original:
    """The legacy model, and what to ask it."""

    model: LegacyModel
    findings: Findings
    plan: MigrationPlan
    reference: Reference | AnySize
    seed: int

    @property
    def description(self) -> str:
        return self.reference.description

    def answers(self, given: Iterable[Case] | None) -> list[tuple[Case, Answer]]:
        """Its answers to the given cases, or to such as are made up for every signature."""
        if given is not None:
            return [(case, self.reference.run(case)) for case in given]
        whole = (each for each in self.plan.signatures if is_run_whole(each))
        return [pair for signature in whole for pair in self._made_up(signature)]

    def _made_up(self, signature: SignaturePlan) -> list[tuple[Case, Answer]]:
        """A signature's cases and answers, from the likeliest domain of which it accepts any."""
        attempts: list[list[tuple[Case, Answer]]] = []
        many_rows = self._is_labelled(signature)
        graph, constants = self.model.meta_graph.graph, self.plan.constants
        for domain in domains_of(graph, self.findings, with_fixed_sizes(self.plan, signature), constants):
            made_up = cases(domain, self.seed, many_rows=many_rows)
            if isinstance(self.reference, AnySize):
                made_up = self.reference.resized(made_up)
            # What is compiled is compiled for sizes, and XLA may have no code for an empty axis.
            spared = self.plan.jit or any(node.op in BLOCK_LSTM for node in graph.nodes)
            asked = [case for case in made_up if not (spared and case.is_empty)]
            tried = list(_until_blocked(self.reference, asked))
            attempts.append(tried)
            if any(answer.error is None or answer.error == BLOCKED for _, answer in tried):
                return tried
        return attempts[0]

    def _is_labelled(self, signature: SignaturePlan) -> bool:
        labels = self.plan.labels
        return labels is not None and any(each.alias == labels.scores for each in signature.outputs)


def _until_blocked(reference: Reference | AnySize, made_up: Iterable[Case]) -> Iterator[tuple[Case, Answer]]:
    """Each case with the original's answer, up to the first that it does not answer at all."""
    for case in made_up:
        answer = reference.run(case)
        yield case, answer
        if answer.error == BLOCKED:
            return


class _Judge:
    """Compares answers within a tolerance."""

    def __init__(
        self, labels: LabelPlan | None, found_labels: Array | None, rtol: float, atol: float, drawn: Drawn
    ) -> None:
        self._drawn = drawn
        self._labels = labels
        self._found_labels = found_labels
        self._tolerance = (rtol, atol)

    def results(
        self, tried: Iterable[tuple[Case, Answer]], found: Iterator[Answer]
    ) -> tuple[CaseResult, ...]:
        """The result of each case, `found` being the answers to those that the original ran."""
        return tuple(
            self.refused(case, expected) if expected.error else self.result(case, expected, next(found))
            for case, expected in tried
        )

    def refused(self, case: Case, expected: Answer) -> CaseResult:
        """The result of a case that the original itself does not run."""
        return CaseResult(case.signature, case.name, refused=expected.error)

    def result(self, case: Case, expected: Answer, found: Answer) -> CaseResult:
        """The result of a case that the original ran."""
        failure = found.error or self._surplus(expected, found)
        drawn = self._drawn.get(case.signature, frozenset())
        differences = () if found.error else self._differences(expected, found, drawn)
        outputs = () if found.error else (*differences, *self._all_classes(expected))
        return CaseResult(case.signature, case.name, outputs, failure=failure)

    def _differences(
        self, expected: Answer, found: Answer, drawn: frozenset[str]
    ) -> Iterator[OutputDifference]:
        for alias, value in (expected.outputs | self._labelled(expected, found)).items():
            other = found.outputs.get(alias)
            if other is None:
                yield missing(alias, value)
            elif alias in drawn:
                yield likeness(alias, value, other)
            else:
                yield difference(alias, value, other, *self._tolerance)

    def compared(self, signature: str) -> Compare:
        """How one output of a signature is compared."""
        drawn = self._drawn.get(signature, frozenset())

        def compare(alias: str, expected: Array, found: Array) -> OutputDifference:
            if alias in drawn:
                return likeness(alias, expected, found)
            return difference(alias, expected, found, *self._tolerance)

        return compare

    def _labelled(self, expected: Answer, found: Answer) -> dict[str, Any]:
        """What the labels add to a signature that yields the scores they name."""
        if self._labels is None or self._labels.scores not in expected.outputs:
            return {}
        scores = expected.outputs[self._labels.scores]
        added = labelled(scores, self._labels.names, found.outputs.get("class_ids"), *self._tolerance)
        return {alias: value for alias, value in added.items() if alias not in expected.outputs}

    def _all_classes(self, expected: Answer) -> Iterator[OutputDifference]:
        """Whether the model's whole list of labels is right, those of classes that no case names included."""
        if self._labels is None or self._labels.scores not in expected.outputs:
            return
        names, found = name_table(self._labels.names), self._found_labels
        if found is None:
            yield missing(ALL_CLASSES, names)
        else:
            yield difference(ALL_CLASSES, names, found, *self._tolerance)

    def _surplus(self, expected: Answer, found: Answer) -> str | None:
        known = expected.outputs.keys() | self._labelled(expected, found).keys()
        surplus = sorted(found.outputs.keys() - known)
        return f"it also yields what the plan does not name: {', '.join(surplus)}" if surplus else None
