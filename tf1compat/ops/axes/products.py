"""Products of matrices: one axis of each operand is summed up against one of the other."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import Axis, AxisMap, Ended, Facts, Origin, Rule, equal, rank_of

_FIRST_TURNED = ("transpose_a", "adj_x", "adjoint_a")
_SECOND_TURNED = ("transpose_b", "adj_y", "adjoint_b")


def _mat_mul(node: Node, facts: Facts) -> AxisMap | None:
    """The last two axes are matrices; those before them are alike in both operands, or broadcast."""
    one, other = rank_of(facts, node) or 2, rank_of(facts, node, 1) or 2
    if min(one, other) < 2:
        return None
    rows, inner = _turned(node, one, _FIRST_TURNED)
    other_inner, columns = _turned(node, other, _SECOND_TURNED)
    leading = _leading(one - 2, other - 2)
    ended = (Ended(Axis(0, inner), "contracted"), Ended(Axis(1, other_inner), "contracted"))
    return AxisMap(((*leading, equal(0, rows), equal(1, columns)),), (0, 1), ended)


def _turned(node: Node, rank: int, attrs: tuple[str, ...]) -> tuple[int, int]:
    turned = any(node.attrs.get(each) is True for each in attrs)
    return (rank - 1, rank - 2) if turned else (rank - 2, rank - 1)


def _leading(one: int, other: int) -> tuple[Origin, ...]:
    rank = max(one, other)
    return tuple(
        Origin(
            "broadcast",
            tuple(Axis(at, axis - rank + own) for at, own in ((0, one), (1, other)) if axis >= rank - own),
        )
        for axis in range(rank)
    )


def _einsum(node: Node, facts: Facts) -> AxisMap | None:
    """`ij,jk->ik`: letters that the result lacks are summed up; an ellipsis is not followed."""
    equation = node.text("equation").replace(" ", "")
    terms, _, result = equation.partition("->")
    operands = terms.split(",")
    if "." in equation or "->" not in equation or len(operands) != len(node.inputs):
        return None
    places: dict[str, tuple[Axis, ...]] = {}
    for at, term in enumerate(operands):
        for axis, letter in enumerate(term):
            places[letter] = (*places.get(letter, ()), Axis(at, axis))
    if not set(result) <= set(places):
        return None
    ended = tuple(
        Ended(axis, "contracted") for letter, axes in places.items() if letter not in result for axis in axes
    )
    found = tuple(Origin("broadcast", places[letter]) for letter in result)
    return AxisMap((found,), tuple(range(len(operands))), ended)


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "SparseMatMul"), _mat_mul),
    "Einsum": _einsum,
}
