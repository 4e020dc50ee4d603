"""Ops that make tensors of the sizes that they read, and ops that add entries: fill, draw, repeat, pad, count."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import (
    Axis,
    AxisMap,
    Facts,
    Origin,
    Origins,
    Rule,
    SizeOf,
    equal,
    rank_of,
)
from tf1compat.ops.families import RESHAPE, TILE

#: Ops whose result has the sizes that an operand holds, and at which input that operand stands. Each entry is made by
#: itself, so that entries along an axis are of a kind.
SHAPED_BY: Mapping[str, int] = {
    "Fill": 0, "BroadcastTo": 1, "Empty": 0,
    **dict.fromkeys(("RandomUniform", "RandomUniformInt", "RandomStandardNormal", "TruncatedNormal",
                     "ParameterizedTruncatedNormal", "StatelessRandomUniform", "StatelessRandomNormal",
                     "StatelessTruncatedNormal", "StatelessRandomUniformInt", "StatelessRandomUniformV2",
                     "StatelessRandomNormalV2", "StatelessTruncatedNormalV2"), 0),
}  # fmt: skip
#: At which input an op takes sizes, which are no values of its result.
SIZES: Mapping[str, int] = {**SHAPED_BY, **dict.fromkeys(TILE | RESHAPE, 1)}


def _shaped(node: Node, facts: Facts) -> AxisMap | None:
    position = SHAPED_BY[node.op]
    rank = facts.count(node.inputs[position])
    if rank is None:
        return None
    if node.op == "BroadcastTo":
        return _broadcast_to(node, facts, rank)
    sizes = tuple(Origin("new", size=SizeOf(position, entry)) for entry in range(rank))
    return AxisMap((sizes,), (1,) if node.op == "Fill" else ())


def _broadcast_to(node: Node, facts: Facts, rank: int) -> AxisMap | None:
    own = rank_of(facts, node)
    if own is None:
        return None
    found = [Origin("new", size=SizeOf(1, entry)) for entry in range(rank - own)]
    found += [_as_wide(node, facts, axis, SizeOf(1, rank - own + axis)) for axis in range(own)]
    return AxisMap((tuple(found),), (0,))


def _as_wide(node: Node, facts: Facts, axis: int, size: SizeOf) -> Origin:
    single = facts.size(node.inputs[0], axis) == 1
    return Origin("repeated", (Axis(0, axis),), size) if single else equal(0, axis)


def _tile(node: Node, facts: Facts) -> AxisMap | None:
    rank, times = rank_of(facts, node), facts.constant(node.inputs[1])
    if rank is None:
        return None
    found = (
        equal(0, axis)
        if times is not None and times.size == rank and times.ravel()[axis] == 1
        else Origin("repeated", (Axis(0, axis),), SizeOf(1, axis))
        for axis in range(rank)
    )
    return AxisMap((tuple(found),), (0,))


def _pad(node: Node, facts: Facts) -> AxisMap | None:
    """Entries are added before and behind; a mirror's are those of the tensor itself."""
    rank, added = rank_of(facts, node), facts.constant(node.inputs[1])
    if rank is None or added is None or added.shape != (rank, 2):
        return None
    mirrored = node.op == "MirrorPad"
    return AxisMap((tuple(_padded(axis, added[axis].any(), mirrored) for axis in range(rank)),), (0,))


def _padded(axis: int, is_padded: bool, mirrored: bool) -> Origin:
    return Origin("joined", (Axis(0, axis),), coupled=mirrored) if is_padded else equal(0, axis)


def _range(node: Node, facts: Facts) -> AxisMap | None:
    """The numbers below a limit; entries differ along their axis, so that nothing can stand for another."""
    start, step = (facts.constant(node.inputs[at]) for at in (0, 2))
    counts = start is not None and step is not None and not start.any() and (step == 1).all()
    return AxisMap(((Origin("new", size=SizeOf(1, 0) if counts else None, coupled=True),),), ())


def _line(node: Node, facts: Facts) -> AxisMap | None:
    return AxisMap(((Origin("new", size=SizeOf(2, 0), coupled=True),),), (0, 1))


def _vectors(node: Node, facts: Facts) -> AxisMap | None:
    """Shapes as tensors: as many entries as axes."""
    return AxisMap(tuple((Origin("new", size=facts.rank(ref)),) for ref in node.inputs), ())


def _scalar(node: Node, facts: Facts) -> AxisMap | None:
    nothing: Origins = ()
    return AxisMap((nothing,), ())


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(SHAPED_BY, _shaped),
    **dict.fromkeys(("Pad", "PadV2", "MirrorPad"), _pad),
    **dict.fromkeys(("Shape", "ShapeN"), _vectors),
    **dict.fromkeys(("Size", "Rank"), _scalar),
    "Tile": _tile, "Range": _range, "LinSpace": _line,
}  # fmt: skip
