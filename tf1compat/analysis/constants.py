"""Values that a graph fixes: constants, and the few ops that authors build them with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf1compat.analysis.pattern import source
from tf1compat.graph.attributes import Array, DType, TensorValue
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

#: How many ops deep a constant may be computed; no shape or order that authors write is nearly so deep.
_DEPTH = 64


def constant(graph: Graph, ref: TensorRef, depth: int = _DEPTH) -> Array | None:
    """The value of a tensor that cannot be anything else; None when it is not known without running."""
    if depth == 0:
        return None
    node = graph.producer(source(graph, ref))
    if node.op == "Const":
        value, dtype = node.attrs.get("value"), node.dtype("dtype")
        if not isinstance(value, TensorValue) or (dtype is not None and dtype.numpy is None):
            return None
        return value.array
    fold = _FOLDS.get(node.op)
    if fold is None:
        return None
    known: list[Array] = []
    for each in node.inputs:
        operand = constant(graph, each, depth - 1)
        if operand is None:
            return None
        known.append(operand)
    return fold(node, known)


_FOLDS: dict[str, Callable[[Node, list[Array]], Array]] = {
    "Range": lambda node, values: np.arange(*(each.item() for each in values)),
    "Concat": lambda node, values: np.concatenate(values[1:], int(values[0])),
    "ConcatV2": lambda node, values: np.concatenate(values[:-1], int(values[-1])),
    "Pack": lambda node, values: np.stack(values, node.integer("axis")),
    "Sub": lambda node, values: values[0] - values[1],
    "Cast": lambda node, values: values[0].astype((node.dtype("DstT") or DType("int32")).numpy),
}


def scalar(graph: Graph, ref: TensorRef) -> float | None:
    """The one number that a tensor is, if it is a known one."""
    value = constant(graph, ref)
    return float(value.item()) if value is not None and value.size == 1 and value.dtype != object else None


def swaps_batch_and_time(graph: Graph, node: Node) -> bool:
    """Whether a node transposes by exchanging the first two axes and keeping the rest."""
    if node.op != "Transpose":
        return False
    order = constant(graph, node.inputs[1])
    if order is not None:
        return list(order[:2]) == [1, 0] and list(order[2:]) == list(range(2, len(order)))
    return _starts_with_swap(graph, node.inputs[1])


def _starts_with_swap(graph: Graph, order: TensorRef) -> bool:
    """`concat([[1, 0], range(2, rank)])` of a rank that is only known at run time."""
    node = graph.producer(source(graph, order))
    if node.op not in {"Concat", "ConcatV2"}:
        return False
    first = constant(graph, node.inputs[1 if node.op == "Concat" else 0])
    return first is not None and list(first) == [1, 0]
