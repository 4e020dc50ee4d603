"""Verification: the original against the migrated model reloaded in a fresh process, case by case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import tensorflow as tf

from tf1compat.analysis.shapes.dimensions import Dims
from tf1compat.analysis.shapes.emptiness import asks_for_none
from tf1compat.discovery.findings import Findings
from tf1compat.errors import SourceError
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.plan.omissions import raw_states
from tf1compat.plan.signatures.reach import written_by
from tf1compat.plan.stored.variables import initial_values
from tf1compat.plan.tables import planned_files
from tf1compat.restore.op_libraries import load_op_libraries
from tf1compat.restore.planned import as_planned, exchanged
from tf1compat.restore.session import LegacySession
from tf1compat.source.model import LegacyModel
from tf1compat.verify.bounded_runs import Found, bounded_model, with_bounded
from tf1compat.verify.comparison import Comparison
from tf1compat.verify.given_answers import compare_with_given
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.inputs.feeds import given_cases
from tf1compat.verify.judge import Judge, Tolerance
from tf1compat.verify.original.answers import Original
from tf1compat.verify.original.batches import layout_of, of_any_size
from tf1compat.verify.original.bounded import MOST_TURNS, bounded, endless_loops
from tf1compat.verify.original.inference import in_inference
from tf1compat.verify.original.nondeterminism import drawn_outputs
from tf1compat.verify.original.precision import coarse_outputs
from tf1compat.verify.original.probes import probes_of
from tf1compat.verify.original.reference import Reference
from tf1compat.verify.original.running import refuse_touching, without_aside
from tf1compat.verify.original.sensitivity import Sensitivity
from tf1compat.verify.original.state_feeds import with_taps
from tf1compat.verify.original.unused_feeds import idle_feeds
from tf1compat.verify.reloaded.fresh import FreshProcess
from tf1compat.verify.stepwise import stepwise
from tf1compat.verify.whole_run import WholeRuns, begin_signature

SEED = 20240229


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
    allow_random: Collection[str] = (),
    expected: Mapping[str, Any] | None = None,
) -> Comparison:
    """Both models' answers to the same inputs, compared.

    Without `feeds`, inputs are made up for every signature within what the graph shows to be its domain,
    the same for the same `seed`. With `feeds` (arrays by alias or tensor name for `serving_default`, by
    `signature/alias`, or a mapping for each signature), these alone are run of the signatures that they feed.
    Outputs among `allow_random`, and among those of the plan, need no value that can be compared. With `expected`,
    the outputs that belong to `feeds`, by alias like these, the original is not run.
    Raises FeedError, RestoreError, SourceError, and VerificationError when the migrated model does not load.
    """
    if not (saved_model / "saved_model.pb").is_file():
        raise SourceError(f"'{saved_model}' is not a SavedModel directory: there is no saved_model.pb in it")
    given = () if feeds is None else given_cases(plan.signatures, feeds)
    load_op_libraries(plan.op_libraries)
    if expected is not None:
        graph = model.meta_graph.graph
        return compare_with_given(graph, plan, saved_model, given, expected, (rtol, atol))
    findings = replace(findings, tables=planned_files(findings.tables, plan.tables))
    allowed = tuple(dict.fromkeys((*plan.allow_random, *allow_random)))
    sides = _Sides(model, findings, replace(plan, allow_random=allowed), saved_model, (rtol, atol), seed)
    found = sides.compared(given)
    if not found.endless:
        return found.comparison
    with bounded_model(model, findings, plan, saved_model, found.endless) as (original, folder):
        wanted = tuple(each for each in plan.signatures if each.name in found.endless)
        again = replace(
            sides, model=original, plan=replace(sides.plan, signatures=wanted), saved_model=folder
        )
        return with_bounded(found, again.compared(given).comparison)


@dataclass(frozen=True)
class _Sides:
    """The original and the reloaded model."""

    model: LegacyModel
    findings: Findings
    plan: MigrationPlan
    saved_model: Path
    tolerance: tuple[float, float]  # relative, absolute
    seed: int

    def compared(self, given: Sequence[Case]) -> Found:
        """Both models' answers, compared."""
        model, plan = self.model, self.plan
        planned = as_planned(model, plan)
        original_model, fed, changed = in_inference(planned, plan)
        tapped, taps = with_taps(original_model, plan)
        tapped = without_aside(tapped, model.meta_graph.graph, with_begin(plan))
        refuse_touching(tapped.meta_graph.graph, fed, taps)
        kept = _kept(model, plan)
        counted = bounded(tapped, endless_loops(tapped.meta_graph.graph, fed.signatures), MOST_TURNS)
        graph = counted.model.meta_graph.graph
        needed = (*_needed(with_begin(fed)), *taps.values(), *counted.turns)
        session = LegacySession(
            counted.model, self.findings, needed=needed, initialize=kept.unsaved, whole=False,
            values=_begun(model.meta_graph.graph, plan),
        )  # fmt: skip
        with FreshProcess(self.saved_model, plan.op_libraries) as fresh, session as legacy:
            reference = Reference(
                legacy, with_begin(fed), taps, keeps_state=kept.any, changed=(*changed, *exchanged(model, planned)),
                idle=idle_feeds(legacy, graph, fed), turns=counted.turns,
            )  # fmt: skip
            observer = of_any_size(model.meta_graph.graph, plan, reference)
            probes = {each.name: probes_of(graph, self.findings.tables, each) for each in fed.signatures}
            original = Original(model, self.findings, plan, observer, probes, self.seed)
            coarse = coarse_outputs(graph, plan)
            weights = [each.name for each in plan.variables]
            sensitivity = Sensitivity(legacy, observer.run, weights, coarse, self.seed)
            tolerance = Tolerance(*self.tolerance, coarse)
            return self._judged(original, given, fresh, tolerance, sensitivity, reference)

    def _judged(
        self, original: Original, given: Sequence[Case], fresh: FreshProcess, tolerance: Tolerance,
        sensitivity: Sensitivity, reference: Reference,
    ) -> Found:  # fmt: skip
        tried, plan = original.answers(given), self.plan
        ran = [case for case, expected in tried if expected.error is None]
        found = iter(fresh.run(ran))
        graph = self.model.meta_graph.graph
        drawn = drawn_outputs(graph, plan)
        judge = Judge(
            plan.labels, fresh.labels, tolerance, drawn, sensitivity.of, _taking_none(graph, plan), raw_states(plan)
        )  # fmt: skip
        results = judge.results(tried, found)
        if not given and plan.step is not None:
            itself = replace(sensitivity, legacy=None, run=lambda case, _: fresh.run([case])[0])
            random = drawn.get(plan.step.name, frozenset())
            steps = stepwise(plan.step, ran, fresh.run, tolerance, itself.of, random)
            results += () if steps is None else (steps,)
            whole = WholeRuns(
                plan, self._layout(plan.step), reference.run, fresh.run, tolerance, random, sensitivity.of
            )
            results += (*whole.results(tried), *whole.shorter(tried))
        endless = frozenset(case.signature for case, expected in tried if expected.endless)
        comparison = Comparison(
            results, tolerance.rtol, tolerance.atol, original.reference.description, self.seed, tf.__version__,
            plan.allow_random, tolerance.coarse, original.coverage(tried),
        )  # fmt: skip
        return Found(comparison, endless)

    def _layout(self, step: SignaturePlan) -> Mapping[str, Dims]:
        """The dimensions of a step's outputs, where it takes any batch."""
        freed = self.plan.batch is not None and step.name in self.plan.batch.axes
        return layout_of(self.model.meta_graph.graph, self.plan, step) if freed else {}


def with_begin(plan: MigrationPlan) -> MigrationPlan:
    """The plan with a signature that gives what a step begins with, for the original alone."""
    begin = begin_signature(plan)
    return plan if begin is None else replace(plan, signatures=(*plan.signatures, begin))


def _taking_none(graph: Graph, plan: MigrationPlan) -> frozenset[str]:
    """The signatures whose graphs ask whether there are any examples."""
    outputs = {
        each.name: [piece.tensor for output in each.outputs for piece in output.pieces]
        for each in plan.signatures
    }
    return frozenset(name for name, tensors in outputs.items() if asks_for_none(graph, tensors))


def _needed(plan: MigrationPlan) -> tuple[TensorRef, ...]:
    inputs = [each.tensor for signature in plan.signatures for each in signature.inputs]
    outputs = [
        piece.tensor
        for signature in plan.signatures
        for output in signature.outputs
        for piece in output.pieces
    ]
    return (*inputs, *outputs, *(each.tensor for each in plan.constants))


def _begun(graph: Graph, plan: MigrationPlan) -> Mapping[str, Array]:
    """The values of the variables that begin with a constant of the graph."""
    return initial_values(
        graph, (each for each in plan.variables if each.initializer != TensorRef(each.name))
    )


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
