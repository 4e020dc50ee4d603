"""Ops that take some entries of a tensor: by a range, by a stride, or by indices that another tensor holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import (
    Axis,
    AxisMap,
    Ended,
    Facts,
    Origin,
    Rule,
    SizeOf,
    equal,
    from_front,
    number,
    numbers,
    rank_of,
    whole,
)


def _gather(node: Node, facts: Facts) -> AxisMap | None:
    """Rows of a table along one axis, the indices' own axes in its place."""
    along = 0 if len(node.inputs) < 3 else number(facts, node, 2)
    table, indices = rank_of(facts, node), rank_of(facts, node, 1)
    along, shared = from_front(along, table), node.integer("batch_dims")
    if indices is None or along is None or (table is None and (along or shared)):
        return None
    shared = shared if shared >= 0 else shared + indices
    both = tuple(Origin("equal", (Axis(0, axis), Axis(1, axis))) for axis in range(shared))
    rows = (*whole(0, range(shared, along)), *whole(1, range(shared, indices)))
    rest = whole(0, range(along + 1, table)) if table is not None else ()
    if table is None:
        return None
    return AxisMap(((*both, *rows, *rest),), (0, 1), (Ended(Axis(0, along), "picked"),))


def _gather_nd(node: Node, facts: Facts) -> AxisMap | None:
    """The last axis of the indices is a place in the table's first axes."""
    table, indices = rank_of(facts, node), rank_of(facts, node, 1)
    depth = None if not indices else facts.size(node.inputs[1], indices - 1)
    if table is None or not indices or depth is None or node.integer("batch_dims"):
        return None
    ended = tuple(Ended(Axis(0, axis), "picked") for axis in range(depth))
    found = (*whole(1, range(indices - 1)), *whole(0, range(depth, table)))
    return AxisMap((found,), (0, 1), (*ended, Ended(Axis(1, indices - 1), "reduced")))


