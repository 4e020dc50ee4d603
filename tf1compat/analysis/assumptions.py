"""Scalars that a graph computes from constants, and from what is assumed of other tensors, in the tensors' own types.

keep = Merge(Const 1.0 where not training, Const 0.5 where training)     keep is 1.0, assuming training is False
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.graph.frames import MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef

#: Values by tensor.
Given = Mapping[TensorRef, Any]

#: Ops that give their first input's value, if they give one: a Switch passes it on to one side.
_SAME = frozenset({"Identity", "Enter", "RefEnter", "StopGradient", "Switch", "RefSwitch"})
#: Ops that hand on a variable's value, or the only entry of a tensor, for which a value may be assumed.
_READS = frozenset({"ReadVariableOp", "RefIdentity", "Reshape", "Squeeze", "ExpandDims"})
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
_SELECTS = frozenset({"Select", "SelectV2"})
_DEPTH = 32


def assumed_scalar(graph: Graph, ref: TensorRef, given: Given, depth: int = _DEPTH) -> Any:
    """The value of a scalar that depends on constants and on `given` alone, as a numpy scalar; else None."""
    return Assumption(graph, given).scalar(ref, depth)


class Assumption:
    """What follows in a graph from the values of some scalars; each answer is found once."""

    def __init__(self, graph: Graph, given: Given) -> None:
        self._graph = graph
        self._given = given
        self._found: dict[TensorRef, Any] = {}

    def scalar(self, ref: TensorRef, depth: int = _DEPTH) -> Any:
        """The value of a scalar, as a numpy scalar; None where it does not follow."""
        if ref in self._given:
            return _numpy(self._given[ref])
        if ref not in self._found:
            found = self._scalar(ref, depth) if depth else None
            if found is None and depth < _DEPTH:
                return None  # nearer to the start it may be in reach
            self._found[ref] = found
        return self._found[ref]

    def is_dead(self, ref: TensorRef, depth: int = _DEPTH) -> bool:
        """Whether a tensor is known to get no value: it stands in a branch that is not taken."""
        node = self._graph.producer(ref)
        if depth == 0 or node.op in MERGE or self._graph.producer(ref).op in NEXT_ITERATION:
            return False
        if node.op in SWITCH:
            decision = self.scalar(node.inputs[1], depth - 1)
            if decision is not None and bool(decision) != bool(ref.index):
                return True
        pivots = (TensorRef(name) for name in node.control_inputs if self._graph[name].op == "Identity")
        return any(self.is_dead(each, depth - 1) for each in (*node.inputs, *pivots))

    def _scalar(self, ref: TensorRef, depth: int) -> Any:
        node = self._graph.producer(ref)
        if node.inputs and (node.op in _SAME or (self._given and node.op in _READS)):
            return self.scalar(node.inputs[0], depth - 1)
        if node.op in _INITIALIZED:
            return np.True_
        if node.op in _DECIDED_BY:
            return self._decided(node.inputs, _DECIDED_BY[node.op], depth)
        if node.op in _REDUCTIONS:
            entries = _entries(self._graph, node.inputs[0])
            return None if entries is None else self._decided(entries, _REDUCTIONS[node.op], depth)
        if node.op in MERGE:
            return self._joined(node, depth)
        if node.op in _SELECTS:
            return self._selected(node, depth)
        if node.op == "Cast":
            return self._cast(node, depth)
        return self._folded(node, depth) if node.op in _FOLDS else _constant(self._graph, ref)

    def _decided(self, operands: Sequence[TensorRef], deciding: bool, depth: int) -> Any:
        values = [self.scalar(each, depth - 1) for each in operands]
        if any(each is not None and bool(each) is deciding for each in values):
            return np.bool_(deciding)
        return None if any(each is None for each in values) else np.bool_(not deciding)

    def _joined(self, merge: Node, depth: int) -> Any:
        """What the one branch that is taken gives; loops join nothing."""
        if any(self._graph.producer(each).op in NEXT_ITERATION for each in merge.inputs):
            return None
        live = [each for each in merge.inputs if not self.is_dead(each, depth - 1)]
        return self.scalar(live[0], depth - 1) if len(live) == 1 else None

    def _selected(self, node: Node, depth: int) -> Any:
        decision = self.scalar(node.inputs[0], depth - 1)
        return None if decision is None else self.scalar(node.inputs[1 if decision else 2], depth - 1)

    def _cast(self, node: Node, depth: int) -> Any:
        value, dtype = self.scalar(node.inputs[0], depth - 1), node.dtype("DstT")
        known = (
            value is not None
            and not isinstance(value, bytes)
            and dtype is not None
            and dtype.numpy is not None
        )
        return dtype.numpy(value) if known and dtype is not None else None

    def _folded(self, node: Node, depth: int) -> Any:
        operands = []
        for each in node.inputs:
            operands.append(self.scalar(each, depth - 1))
            if operands[-1] is None:
                return None
        with np.errstate(all="ignore"):
            return _FOLDS[node.op](*operands)


def _entries(graph: Graph, ref: TensorRef) -> tuple[TensorRef, ...] | None:
    """The scalars that a tensor is stacked of, or the tensor itself if it is one; None if neither is seen."""
    node = graph.producer(resolve(graph, ref, frozenset({"Identity"})))
    if node.op == "Pack":
        return node.inputs
    return (ref,) if graph.static_shape(ref).dims == () else None


def _numpy(value: Any) -> Any:
    """A Python number as the numpy scalar that TensorFlow would make of it."""
    if isinstance(value, float):
        return np.float32(value)
    return np.bool_(value) if isinstance(value, bool) else value


def _constant(graph: Graph, ref: TensorRef) -> Any:
    value = constant(graph, ref)
    return value[()] if value is not None and value.shape == () and value.dtype.kind in "bifuO" else None
