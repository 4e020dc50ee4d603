"""Masks of which steps each sequence has: the number of each step held against the lengths."""

from __future__ import annotations

from tf1compat.analysis.shapes.dimensions import TIME, Dim, Dims
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

_PASSING = (
    families.ADDITIONS | families.CAST | families.EXPAND_DIMS | families.IDENTITY | families.RESHAPE
    | families.SUBTRACTION | families.TILE
)  # fmt: skip


def marked(walk: Walk, node: Node, dims: Dims) -> Dims:
    """The dimensions of a comparison, time among them where it marks the author's number of steps."""
    steps = walk.numbers.get(TIME)
    if node.op not in families.ORDERINGS or dims is None or steps is None:
        return dims
    counted = [walk.trace(ref).kind == "counted" for ref in node.inputs]
    if sum(counted) != 1:
        return dims
    numbers = _numbers_of_steps(walk, node.inputs[counted.index(False)], steps)
    axis = next((at for at, dim in enumerate(dims) if dim == (steps,)), None)
    if numbers is None or axis is None:
        return dims
    time: Dim = (TIME,)
    walk.marks.add(node.name)
    walk.want(numbers, 0, time, node)
    return (*dims[:axis], time, *dims[axis + 1 :])


def _numbers_of_steps(walk: Walk, ref: TensorRef, steps: int) -> TensorRef | None:
    """`range(T)` behind what only arranges it, where the author had a number for T."""
    node = walk.graph.producer(ref)
    while node.op in _PASSING:
        ref = node.inputs[0]
        node = walk.graph.producer(ref)
    return ref if node.op in families.RANGE and vector_at(walk, node, 1) == ((steps,),) else None
