"""Fourier transforms: over the last axes, each entry of the result needs all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import Axis, AxisMap, Ended, Facts, Origin, Rule, SizeOf, rank_of, whole
from tf1compat.ops.axes.reductions import coupled

#: Over how many axes; the real ones keep half of the entries, or bring them back.
_OVER = {"": 1, "2D": 2, "3D": 3}


def _transformed(node: Node, facts: Facts) -> AxisMap | None:
    rank, count = rank_of(facts, node), _axes_of(node)
    return None if rank is None or rank < count else coupled(rank, range(rank - count, rank))


def _transformed_really(node: Node, facts: Facts) -> AxisMap | None:
    """`RFFT(x, length)`: each transformed axis is as long as it is told, the last of `RFFT` half of that and one."""
    rank, count = rank_of(facts, node), _axes_of(node)
    if rank is None or rank < count:
        return None
    halved = node.op.startswith("RFFT")
    made = tuple(
        Origin("new", size=None if halved and at == count - 1 else SizeOf(1, at)) for at in range(count)
    )
    ended = tuple(Ended(Axis(0, axis), "reduced") for axis in range(rank - count, rank))
    return AxisMap(((*whole(0, range(rank - count)), *made),), (0,), ended)


def _axes_of(node: Node) -> int:
    return _OVER[node.op.rpartition("FFT")[2]]


def _spellings(prefixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{prefix}FFT{axes}" for prefix in prefixes for axes in _OVER)


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(_spellings(("", "I", "Batch", "BatchI")), _transformed),
    **dict.fromkeys(_spellings(("R", "IR")), _transformed_really),
}
