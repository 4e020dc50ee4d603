"""What becomes of batch normalisation in training mode, for the signatures and constants that were chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.batch_norm.followed import find_followed
from tf1compat.discovery.batch_norm.inference import with_averages
from tf1compat.discovery.batch_norm.normalisations import find_normalisations
from tf1compat.discovery.batch_norm.untouched import is_saved_in, untouched_in
from tf1compat.discovery.findings import Average, Correction, Findings, Normalisation
from tf1compat.ops.registry import value_type
from tf1compat.options import StatisticsChoice
from tf1compat.plan.model import ConstantPlan, SignaturePlan
from tf1compat.source.model import LegacyModel

AUTO, AVERAGES, KEEP = "auto", "averages", "keep"


@dataclass(frozen=True)
class ChosenStatistics:
    """The normalisations by a batch's statistics behind the signatures' outputs, and what becomes of them.

    `choice`: `auto` and `averages` read moving averages in the place of statistics, `keep` leaves these as they are.
    """

    normalisations: tuple[Normalisation, ...] = ()
    choice: str = AUTO
    followed: tuple[Average, ...] = ()  # writes of statistics that an output reads, each with its variable

    @property
    def averages(self) -> tuple[Average, ...]:
        """What is to be read from moving averages."""
        averages = (average for each in self._averaged for average in each.averages)
        return tuple(dict.fromkeys((*self.followed, *averages)))

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What renormalisation corrects those batches by that are not looked at any more."""
        return tuple(dict.fromkeys(each for every in self._averaged for each in every.corrections))

    @property
    def _averaged(self) -> list[Normalisation]:
        return [each for each in self.normalisations if each.is_averaged and self.choice != KEEP]


def choose_statistics(
    model: LegacyModel,
    findings: Findings,
    signatures: Iterable[SignaturePlan],
    constants: Sequence[ConstantPlan],
    choice: StatisticsChoice,
) -> ChosenStatistics:
    """What the choice makes of the statistics behind the signatures' outputs."""
    flow = ForwardGraph(model.meta_graph.graph, findings.training_nodes)
    given = {each.tensor: each.value for each in constants if isinstance(each.value, (bool, int, float))}
    known = is_saved_in(model), untouched_in(model)
    asked = [
        ([piece.tensor for each in signature.outputs for piece in each.pieces],
         {**given, **{each.tensor: None for each in signature.inputs if not each.readers}})
        for signature in signatures
    ]  # fmt: skip
    followed: tuple[Average, ...] = ()
    if choice != KEEP:
        kept = {each.variable for each in findings.kept_states}
        found = (each for side in asked for each in find_followed(flow, *side, kept, known[0]))
        followed = tuple(dict.fromkeys(found))
        flow = ForwardGraph(with_averages(flow.graph, followed), findings.training_nodes)
    normalisations = {each.node: each for side in asked for each in find_normalisations(flow, *side, *known)}
    return ChosenStatistics(tuple(normalisations.values()), choice, followed)


def correction_constants(model: LegacyModel, corrections: Iterable[Correction]) -> tuple[ConstantPlan, ...]:
    """What renormalisation corrects the batch by, fixed to what it is without one."""
    graph = model.meta_graph.graph
    return tuple(
        ConstantPlan(each.tensor, list(each.value), value_type(graph, each.tensor), "batch_norm")
        for each in corrections
    )


def with_plan_averages(model: LegacyModel, averages: Iterable[Average]) -> LegacyModel:
    """The model whose graph reads these averages; what is on disk stays as it is."""
    graph = with_averages(model.meta_graph.graph, averages)
    return (
        model
        if graph is model.meta_graph.graph
        else replace(model, meta_graph=replace(model.meta_graph, graph=graph))
    )
