"""Which elementwise functions of numbers rise or fall steadily, and which jump; truth values are 0 and 1 here.

The functions are those of the kernels, in double precision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tf1compat.ops.families import COMPARISONS, ROUNDING, SIGN
from tf1compat.ops.kernels.elementwise import FUNCTIONS

Function = Callable[..., Any]


def _named(ops: str) -> Mapping[str, Function]:
    return MappingProxyType({op: FUNCTIONS[op] for op in ops.split()})


#: Functions that rise or fall steadily in each operand while the others stand still: at the ends of their operands'
#: ranges lie the ends of their own.
MONOTONE = _named("""
    Add AddV2 Sub Mul AddN Neg Maximum Minimum ClipByValue Floor Ceil Round Rint Sign Less LessEqual Greater
    GreaterEqual LogicalNot LogicalAnd LogicalOr Relu Relu6 Sigmoid Tanh Softplus Exp Expm1 Log Log1p Sqrt
""")
#: Such as do so only where the divisor does not pass through zero.
QUOTIENTS = _named("RealDiv Div Reciprocal Inv")
#: Such as rise and fall.
OTHERS = _named("Equal NotEqual Abs Square Pow FloorDiv FloorMod Rsqrt")
POINTWISE: Mapping[str, Function] = MappingProxyType({**MONOTONE, **QUOTIENTS, **OTHERS})
#: Functions that jump from one value to the next: what they give of random numbers are a few values with chances.
STEPS = COMPARISONS | ROUNDING | SIGN
