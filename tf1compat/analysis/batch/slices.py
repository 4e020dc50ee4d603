"""Slices: the axis of the batch is taken whole, or the batch is not free."""

from __future__ import annotations

from typing import NamedTuple

from tf1compat.analysis.batch.dims import Dim, Dims, dim_of, has_batch
from tf1compat.analysis.batch.walk import Walk
from tf1compat.analysis.constants import constant
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef

_PART = "takes some examples of the batch and leaves others out"


def sliced(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """The dimensions of a Slice."""
    dims = walk.of(node.inputs[0])
    begin, sizes = (constant(walk.graph, ref) for ref in node.inputs[1:3])
    recorded = walk.recorded(TensorRef(node.name))
    if dims is None or begin is None or sizes is None:
        if dims is not None and any(map(has_batch, dims)):
            walk.refuse(node, "takes a part that is not known before it runs")
        return (recorded,)
    found, read = [], []
    for axis, (dim, first, size) in enumerate(zip(dims, begin.tolist(), sizes.tolist(), strict=True)):
        whole = first == 0 and (size == -1 or (dim is not None and size == walk.size(dim)))
        if has_batch(dim) and not whole:
            walk.refuse(node, _PART)
        found.append(dim if whole else recorded[axis] if recorded else dim_of(None if size < 0 else size))
        read.append((-1,) if has_batch(dim) else dim_of(size))
    if any(map(has_batch, dims)):
        walk.made[node.name, 2] = tuple(read)
    return (tuple(found),)


class _Bounds(NamedTuple):
    begin: list[int]
    end: list[int]
    step: list[int]


def strided(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """The dimensions of a StridedSlice: axes with the batch whole, of the others what the file says."""
    dims, recorded = walk.of(node.inputs[0]), walk.recorded(TensorRef(node.name))
    bounds = [constant(walk.graph, ref) for ref in node.inputs[1:4]]
    if dims is None or not any(map(has_batch, dims)):
        return (recorded,)
    known = [each.ravel().tolist() for each in bounds if each is not None]
    if len(known) < 3:
        walk.refuse(node, "takes a part that is not known before it runs")
        return (recorded,)
    found = _followed(walk, node, dims, _Bounds(*known))
    if recorded is not None and len(recorded) == len(found):
        found = [dim if has_batch(dim) else other for dim, other in zip(found, recorded, strict=True)]
    return (tuple(found),)


def _followed(walk: Walk, node: Node, dims: tuple[Dim | None, ...], bounds: _Bounds) -> list[Dim | None]:
    """The dimensions that are left, entry by entry of the slice."""
    found: list[Dim | None] = []
    axis = 0
    entries = len(bounds.begin)
    for place in range(entries):
        if _is_set(node, "ellipsis_mask", place):
            later = range(place + 1, entries)
            following = sum(not _is_set(node, "new_axis_mask", each) for each in later)
            found += dims[axis : len(dims) - following]
            axis = len(dims) - following
        elif _is_set(node, "new_axis_mask", place):
            found.append(())
        else:
            found += _entry(walk, node, place, dims[axis], bounds)
            axis += 1
    return [*found, *dims[axis:]]


def _entry(walk: Walk, node: Node, place: int, dim: Dim | None, bounds: _Bounds) -> list[Dim | None]:
    shrinks = _is_set(node, "shrink_axis_mask", place)
    if not has_batch(dim):
        return [] if shrinks else [None]
    if shrinks or not _is_whole(walk, node, place, dim, bounds):
        walk.refuse(node, _PART)
    elif not _is_set(node, "end_mask", place) and bounds.step[place] > 0:
        # Where the author's number ends the slice, a larger one does for any batch.
        ends = walk.made.get((node.name, 2), tuple(dim_of(each) for each in bounds.end))
        walk.made[node.name, 2] = (*ends[:place], dim, *ends[place + 1 :])
    return [] if shrinks else [dim]


def _is_whole(walk: Walk, node: Node, place: int, dim: Dim | None, bounds: _Bounds) -> bool:
    step = bounds.step[place]
    begins = _is_set(node, "begin_mask", place) or bounds.begin[place] == (0 if step > 0 else -1)
    size = walk.size(dim) if dim is not None else -1
    ends = _is_set(node, "end_mask", place) or (step > 0 and bounds.end[place] >= size)
    return abs(step) == 1 and begins and ends


def _is_set(node: Node, mask: str, place: int) -> bool:
    return bool(node.integer(mask) >> place & 1)
