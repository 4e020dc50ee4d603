"""Scalars that a graph computes from constants alone, computed in the tensors' own types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tf1compat.discovery.constants import constant
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

#: Ops that give their first input's value, if they give one: a Switch passes it on to one side.
_SAME = frozenset({"Identity", "Enter", "RefEnter", "StopGradient", "Switch", "RefSwitch"})
#: True of every variable that a checkpoint gives its value.
_INITIALIZED = frozenset({"IsVariableInitialized", "VarIsInitializedOp"})
_FOLDS: dict[str, Callable[..., Any]] = {
    "Add": np.add, "AddV2": np.add, "Sub": np.subtract, "Mul": np.multiply, "RealDiv": np.divide,
    "Less": np.less, "LessEqual": np.less_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal,
    "Equal": np.equal, "NotEqual": np.not_equal, "LogicalNot": np.logical_not,
}  # fmt: skip
#: Logical ops that one operand may decide, with the value that decides.
_DECIDED_BY = {"LogicalAnd": False, "LogicalOr": True}
_DEPTH = 32


def known_scalar(graph: Graph, ref: TensorRef, depth: int = _DEPTH) -> Any:
    """The value of a scalar that depends on constants alone, as a numpy scalar; else None."""
    node = graph.producer(ref)
    if depth == 0:
        return None
    if node.op in _SAME and node.inputs:
        return known_scalar(graph, node.inputs[0], depth - 1)
    if node.op in _INITIALIZED:
        return np.True_
    if node.op in _DECIDED_BY:
        return _decided(graph, node, depth)
    return _folded(graph, node, depth) if node.op in _FOLDS else _constant(graph, ref)


def _decided(graph: Graph, node: Node, depth: int) -> Any:
    values = [known_scalar(graph, each, depth - 1) for each in node.inputs]
    deciding = _DECIDED_BY[node.op]
    if any(each is not None and bool(each) is deciding for each in values):
        return np.bool_(deciding)
    return None if any(each is None for each in values) else np.bool_(not deciding)


def _folded(graph: Graph, node: Node, depth: int) -> Any:
    operands = []
    for each in node.inputs:
        operands.append(known_scalar(graph, each, depth - 1))
        if operands[-1] is None:
            return None
    with np.errstate(all="ignore"):
        return _FOLDS[node.op](*operands)


def _constant(graph: Graph, ref: TensorRef) -> Any:
    value = constant(graph, ref)
    return value[()] if value is not None and value.shape == () and value.dtype.kind in "bifu" else None
