"""One entry of a tensor along an axis, however it was taken: unstacked, split, sliced or gathered."""

from __future__ import annotations

from typing import NamedTuple

from tf1compat.analysis.constants import constant
from tf1compat.analysis.shapes.dimensions import size_of
from tf1compat.analysis.shapes.facts import axis_map
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.axes import AxisMap
from tf1compat.ops.axes.choosing import entries_of, is_set
from tf1compat.ops.families import CUTS, GATHER, SLICES, STRIDED_SLICE, UNPACK
from tf1compat.ops.registry import data_operands

_TAKING = UNPACK | CUTS | SLICES | GATHER


class Piece(NamedTuple):
    """The entry at a place along an axis of a tensor; `kept`: the axis is still there, with this entry alone."""

    whole: TensorRef
    axis: int
    place: int
    kept: bool


def piece_of(walk: Walk, ref: TensorRef) -> Piece | None:
    """What a tensor is one entry of; None where it is another part of something, or none."""
    node = walk.graph.producer(ref)
    found = axis_map(walk, node) if node.op in _TAKING else None
    taken = None if found is None else _axis_taken(node, found, ref.index)
    if taken is None:
        return None
    whole = data_operands(node)[0]
    axis, kept = taken
    place = _place(walk, node, ref.index, axis)
    dims = walk.of(whole)
    dim = dims[axis] if dims is not None and axis < len(dims) else None
    size = None if dim is None else size_of(dim, walk.numbers)
    if place is None or size is None or not -size <= place < size:
        return None
    return Piece(whole, axis, place % size, kept)


def _axis_taken(node: Node, found: AxisMap, output: int) -> tuple[int, bool] | None:
    """The only axis that is not taken whole, and whether it is still there."""
    origins = found.outputs[output] if output < len(found.outputs) else None
    if origins is None or any(each.coupled or each.kind not in ("equal", "part") for each in origins):
        return None
    parts = [each for each in origins if each.kind == "part"]
    gathered = any(each.operand not in found.values[:1] for origin in origins for each in origin.of)
    ended = [(each.axis.axis, gathered) for each in found.ended if each.axis.operand == found.values[0]]
    taken = [*((each.of[0].axis, True) for each in parts), *ended]
    return taken[0] if len(taken) == 1 and all(each.size == 1 for each in parts) else None


def _place(walk: Walk, node: Node, output: int, axis: int) -> int | None:
    """Which entry a node takes along the axis."""
    if node.op in UNPACK | CUTS:
        return output
    told = constant(walk.graph, node.inputs[1])
    if told is None or told.dtype.kind not in "iu":
        return None
    if node.op in GATHER:
        return int(told.item()) if told.size == 1 and told.ndim < 2 else None
    return begin_along(walk, node, axis)


def begin_along(walk: Walk, node: Node, axis: int) -> int | None:
    """Where a slice begins along an axis, if that is a constant."""
    begins, rank = constant(walk.graph, node.inputs[1]), walk.rank(node.inputs[0])
    if begins is None or rank is None:
        return None
    if node.op not in STRIDED_SLICE:
        return int(begins.ravel()[axis]) if axis < begins.size else None
    place = next((each.place for each in entries_of(node, rank, begins.size) if each.axis == axis), None)
    if place is None:
        return None
    return 0 if is_set(node, "begin_mask", place) else int(begins.ravel()[place])
