"""Batch normalisation in training mode: the statistics behind an output, and the variables that average them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tf1compat.analysis.batch_norm.averages import NONE, Averages, find_averages, mixes
from tf1compat.analysis.batch_norm.statistics import MEAN, VARIANCE, Statistic, find_statistics
from tf1compat.analysis.dead import find_dead, live_behind
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Average, Correction, Normalisation
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops import families

_BETWEEN = (
    families.ADDITIONS | families.TRANSPARENT | families.SELECTIONS | SWITCH | MERGE | families.RESHAPES
    | families.CAST | families.MAXIMUM
)  # fmt: skip
_STEPS = 8
#: The values of the two corrections, by the op that gives the numerator.
_CORRECTIONS = families.by_op({families.SQUARE_ROOT: 1.0, families.SUBTRACTION: 0.0})


def find_normalisations(
    flow: ForwardGraph,
    outputs: Iterable[TensorRef],
    given: Mapping[TensorRef, Any],
    is_saved: Callable[[str], bool] = lambda _: True,
    is_untouched: Callable[[Sequence[Average]], bool] = lambda _: False,
) -> tuple[Normalisation, ...]:
    """The normalisations by a batch's statistics behind outputs, once some tensors have their values.

    `is_saved` and `is_untouched` know the checkpoint: which variables it has, and which it has as they began.
    """
    graph = flow.graph
    statistics = find_statistics(graph)
    if not statistics:
        return ()
    behind = live_behind(graph, outputs, find_dead(graph, given), given)
    averages = find_averages(graph, statistics)
    found = []
    groups = [*_groups(graph, statistics, behind)]
    grouped = {each.tensor for _, group in groups for each in group}
    for node, group in (*groups, *_means_alone(statistics, behind, averages, grouped)):
        chosen = [(each.tensor, _chosen(averages.get(each.tensor, NONE), behind, is_saved)) for each in group]
        known = tuple(Average(tensor, variable) for tensor, variable in chosen if variable is not None)
        roots = [name for each in group for name in averages.get(each.tensor, NONE).roots]
        corrections = tuple(_corrections(graph, behind, roots))
        untouched = len(known) == len(chosen) and is_untouched(known)
        found.append(Normalisation(node, tuple(each for each, _ in chosen), known, corrections, untouched))
    return tuple(found)


def _chosen(averages: Averages, behind: frozenset[str], is_saved: Callable[[str], bool]) -> str | None:
    """The variable that an inference reads: renormalisation has others, by which it corrects the batch's."""
    saved = [each for each in averages.values if is_saved(each)]
    unread = [each for each in saved if each not in behind]
    return next(iter((*unread, *saved)), None)


def _corrections(graph: Graph, behind: frozenset[str], roots: Sequence[str]) -> Iterator[Correction]:
    """`stddev / renorm_stddev` is 1 without a batch, `(mean - renorm_mean) / renorm_stddev` is 0."""
    for node in graph.in_order(behind) if roots else ():
        if node.op in families.DIVISION and mixes(graph, node.inputs[1], roots):
            numerator = graph.producer(source(graph, node.inputs[0])).op
            dims = graph.static_shape(TensorRef(node.name)).dims
            if numerator in _CORRECTIONS and dims is not None and len(dims) == 1 and dims[0] is not None:
                yield Correction(TensorRef(node.name), (_CORRECTIONS[numerator],) * dims[0])


def _groups(
    graph: Graph, statistics: Mapping[TensorRef, Statistic], behind: frozenset[str]
) -> Iterator[tuple[str, list[Statistic]]]:
    """The statistics that a value is normalised by, with the node to name for them."""
    means: dict[TensorRef, list[Statistic]] = {}
    for each in statistics.values():
        if each.kind != VARIANCE:
            means.setdefault(each.of, []).append(each)
    for each in statistics.values():
        if each.kind == VARIANCE and each.tensor.node in behind and _normalises(graph, each, behind):
            mine = [mean for mean in means.get(each.of, ()) if _belong(graph, mean, each, behind)]
            yield each.tensor.node, [*mine, each]


def _means_alone(
    statistics: Mapping[TensorRef, Statistic],
    behind: frozenset[str],
    averages: Mapping[TensorRef, Averages],
    grouped: Collection[TensorRef],
) -> Iterator[tuple[str, list[Statistic]]]:
    """Means that are averaged in training and that nothing but the mean is taken from, as with weight normalisation."""
    for each in statistics.values():
        alone = each.kind == MEAN and each.tensor.node in behind and each.tensor not in grouped
        if alone and averages.get(each.tensor, NONE).values:
            yield each.tensor.node, [each]


def _belong(graph: Graph, mean: Statistic, variance: Statistic, behind: frozenset[str]) -> bool:
    """Whether a mean is one of the two statistics of a normalisation: both of one fused op, or both of none."""
    if (
        graph.producer(variance.tensor).op in families.FUSED_BATCH_NORMALISATION
        or graph.producer(mean.tensor).op in families.FUSED_BATCH_NORMALISATION
    ):
        return mean.tensor.node == variance.tensor.node
    return mean.tensor.node in behind


def _normalises(graph: Graph, variance: Statistic, behind: frozenset[str]) -> bool:
    """Whether something is divided by the root of a variance; it may also be a feature of its own."""
    if graph.producer(variance.tensor).op in families.FUSED_BATCH_NORMALISATION:
        return True
    todo, seen = [(variance.tensor, False, _STEPS)], set[TensorRef]()
    while todo:
        ref, rooted, steps = todo.pop()
        for use in graph.uses.get(ref, ()) if steps and ref not in seen else ():
            node = graph[use.node]
            if node.name not in behind:
                continue
            if node.op in families.POWER | families.RECIPROCAL_ROOT or (
                rooted and _divides(node.op, use.position)
            ):
                return True
            if node.op in families.SQUARE_ROOT or node.op in _BETWEEN:
                outputs = 2 if node.op in SWITCH else 1
                after = (TensorRef(node.name, index) for index in range(outputs))
                todo.extend((each, rooted or node.op in families.SQUARE_ROOT, steps - 1) for each in after)
        seen.add(ref)
    return False


def _divides(op: str, position: int) -> bool:
    return op in families.RECIPROCAL or (op in families.DIVISION and position == 1)
