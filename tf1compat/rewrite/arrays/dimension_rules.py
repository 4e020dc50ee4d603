"""Which dimensions of its inputs a dimension of an op's output equals.

Each rule answers for one output and one axis, counted from the front. The output's dimension equals all those that
are given wherever they are equal among themselves; where they differ (broadcasting), the rule says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tf1compat.analysis.constants import constant
from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.known import known_scalar


class Dimension(NamedTuple):
    """One axis of a tensor."""

    tensor: TensorRef
    axis: int


Rule = Callable[[Graph, Node, int], tuple[Dimension, ...]]


def equal_dimensions(graph: Graph, dimension: Dimension) -> tuple[Dimension, ...]:
    """The input dimensions that this one equals; nothing where the op has no rule, or the file says too little."""
    node = graph.producer(dimension.tensor)
    rule = _RULES.get(node.op)
    return rule(graph, node, dimension.axis) if rule and node.inputs else ()


def _first(_: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    return (Dimension(node.inputs[0], axis),)


def _every(_: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    return tuple(Dimension(ref, axis) for ref in node.inputs)


def _second(_: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    return (Dimension(node.inputs[1], axis),)


def _batch_of_first(_: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    return (Dimension(node.inputs[0], 0),) if axis == 0 else ()


def _broadcast(graph: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    """All operands that have this axis, those of one entry there apart."""
    shapes = [graph.static_shape(ref).dims for ref in node.inputs]
    if any(dims is None for dims in shapes):
        return ()
    known = [dims or () for dims in shapes]
    rank = max(map(len, known))
    places = [axis - rank + len(dims) for dims in known]
    return tuple(
        Dimension(ref, place)
        for ref, dims, place in zip(node.inputs, known, places, strict=True)
        if place >= 0 and dims[place] != 1
    )


def _matrix_product(_: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    transposed = bool(node.attrs.get("transpose_b" if axis else "transpose_a"))
    return (Dimension(node.inputs[axis], 1 - axis if transposed else axis),) if axis < 2 else ()


def _concatenation(graph: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    """Off the axis of concatenation, all parts agree, so that one of them is enough."""
    parts = node.inputs[1:] if node.op == "Concat" else node.inputs[:-1]
    return _off_axis(graph, parts[0], node.inputs[0 if node.op == "Concat" else -1], axis)


def _split(graph: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    value, along = (1, 0) if node.op == "Split" else (0, 2)
    return _off_axis(graph, node.inputs[value], node.inputs[along], axis)


def _off_axis(graph: Graph, value: TensorRef, along: TensorRef, axis: int) -> tuple[Dimension, ...]:
    found, rank = known_scalar(graph, along), graph.static_shape(value).rank
    if found is None or (found < 0 and rank is None):
        return ()
    position = int(found) if found >= 0 else int(found) + (rank or 0)
    return () if axis == position else (Dimension(value, axis),)


def _lookup(graph: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    """The axes of the indices come first, where the first axis is looked up."""
    along = known_scalar(graph, node.inputs[2]) if node.op == "GatherV2" else 0
    rank = graph.static_shape(node.inputs[1]).rank
    if along != 0 or rank is None:
        return ()
    return (Dimension(node.inputs[1], axis) if axis < rank else Dimension(node.inputs[0], axis - rank + 1),)


def _expansion(graph: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    at = known_scalar(graph, node.inputs[1])
    if at is None or at < 0 or axis == at:
        return ()
    return (Dimension(node.inputs[0], axis if axis < at else axis - 1),)


def _reduction(graph: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    """The axes that are not reduced, where the others are kept as ones."""
    axes, rank = constant(graph, node.inputs[1]), graph.static_shape(node.inputs[0]).rank
    if axes is None or rank is None or node.attrs.get("keep_dims") is not True:
        return ()
    reduced = {int(each) % rank for each in axes.flat}
    return () if axis in reduced else (Dimension(node.inputs[0], axis),)


def _transposition(graph: Graph, node: Node, axis: int) -> tuple[Dimension, ...]:
    order = graph.input(node, 1).attrs.get("value")
    if not isinstance(order, TensorValue) or axis >= order.array.size:
        return ()
    return (Dimension(node.inputs[0], int(order.array[axis])),)


_PASSING = frozenset({
    "Identity", "StopGradient", "PreventGradient", "Snapshot", "Cast", "CheckNumerics", "EnsureShape",
    "Sigmoid", "Tanh", "Relu", "Relu6", "Elu", "Selu", "Softplus", "Softsign", "Softmax", "LogSoftmax", "Exp", "Log",
    "Log1p", "Expm1", "Neg", "Abs", "Sqrt", "Rsqrt", "Square", "Sign", "Floor", "Ceil", "Round", "Reciprocal", "Inv",
    "Sin", "Cos", "Erf", "LogicalNot", "ZerosLike", "OnesLike", "ClipByValue", "LeakyRelu", "Reverse", "ReverseV2",
    "ReverseSequence", "Cumsum", "BiasAdd", "BiasAddV1",
}) | ENTER | EXIT | NEXT_ITERATION | SWITCH  # fmt: skip
_BROADCASTING = frozenset({
    "Add", "AddV2", "Sub", "Mul", "Div", "RealDiv", "FloorDiv", "FloorMod", "Maximum", "Minimum", "Pow",
    "SquaredDifference", "Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual", "LogicalAnd",
    "LogicalOr",
})  # fmt: skip
_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        **dict.fromkeys(_PASSING, _first),
        **dict.fromkeys(MERGE | {"AddN"}, _every),
        **dict.fromkeys(_BROADCASTING, _broadcast),
        "Select": _second,
        "MatMul": _matrix_product,
        **dict.fromkeys(("Concat", "ConcatV2"), _concatenation),
        **dict.fromkeys(("Split", "SplitV"), _split),
        **dict.fromkeys(("Gather", "GatherV2", "ResourceGather"), _lookup),
        **dict.fromkeys(("Conv2D", "Conv3D"), _batch_of_first),
        **dict.fromkeys(("Mean", "Sum", "Max", "Min", "Prod"), _reduction),
        "ExpandDims": _expansion,
        "Transpose": _transposition,
    }
)
