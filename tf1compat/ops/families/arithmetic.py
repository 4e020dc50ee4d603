"""Arithmetic, comparisons and logic, each entry by itself."""

from __future__ import annotations

ADDITIONS = frozenset({"Add", "AddV2"})
ADD_N = frozenset({"AddN"})
ACCUMULATION = frozenset({"AccumulateNV2"})
SUMS = ADDITIONS | ADD_N
#: A vector added along the channels.
BIAS_ADDITION = frozenset({"BiasAdd", "BiasAddV1"})
SUBTRACTION = frozenset({"Sub"})
MULTIPLICATION = frozenset({"Mul"})
DIVISION = frozenset({"RealDiv", "Div"})
SAFE_DIVISION = frozenset({"DivNoNan"})
SCALING = DIVISION | MULTIPLICATION
FLOOR_DIVISION = frozenset({"FloorDiv"})
MODULO = frozenset({"FloorMod", "Mod"})
RECIPROCAL = frozenset({"Inv", "Reciprocal"})
NEGATION = frozenset({"Neg"})
ABSOLUTE = frozenset({"Abs"})
SIGN = frozenset({"Sign"})
SQUARE = frozenset({"Square"})
SQUARED_DIFFERENCE = frozenset({"SquaredDifference"})
SQUARE_ROOT = frozenset({"Sqrt"})
RECIPROCAL_ROOT = frozenset({"Rsqrt"})
POWER = frozenset({"Pow"})
EXPONENTIAL = frozenset({"Exp"})
LOGARITHM = frozenset({"Log"})
LOG1P = frozenset({"Log1p"})
MAXIMUM = frozenset({"Maximum"})
#: The greater or the less of two.
EXTREMES = MAXIMUM | {"Minimum"}
#: Arithmetic on two numbers.
BINARY_ARITHMETIC = ADDITIONS | SUBTRACTION | SCALING | EXTREMES
CLIP = frozenset({"ClipByValue"})
ROUND = frozenset({"Round", "Rint"})
#: Numbers made whole, to the nearest, downwards or upwards.
ROUNDING = ROUND | {"Floor", "Ceil"}
CAST = frozenset({"Cast"})
FAKE_QUANTIZATION = frozenset({"FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxArgs"})
LESS_EQUAL = frozenset({"LessEqual"})
GREATER_EQUAL = frozenset({"GreaterEqual"})
GREATER = frozenset({"Greater"})
#: Whether one number lies above another.
ABOVE = GREATER_EQUAL | GREATER
#: Comparisons by size.
ORDERINGS = ABOVE | LESS_EQUAL | {"Less"}
NOT_EQUAL = frozenset({"NotEqual"})
EQUALITIES = NOT_EQUAL | {"Equal"}
COMPARISONS = ORDERINGS | EQUALITIES
LOGICAL_AND = frozenset({"LogicalAnd"})
LOGICAL_OR = frozenset({"LogicalOr"})
LOGICAL_NOT = frozenset({"LogicalNot"})
LOGICAL = LOGICAL_AND | LOGICAL_OR | LOGICAL_NOT
