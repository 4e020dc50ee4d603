"""Scalars that a graph computes from constants alone, computed in the tensors' own types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tf1compat.discovery.constants import constant
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef

#: Ops that give their first input's value, if they give one: a Switch passes it on to one side.
_SAME = frozenset({"Identity", "Enter", "RefEnter", "StopGradient", "Switch", "RefSwitch"})
#: True of every variable that a checkpoint gives its value.
_INITIALIZED = frozenset({"IsVariableInitialized", "VarIsInitializedOp"})


def _equal(left: Any, right: Any) -> Any:
    """Whether two scalars are the same, texts too."""
    return np.bool_(left == right)


def _differs(left: Any, right: Any) -> Any:
    return np.bool_(left != right)


_FOLDS: dict[str, Callable[..., Any]] = {
    "Add": np.add, "AddV2": np.add, "Sub": np.subtract, "Mul": np.multiply, "RealDiv": np.divide,
    "Less": np.less, "LessEqual": np.less_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal,
    "Equal": _equal, "NotEqual": _differs, "LogicalNot": np.logical_not, "FloorMod": np.mod,
    "Maximum": np.maximum, "Minimum": np.minimum,
}  # fmt: skip
#: Logical ops that one operand may decide, with the value that decides.
_DECIDED_BY = {"LogicalAnd": False, "LogicalOr": True}
#: Logical ops over all entries of a tensor, with the value of one entry that decides.
_REDUCTIONS = {"All": False, "Any": True}
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
        return _decided(graph, node.inputs, _DECIDED_BY[node.op], depth)
    if node.op in _REDUCTIONS:
        entries = _entries(graph, node.inputs[0])
        return None if entries is None else _decided(graph, entries, _REDUCTIONS[node.op], depth)
    if node.op == "Cast":
        return _cast(graph, node, depth)
    return _folded(graph, node, depth) if node.op in _FOLDS else _constant(graph, ref)


def _decided(graph: Graph, operands: Sequence[TensorRef], deciding: bool, depth: int) -> Any:
    values = [known_scalar(graph, each, depth - 1) for each in operands]
    if any(each is not None and bool(each) is deciding for each in values):
        return np.bool_(deciding)
    return None if any(each is None for each in values) else np.bool_(not deciding)


def _entries(graph: Graph, ref: TensorRef) -> tuple[TensorRef, ...] | None:
    """The scalars that a tensor is stacked of, or the tensor itself if it is one; None if neither is seen."""
    node = graph.producer(resolve(graph, ref, frozenset({"Identity"})))
    if node.op == "Pack":
        return node.inputs
    return (ref,) if graph.static_shape(ref).dims == () else None


def _cast(graph: Graph, node: Node, depth: int) -> Any:
    value, dtype = known_scalar(graph, node.inputs[0], depth - 1), node.dtype("DstT")
    known = (
        value is not None and not isinstance(value, bytes) and dtype is not None and dtype.numpy is not None
    )
    return dtype.numpy(value) if known and dtype is not None else None


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
    return value[()] if value is not None and value.shape == () and value.dtype.kind in "bifuO" else None
