"""Recurrent cells as one op: rows are examples, and units are those of the state."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import Axis, AxisMap, Facts, Origin, Rule, equal

#: Where the examples lie: the operands that have them as their first axis, the last of them a state.
_ROWS: Mapping[str, tuple[int, ...]] = {"LSTMBlockCell": (0, 1, 2), "GRUBlockCell": (0, 1)}


def _cell(node: Node, facts: Facts) -> AxisMap | None:
    operands = _ROWS[node.op]
    rows = Origin("equal", tuple(Axis(each, 0) for each in operands))
    return AxisMap(((rows, equal(operands[-1], 1)),) * 7, tuple(range(len(node.inputs))))


def _sequence(node: Node, facts: Facts) -> AxisMap | None:
    """All steps, the first axis: each depends on those before it."""
    rows = Origin("equal", (Axis(2, 0), Axis(3, 0), Axis(1, 1)))
    return AxisMap(((equal(1, 0, coupled=True), rows, equal(3, 1)),) * 7, tuple(range(1, len(node.inputs))))


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(_ROWS, _cell),
    **dict.fromkeys(("BlockLSTM", "BlockLSTMV2"), _sequence),
}
