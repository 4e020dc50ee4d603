"""Means and variances over the examples of a batch, found by their arithmetic: over which axes, and of what.

    FusedBatchNorm          outputs 1 and 2, where it is in training
    tf.nn.moments           Mean(x) and Mean(SquaredDifference(x, Mean(x)))
    until 1.0               Sum(x - shift) / count + shift, Sum((x - shift)^2) / count - (Sum(x - shift) / count)^2
    by hand                 Mean(Square(x - mean)), Mean(Square(x)) - Square(Mean(x))

Instances, layers and groups are normalised over other axes than that of the examples, and kernels have no examples:
neither is a statistic of a batch. Sources: `moments`, `sufficient_statistics` and `normalize_moments` in
tensorflow/python/ops/nn_impl.py (nn.py in 0.12), tensorflow/core/kernels/fused_batch_norm_op.cc.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.constants import constant, scalar
from tf1compat.analysis.pattern import source
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops import families

MEAN, VARIANCE = "mean", "variance"

#: Ops by one of which every statistic is computed, and those that can give one.
_AVERAGING = families.FUSED_BATCH_NORMALISATION | families.AVERAGE | families.SUM
_ROOTS = _AVERAGING - families.SUM | families.SUBTRACTION | families.MULTIPLICATION | families.ADDITIONS
_EXAMPLES = (
    families.PLACEHOLDERS | families.FEEDERS | families.DRAWS | families.RANDOM | families.PYTHON_FUNCTION
)


@dataclass(frozen=True)
class Statistic:
    """A tensor that is the mean or the variance of `of` over the examples of a batch."""

    tensor: TensorRef
    kind: str
    of: TensorRef


@cached_on_graph
def find_statistics(graph: Graph) -> Mapping[TensorRef, Statistic]:
    """Every statistic of a batch, by its tensor."""
    likely = [node for node in graph.nodes if node.op in _ROOTS]
    if not any(node.op in _AVERAGING for node in graph.nodes):
        return MappingProxyType({})
    examples = descendants(graph, [node.name for node in graph.nodes if node.op in _EXAMPLES])
    found = (each for node in likely for each in _statistics(graph, node) if each.of.node in examples)
    return MappingProxyType({each.tensor: each for each in found})


def _statistics(graph: Graph, node: Node) -> Iterator[Statistic]:
    if node.op in families.FUSED_BATCH_NORMALISATION:
        yield from _fused(graph, node)
    elif node.op in families.AVERAGE:
        yield from _reduced(graph, node)
    else:
        yield from _from_sums(graph, node)


def _fused(graph: Graph, node: Node) -> Iterator[Statistic]:
    if node.attrs.get("is_training", True) is True and not _is_one_example(graph, node.inputs[0]):
        value = source(graph, node.inputs[0])
        yield Statistic(TensorRef(node.name, 1), MEAN, value)
        yield Statistic(TensorRef(node.name, 2), VARIANCE, value)


def _reduced(graph: Graph, node: Node) -> Iterator[Statistic]:
    """The mean of a tensor, or of its squared distance from its mean."""
    if not _reduces_examples(graph, node):
        return
    value = source(graph, node.inputs[0])
    inner = graph.producer(value)
    deviation = _squared_deviation(graph, inner)
    if deviation is not None:
        yield Statistic(TensorRef(node.name), VARIANCE, deviation)
    elif inner.op not in families.ABSOLUTE | families.SQUARE | families.SQUARED_DIFFERENCE:
        yield Statistic(TensorRef(node.name), MEAN, value)


def _squared_deviation(graph: Graph, node: Node) -> TensorRef | None:
    """What a node takes the squared distance of, from its own mean."""
    if node.op in families.SQUARED_DIFFERENCE:
        operands = node.inputs
    elif node.op in families.SQUARE and _producer(graph, node.inputs[0]).op in families.SUBTRACTION:
        operands = _producer(graph, node.inputs[0]).inputs
    else:
        return None
    for value, mean in (operands, operands[::-1]):
        reduced = graph.producer(unshaped(graph, mean))
        if reduced.op in families.AVERAGE and source(graph, reduced.inputs[0]) == source(graph, value):
            return source(graph, value)
    return None


def _from_sums(graph: Graph, node: Node) -> Iterator[Statistic]:
    """Statistics that are worked out from a sum and a count, or from the mean of squares."""
    this = TensorRef(node.name)
    if node.op in families.SUBTRACTION:
        found = _difference_of_squares(graph, node)
        if found is not None:
            yield Statistic(this, VARIANCE, found)
    elif node.op in families.MULTIPLICATION:
        summed = _divided_sum(graph, node)
        if summed is not None and _producer(graph, summed).op not in (
            families.SQUARE | families.SQUARED_DIFFERENCE | families.SUBTRACTION
        ):
            yield Statistic(this, MEAN, summed)
    else:
        yield from _shifted_back(graph, node)


def _shifted_back(graph: Graph, node: Node) -> Iterator[Statistic]:
    """`sum(x - shift) / count + shift`."""
    for mean, shift in (node.inputs, node.inputs[::-1]):
        summed = _divided_sum(graph, _producer(graph, mean))
        inner = None if summed is None else _producer(graph, summed)
        if (
            inner is not None
            and inner.op in families.SUBTRACTION
            and source(graph, inner.inputs[1]) == source(graph, shift)
        ):
            yield Statistic(TensorRef(node.name), MEAN, source(graph, inner.inputs[0]))
            return


def _difference_of_squares(graph: Graph, node: Node) -> TensorRef | None:
    """`x` in `mean(x^2) - mean(x)^2`, whether shifted or not."""
    squares, mean = (_producer(graph, each) for each in node.inputs)
    if mean.op not in families.SQUARE:
        return None
    value = _averaged(graph, squares)
    inner = None if value is None else _producer(graph, value)
    if inner is None or inner.op not in families.SQUARE | families.SQUARED_DIFFERENCE:
        return None
    shifted = _averaged(graph, _producer(graph, mean.inputs[0]))
    return source(graph, inner.inputs[0]) if shifted is not None else None


def _averaged(graph: Graph, node: Node) -> TensorRef | None:
    """What a node averages over the examples, by a Mean or by a sum and a count."""
    if node.op in families.AVERAGE and _reduces_examples(graph, node):
        return source(graph, node.inputs[0])
    return _divided_sum(graph, node)


def _divided_sum(graph: Graph, node: Node) -> TensorRef | None:
    """What is summed over the examples and multiplied with one over their number."""
    if node.op not in families.MULTIPLICATION:
        return None
    for total, divisor in (node.inputs, node.inputs[::-1]):
        summed = _producer(graph, total)
        if (
            summed.op in families.SUM
            and _producer(graph, divisor).op in families.RECIPROCAL
            and _reduces_examples(graph, summed)
        ):
            return source(graph, summed.inputs[0])
    return None


def _reduces_examples(graph: Graph, node: Node) -> bool:
    """Whether a reduction runs over the first axis, that of the examples, and leaves another, that of the features."""
    axes, shape = constant(graph, node.inputs[1]), graph.static_shape(node.inputs[0])
    if axes is None or _is_one_example(graph, node.inputs[0]):
        return False
    rank = shape.rank
    if rank is None:
        return 0 in axes.reshape(-1) and graph.static_shape(TensorRef(node.name)).rank != 0
    along = {int(axis) % rank for axis in axes.reshape(-1)} if rank else set()
    return 0 in along and len(along) < rank


def _is_one_example(graph: Graph, ref: TensorRef) -> bool:
    """Whether the first axis of a tensor has size 1: for a batch of one, or because instances were laid elsewhere."""
    shape = graph.static_shape(ref)
    if shape.dims is not None and len(shape.dims) > 0 and shape.dims[0] is not None:
        return shape.dims[0] == 1
    node = _producer(graph, ref)
    if node.op not in families.RESHAPE:
        return False
    sizes = _producer(graph, node.inputs[1])
    if sizes.op in families.PACK:
        return scalar(graph, sizes.inputs[0]) == 1
    known = constant(graph, node.inputs[1])
    return known is not None and known.size > 0 and known.reshape(-1)[0] == 1


def _producer(graph: Graph, ref: TensorRef) -> Node:
    return graph.producer(source(graph, ref))


def unshaped(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor with the same entries before axes of size 1 were added or taken away, and types changed."""
    found = source(graph, ref)
    while graph.producer(found).op in families.RESHAPES | families.CAST:
        found = source(graph, graph.producer(found).inputs[0])
    return found
