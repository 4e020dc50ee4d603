"""Where functions of one number are defined, and where what they give lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tf1compat.ops.families import by_op


class Interval(NamedTuple):
    """The numbers from `low` to `high`."""

    low: float
    high: float


OPEN_UNIT, POSITIVE, FROM_ZERO = Interval(0.02, 0.98), Interval(0.05, 3.0), Interval(0.0, 3.0)
_UNIT, _SIGNED, _OPEN_SIGNED = Interval(0.0, 1.0), Interval(-1.0, 1.0), Interval(-0.98, 0.98)
#: Arguments, well inside, of functions that are not defined everywhere; with no bound, a small number is one.
DOMAINS: Mapping[str, Interval] = by_op({
    frozenset({"Rsqrt", "Lgamma", "Digamma", "Reciprocal", "Inv"}): POSITIVE,
    frozenset({"Sqrt", "Log1p"}): FROM_ZERO,
    frozenset({"Asin", "Acos"}): _SIGNED,
    frozenset({"Erfinv", "Atanh"}): _OPEN_SIGNED,
    frozenset({"Acosh"}): Interval(1.0, 4.0),
    frozenset({"Ndtri"}): OPEN_UNIT,
})  # fmt: skip
#: What functions give, whatever their argument.
RANGES: Mapping[str, Interval] = by_op({
    frozenset({"Sigmoid"}): _UNIT,
    frozenset({"Tanh", "Softsign", "Sin", "Cos"}): _SIGNED,
    frozenset({"Relu", "Relu6", "Abs", "Square", "Sqrt", "L2Loss"}): FROM_ZERO,
    frozenset({"Softplus", "Exp"}): POSITIVE,
})  # fmt: skip
