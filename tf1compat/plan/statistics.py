"""What becomes of batch normalisation in training mode, for the signatures and constants that were chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.batch_norm.inference import with_averages
from tf1compat.discovery.batch_norm.judge import Correction, Judgement, find_normalisations, judge
from tf1compat.discovery.batch_norm.untouched import is_saved_in, untouched_in
from tf1compat.discovery.findings import Average, Findings, Note
from tf1compat.options import StatisticsChoice
from tf1compat.plan.model import ConstantPlan, SignaturePlan
from tf1compat.source.model import LegacyModel

_CODES = frozenset({
    "batch-norm-averaged", "batch-statistics-kept", "batch-norm-without-averages", "batch-norm-untouched-averages",
})  # fmt: skip


def judge_statistics(
    model: LegacyModel,
    findings: Findings,
    signatures: Iterable[SignaturePlan],
    constants: Sequence[ConstantPlan],
    choice: StatisticsChoice,
) -> Judgement:
    """What the choice makes of the normalisations behind the signatures' outputs."""
    flow = ForwardGraph(model.meta_graph.graph, findings.training_nodes)
    given = {each.tensor: each.value for each in constants if isinstance(each.value, (bool, int, float))}
    found = {}
    for signature in signatures:
        outputs = [piece.tensor for each in signature.outputs for piece in each.pieces]
        fed = {each.tensor: None for each in signature.inputs if not each.readers}
        for each in find_normalisations(flow, outputs, {**given, **fed}, is_saved_in(model)):
            found[each.node] = each
    return judge(found.values(), choice, untouched_in(model))


def correction_constants(model: LegacyModel, corrections: Iterable[Correction]) -> tuple[ConstantPlan, ...]:
    """What renormalisation corrects the batch by, fixed to what it is without one."""
    graph = model.meta_graph.graph
    return tuple(
        ConstantPlan(each.tensor, list(each.value), dtype_of(graph, each.tensor), "batch_norm")
        for each in corrections
    )


def concerns_statistics(note: Note) -> bool:
    """Whether a hazard or blocker of discovery is told anew for what was chosen."""
    return note.code in _CODES


def with_plan_averages(model: LegacyModel, averages: Iterable[Average]) -> LegacyModel:
    """The model whose graph reads these averages; what is on disk stays as it is."""
    graph = with_averages(model.meta_graph.graph, averages)
    return (
        model
        if graph is model.meta_graph.graph
        else replace(model, meta_graph=replace(model.meta_graph, graph=graph))
    )
