"""Scalars that a graph computes from constants alone."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

_SAME = frozenset({"Identity", "Enter", "StopGradient"})
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "Add": operator.add, "AddV2": operator.add, "Sub": operator.sub, "Mul": operator.mul,
    "RealDiv": lambda left, right: left / right if right else float("nan"),
}  # fmt: skip


def constant_scalar(node: Node) -> bool | float | None:
    """The value of a `Const` that is a number or a boolean without dimensions."""
    value = node.attrs.get("value")
    if node.op != "Const" or not isinstance(value, TensorValue):
        return None
    array = value.array
    if array.shape != () or array.dtype.kind not in "bifu":
        return None
    return bool(array) if array.dtype.kind == "b" else float(array)


def known_number(graph: Graph, ref: TensorRef) -> float | None:
    """The value of a scalar that depends on constants alone, else None."""
    node = graph.producer(ref)
    if node.op in _SAME and node.inputs:
        return known_number(graph, node.inputs[0])
    if node.op in _ARITHMETIC:
        left, right = (known_number(graph, each) for each in node.inputs)
        return None if left is None or right is None else _ARITHMETIC[node.op](left, right)
    value = constant_scalar(node)
    return None if value is None else float(value)


def known_predicate(graph: Graph, ref: TensorRef) -> bool | None:
    """The value of a boolean that depends on constants alone, else None."""
    node = graph.producer(ref)
    if node.op in _SAME and node.inputs:
        return known_predicate(graph, node.inputs[0])
    if node.op in _LOGIC:
        return _LOGIC[node.op]([known_predicate(graph, each) for each in node.inputs])
    value = constant_scalar(node)
    return value if isinstance(value, bool) else None


def _and(given: Sequence[bool | None]) -> bool | None:
    if False in given:
        return False
    return None if None in given else True


def _or(given: Sequence[bool | None]) -> bool | None:
    if True in given:
        return True
    return None if None in given else False


def _not(given: Sequence[bool | None]) -> bool | None:
    return None if given[0] is None else not given[0]


_LOGIC: dict[str, Callable[[Sequence[bool | None]], bool | None]] = {
    "LogicalAnd": _and,
    "LogicalOr": _or,
    "LogicalNot": _not,
}
