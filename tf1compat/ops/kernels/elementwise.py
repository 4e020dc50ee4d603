"""Kernels of ops that compute each entry from the entries of the operands at the same place, broadcast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array, DType
from tf1compat.graph.model import Node
from tf1compat.ops.kernels.kernel import Kernel, Values


def _of_all(compute: Callable[..., Any]) -> Kernel:
    """A kernel that hands all operands to a function."""
    return lambda node, values: np.asarray(compute(*values))


def _of_integers(compute: Callable[..., Any]) -> Kernel:
    """The same for what divides: an integer divided by zero has no value."""

    def divided(node: Node, values: Values) -> Array:
        if values[1].dtype.kind in "iu" and not np.all(values[1]):
            raise ValueError("integer division by zero")
        return np.asarray(compute(*values))

    return divided


def _truncated(left: Array, right: Array) -> Any:
    """The quotient, rounded towards zero where the operands are integers."""
    if left.dtype.kind not in "iu":
        return np.divide(left, right)
    return (left - np.fmod(left, right)) // right


def _or_zero(compute: Callable[..., Any]) -> Callable[..., Any]:
    """The quotient, and 0 where the divisor is 0."""
    return lambda left, right: np.where(
        right == 0, np.zeros_like(right), compute(left, np.where(right == 0, 1, right))
    )


def _cast(node: Node, values: Values) -> Array:
    """Numbers in another type; a text is no number, and what no integer can hold has no one value."""
    dtype = node.dtype("DstT") or DType("int32")
    (value,) = values
    if dtype.numpy is None or object in (dtype.numpy, value.dtype.type) or value.dtype == object:
        raise TypeError(f"no cast from {value.dtype} to {dtype}")
    if value.dtype.kind == "f" and dtype.is_integer and not np.isfinite(value).all():
        raise ValueError("not a finite number")
    return np.asarray(value.astype(dtype.numpy))


def _sigmoid(value: Array) -> Any:
    return 1 / (1 + np.exp(-value))


def _softplus(value: Array) -> Any:
    return np.logaddexp(value, np.zeros_like(value))


_UNARY: Mapping[str, Callable[..., Any]] = MappingProxyType({
    "Abs": np.abs, "Neg": np.negative, "Sign": np.sign, "Square": np.square, "Sqrt": np.sqrt,
    "Rsqrt": lambda value: 1 / np.sqrt(value), "Exp": np.exp, "Expm1": np.expm1, "Log": np.log, "Log1p": np.log1p,
    "Sin": np.sin, "Cos": np.cos, "Tan": np.tan, "Asin": np.arcsin, "Acos": np.arccos, "Atan": np.arctan,
    "Sinh": np.sinh, "Cosh": np.cosh, "Tanh": np.tanh, "Asinh": np.arcsinh, "Acosh": np.arccosh, "Atanh": np.arctanh,
    "Floor": np.floor, "Ceil": np.ceil, "Round": np.rint, "Rint": np.rint, "Reciprocal": np.reciprocal,
    "Inv": np.reciprocal, "IsNan": np.isnan, "IsInf": np.isinf, "IsFinite": np.isfinite, "LogicalNot": np.logical_not,
    "Invert": np.invert, "Sigmoid": _sigmoid, "Softplus": _softplus, "Relu": lambda value: np.maximum(value, 0),
    "Relu6": lambda value: np.clip(value, 0, 6), "Softsign": lambda value: value / (1 + np.abs(value)),
    "Elu": lambda value: np.where(value > 0, value, np.expm1(value)), "ZerosLike": np.zeros_like,
    "OnesLike": np.ones_like, "Real": np.real, "Imag": np.imag, "Conj": np.conj,
})  # fmt: skip
_BINARY: Mapping[str, Callable[..., Any]] = MappingProxyType({
    "Add": np.add, "AddV2": np.add, "Sub": np.subtract, "Mul": np.multiply, "Maximum": np.maximum,
    "Minimum": np.minimum, "Pow": np.power, "SquaredDifference": lambda left, right: np.square(left - right),
    "Less": np.less, "LessEqual": np.less_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal,
    "Equal": np.equal, "NotEqual": np.not_equal, "LogicalAnd": np.logical_and, "LogicalOr": np.logical_or,
    "Atan2": np.arctan2, "BitwiseAnd": np.bitwise_and, "BitwiseOr": np.bitwise_or, "BitwiseXor": np.bitwise_xor,
    "DivNoNan": _or_zero(np.divide), "MulNoNan": lambda left, right: np.where(right == 0, right, left * right),
})  # fmt: skip
_DIVIDING: Mapping[str, Callable[..., Any]] = MappingProxyType({
    "RealDiv": np.divide, "Div": _truncated, "TruncateDiv": _truncated, "FloorDiv": np.floor_divide,
    "FloorMod": np.mod, "Mod": np.fmod, "TruncateMod": np.fmod,
})  # fmt: skip

_OF_MORE: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "AddN": lambda *values: reduce(np.add, values),
        "ClipByValue": lambda value, low, high: np.minimum(np.maximum(value, low), high),
    }
)

#: What each op computes, whatever its attributes are; integers may not be divided by zero.
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType({**_UNARY, **_BINARY, **_DIVIDING, **_OF_MORE})
ELEMENTWISE: Mapping[str, Kernel] = MappingProxyType(
    {
        **{op: _of_all(compute) for op, compute in {**_UNARY, **_BINARY, **_OF_MORE}.items()},
        **{op: _of_integers(compute) for op, compute in _DIVIDING.items()},
        "Cast": _cast,
    }
)
