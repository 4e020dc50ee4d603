"""What a tensor's values are taken from, sizes left aside: its sources, and whether they are nothing but zeros."""

from __future__ import annotations

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.analysis.pattern import ADDITIONS, CONCATENATIONS, SELECTIONS, data_operands, source
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import SHAPES

#: Ops that arrange the values of their first input, and at which input that stands.
ARRANGING = {
    "Reshape": 0, "ExpandDims": 0, "Squeeze": 0, "Tile": 0, "BroadcastTo": 0, "StridedSlice": 0, "Slice": 0,
    "Unpack": 0, "Transpose": 0, "Cast": 0, "Gather": 0, "GatherV2": 0, "Switch": 0, "RefSwitch": 0,
    "Split": 1, "SplitV": 0, "EnsureShape": 0,
}  # fmt: skip
#: Ops that give zeros where their first operand is zeros.
_ZERO_KEEPING = frozenset({"Neg", "Sum", "Mean", "Max", "Min", "Abs", "Tanh", "Relu"})
#: At which input an op takes sizes, which are no values of its result.
SIZES = {"Fill": 0, "Tile": 1, "Reshape": 1, "BroadcastTo": 1}
_DEPTH = 100  # how many ops may stand between a tensor and the zeros that it is made of


def value_sources(graph: Graph, ref: TensorRef) -> frozenset[str]:
    """The nodes whose values a tensor depends on, itself included; what only gives it a size does not count."""
    found: set[str] = set()
    todo = [ref.node]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        node = graph[name]
        if node.op not in SHAPES:
            todo += (each.node for at, each in enumerate(node.inputs) if SIZES.get(node.op) != at)
    return frozenset(found)


def is_zero(graph: Graph, ref: TensorRef, depth: int = _DEPTH) -> bool:
    """Whether a tensor holds nothing but zeros, whatever is fed."""
    node = graph.producer(source(graph, ref))
    if node.op == "ZerosLike":
        return True
    if node.op == "Const":
        value = constant(graph, ref)
        return value is not None and value.dtype.kind in "fiuc" and not np.any(value)
    if not depth:
        return False
    if node.op == "Mul":
        return any(is_zero(graph, each, depth - 1) for each in node.inputs)
    operands = _zero_operands(node)
    return bool(operands) and all(is_zero(graph, each, depth - 1) for each in operands)


def _zero_operands(node: Node) -> tuple[TensorRef, ...]:
    """The operands that have to be zero for a node to give zeros; none where they do not decide it."""
    if node.op == "Fill":
        return node.inputs[1:2]
    if node.op in ARRANGING:
        return (node.inputs[ARRANGING[node.op]],)
    if node.op in CONCATENATIONS or node.op == "Pack":
        return data_operands(node)
    if node.op in _ZERO_KEEPING:
        return node.inputs[:1]
    if node.op in SELECTIONS:
        return node.inputs[1:]
    return node.inputs if node.op in ADDITIONS | {"Sub"} else ()
