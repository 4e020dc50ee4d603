"""Ops that put axes in another order, add and drop axes of one entry, and join or take apart whole tensors."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import (
    Axis,
    AxisMap,
    Ended,
    Facts,
    Origin,
    Origins,
    Rule,
    equal,
    from_front,
    number,
    numbers,
    rank_of,
    whole,
)


def _transpose(node: Node, facts: Facts) -> AxisMap | None:
    order, rank = numbers(facts, node, 1), rank_of(facts, node)
    if order is None or (rank is not None and len(order) != rank):
        return None
    return AxisMap((whole(0, (each % len(order) for each in order)),), (0,))


def _expand_dims(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    at = None if rank is None else from_front(number(facts, node, 1), rank + 1)
    if rank is None or at is None:
        return None
    return AxisMap(((*whole(0, range(at)), Origin("new", size=1), *whole(0, range(at, rank))),), (0,))


def _squeeze(node: Node, facts: Facts) -> AxisMap | None:
    rank, given = rank_of(facts, node), node.attrs.get("squeeze_dims")
    if rank is None:
        return None
    named = (
        [from_front(each, rank) for each in given if isinstance(each, int)]
        if isinstance(given, tuple)
        else []
    )
    sizes = [facts.size(node.inputs[0], axis) for axis in range(rank)]
    gone = named or [axis for axis, size in enumerate(sizes) if size == 1]
    if None in gone or (not named and None in sizes):
        return None
    ended = tuple(Ended(Axis(0, axis), "picked", 0) for axis in gone if axis is not None and sizes[axis] != 1)
    return AxisMap((whole(0, (axis for axis in range(rank) if axis not in gone)),), (0,), ended)


def _pack(node: Node, facts: Facts) -> AxisMap | None:
    ranks = {facts.rank(ref) for ref in node.inputs} - {None}
    if len(ranks) != 1:
        return None
    (rank,) = ranks
    at = from_front(node.integer("axis"), (rank or 0) + 1)
    if rank is None or at is None:
        return None
    shared = [_shared(range(len(node.inputs)), axis) for axis in range(rank)]
    return AxisMap(
        ((*shared[:at], Origin("new", size=len(node.inputs)), *shared[at:]),), tuple(range(len(node.inputs)))
    )


def _shared(operands: range, axis: int) -> Origin:
    return Origin("equal", tuple(Axis(at, axis) for at in operands))


def _unpack(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    at = from_front(node.integer("axis"), rank)
    if rank is None or at is None:
        return None
    rest = whole(0, (axis for axis in range(rank) if axis != at))
    return AxisMap((rest,) * node.integer("num", 1), (0,), (Ended(Axis(0, at), "picked"),))


def values_of_concat(node: Node) -> range:
    """Which operands a concatenation puts end to end; the other one is the axis."""
    return range(1, len(node.inputs)) if node.op == "Concat" else range(len(node.inputs) - 1)


def _concat(node: Node, facts: Facts) -> AxisMap | None:
    operands = values_of_concat(node)
    ranks = {facts.rank(node.inputs[at]) for at in operands} - {None}
    if len(ranks) != 1:
        return None
    (rank,) = ranks
    along = from_front(number(facts, node, 0 if node.op == "Concat" else len(node.inputs) - 1), rank)
    if rank is None or along is None:
        return None
    found = (
        Origin("joined", tuple(Axis(at, axis) for at in operands))
        if axis == along
        else _shared(operands, axis)
        for axis in range(rank)
    )
    return AxisMap((tuple(found),), tuple(operands))


def _split(node: Node, facts: Facts) -> AxisMap | None:
    value, along = (1, 0) if node.op == "Split" else (0, 2)
    rank, count = rank_of(facts, node, value), node.integer("num_split", 1)
    at = from_front(number(facts, node, along), rank)
    if rank is None or at is None:
        return None
    sizes = _sizes_of_parts(node, facts, value, at, count)
    return AxisMap(tuple(_piece(value, rank, at, size, count) for size in sizes), (value,))


def _piece(value: int, rank: int, at: int, size: int | None, count: int) -> Origins:
    part = equal(value, at) if count == 1 else Origin("part", (Axis(value, at),), size)
    return tuple(part if axis == at else equal(value, axis) for axis in range(rank))


def _sizes_of_parts(node: Node, facts: Facts, value: int, at: int, count: int) -> list[int | None]:
    if node.op == "SplitV":
        given = numbers(facts, node, 1)
        return [None] * count if given is None else [None if each < 0 else each for each in given]
    size = facts.size(node.inputs[value], at)
    return [None if size is None else size // count] * count


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Transpose", "ConjugateTranspose"), _transpose),
    **dict.fromkeys(("Concat", "ConcatV2"), _concat),
    **dict.fromkeys(("Split", "SplitV"), _split),
    "ExpandDims": _expand_dims, "Squeeze": _squeeze, "Pack": _pack, "Unpack": _unpack,
}  # fmt: skip