def _one_hot(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    at = None if rank is None else from_front(node.integer("axis", -1), rank + 1)
    if rank is None or at is None:
        return None
    depth = Origin("new", size=SizeOf(1, 0))
    return AxisMap(((*whole(0, range(at)), depth, *whole(0, range(at, rank))),), (0,))


def _slice(node: Node, facts: Facts) -> AxisMap | None:
    rank, begin, sizes = rank_of(facts, node), numbers(facts, node, 1), numbers(facts, node, 2)
    if rank is None:
        return None
    if begin is None or len(begin) != rank:
        return AxisMap((tuple(Origin("part", (Axis(0, axis),)) for axis in range(rank)),), (0,))
    given = sizes if sizes is not None and len(sizes) == rank else [None] * rank
    return AxisMap((tuple(_cut(node, facts, axis, begin[axis], given[axis]) for axis in range(rank)),), (0,))


def _cut(node: Node, facts: Facts, axis: int, first: int, size: int | None) -> Origin:
    """All entries along an axis, or those from the first of some size."""
    known = -1 if size is None else facts.size(node.inputs[0], axis)
    whole = (
        size in (-1, known) if size is not None else facts.is_size(node.inputs[2], axis, node.inputs[0], axis)
    )
    if first == 0 and whole:
        return equal(0, axis)
    return Origin("part", (Axis(0, axis),), None if size is None or size < 0 else size)


class Entry(NamedTuple):
    """One entry of a strided slice: the axis of the operand that it takes from, or None for a new axis."""

    place: int | None
    axis: int | None


def entries_of(node: Node, rank: int, count: int) -> Iterator[Entry]:
    """The entries of a StridedSlice and the axes behind its ellipsis, in the order of the result."""
    axis = 0
    for place in range(count):
        if is_set(node, "ellipsis_mask", place):
            later = sum(not is_set(node, "new_axis_mask", each) for each in range(place + 1, count))
            for _ in range(axis, rank - later):
                yield Entry(None, axis)
                axis += 1
        elif is_set(node, "new_axis_mask", place):
            yield Entry(place, None)
        else:
            yield Entry(place, axis)
            axis += 1
    for rest in range(axis, rank):
        yield Entry(None, rest)


def is_set(node: Node, mask: str, place: int) -> bool:
    """Whether a bit of one of the masks of a StridedSlice is set."""
    return bool(node.integer(mask) >> place & 1)


def _strided_slice(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    bounds = [numbers(facts, node, position) for position in (1, 2, 3)]
    lengths = [facts.count(node.inputs[position]) for position in (1, 2, 3)]
    count = next((each for each in lengths if each is not None), None)
    if rank is None or count is None:
        return None
    origins, ended = [], []
    for place, axis in entries_of(node, rank, count):
        if axis is None:
            origins.append(Origin("new", size=1))
        elif place is None:
            origins.append(equal(0, axis))
        elif is_set(node, "shrink_axis_mask", place):
            ended.append(Ended(Axis(0, axis), "picked", bounds[0][place] if bounds[0] else None))
        else:
            origins.append(_taken(node, facts, place, axis, bounds))
    return AxisMap((tuple(origins),), (0,), tuple(ended))


def _slice_turned_back(node: Node, facts: Facts) -> AxisMap | None:
    """`StridedSliceGrad(shape, begin, end, strides, dy)`: what a slice took stands where it was, among zeros."""
    rank = facts.count(node.inputs[0])
    bounds = [numbers(facts, node, position) for position in (1, 2, 3)]
    count = next(
        (facts.count(node.inputs[at]) for at in (1, 2, 3) if facts.count(node.inputs[at]) is not None), None
    )
    if rank is None or count is None:
        return None
    origins: dict[int, Origin] = {}
    ended, own = [], 0
    for place, axis in entries_of(node, rank, count):
        shrinks = place is not None and is_set(node, "shrink_axis_mask", place)
        whole_axis = place is None or (
            _is_whole(node, place) and bounds[2] is not None and bounds[2][place] == 1
        )
        if axis is not None:
            kept = whole_axis and not shrinks
            origins[axis] = equal(4, own) if kept else Origin("new", size=SizeOf(0, axis), coupled=True)
        if not shrinks:
            ended += [] if axis is not None and whole_axis else [Ended(Axis(4, own), "picked", 0)]
            own += 1
    return AxisMap((tuple(origins[axis] for axis in range(rank)),), (4,), tuple(ended))


def _is_whole(node: Node, place: int) -> bool:
    return is_set(node, "begin_mask", place) and is_set(node, "end_mask", place)


def _taken(node: Node, facts: Facts, place: int, axis: int, bounds: list[list[int] | None]) -> Origin:
    """The entries that a slice takes along an axis: all of them, in order or turned around, or some."""
    begin, end, step = (None if each is None else each[place] for each in bounds)
    size = facts.size(node.inputs[0], axis)
    if step is not None and abs(step) == 1:
        begins = is_set(node, "begin_mask", place) or begin == (0 if step > 0 else -1)
        reaches = step > 0 and (
            facts.is_size(node.inputs[2], place, node.inputs[0], axis)
            if end is None
            else size is not None and end >= size
        )
        if begins and (is_set(node, "end_mask", place) or reaches):
            return equal(0, axis, coupled=step < 0)
    return Origin("part", (Axis(0, axis),), _length(begin, end, step, node, place))


def _length(begin: int | None, end: int | None, step: int | None, node: Node, place: int) -> int | None:
    """How many entries a slice between two constants takes, where both count from the same side."""
    begin = 0 if is_set(node, "begin_mask", place) else begin
    if (
        begin is None
        or end is None
        or step != 1
        or is_set(node, "end_mask", place)
        or (begin < 0) != (end < 0)
    ):
        return None
    return max(0, end - begin)


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Gather", "GatherV2", "ResourceGather"), _gather),
    **dict.fromkeys(("GatherNd", "ResourceGatherNd"), _gather_nd),
    "OneHot": _one_hot, "Slice": _slice, "StridedSlice": _strided_slice, "StridedSliceGrad": _slice_turned_back,
}  # fmt: skip
