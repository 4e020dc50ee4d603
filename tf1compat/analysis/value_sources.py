"""What a tensor's values are taken from, sizes left aside: its sources, and whether they are nothing but zeros."""

from __future__ import annotations

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.analysis.pattern import source
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.axes.filling import SIZES
from tf1compat.ops.registry import data_operands

#: Ops that arrange the values of their first data operand.
ARRANGING = (
    families.RESHAPES | families.REPEATING | families.SLICES | families.SPLITS | families.TRANSPOSE | families.GATHER
    | SWITCH | families.ENSURE_SHAPE
)  # fmt: skip
#: Ops that give zeros where their first operand is zeros.
_ZERO_KEEPING = (
    families.ABSOLUTE | families.AVERAGE | families.GREATEST | families.LEAST | families.NEGATION | families.RELU
    | families.SUM | families.TANH
)  # fmt: skip
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
        if node.op not in families.SHAPES:
            todo += (each.node for at, each in enumerate(node.inputs) if SIZES.get(node.op) != at)
    return frozenset(found)


def is_zero(graph: Graph, ref: TensorRef, depth: int = _DEPTH) -> bool:
    """Whether a tensor holds nothing but zeros, whatever is fed."""
    node = graph.producer(source(graph, ref))
    if node.op in families.ZEROS_LIKE:
        return True
    if node.op in families.CONSTANT:
        value = constant(graph, ref)
        return value is not None and value.dtype.kind in "fiuc" and not np.any(value)
    if not depth:
        return False
    if node.op in families.MULTIPLICATION:
        return any(is_zero(graph, each, depth - 1) for each in node.inputs)
    operands = _zero_operands(node)
    return bool(operands) and all(is_zero(graph, each, depth - 1) for each in operands)


def _zero_operands(node: Node) -> tuple[TensorRef, ...]:
    """The operands that have to be zero for a node to give zeros; none where they do not decide it."""
    if node.op in families.FILL:
        return node.inputs[1:2]
    if node.op in ARRANGING | families.CAST:
        return data_operands(node)[:1]
    if node.op in families.JOINING:
        return data_operands(node)
    if node.op in _ZERO_KEEPING:
        return node.inputs[:1]
    if node.op in families.SELECTIONS:
        return node.inputs[1:]
    return node.inputs if node.op in families.ADDITIONS | families.SUBTRACTION else ()
