"""Kernels of ops that compute one entry, or a running one, from those along axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array, DType
from tf1compat.graph.model import Node
from tf1compat.ops.kernels.kernel import Kernel, Values
from tf1compat.ops.registry import attribute


def _reduced(compute: Callable[..., Any]) -> Kernel:
    """A kernel that reduces its first operand along the axes that the second one says."""

    def reduced(node: Node, values: Values) -> Array:
        axes = tuple(int(axis) for axis in values[1].ravel()) if len(values) > 1 else None
        keep = bool(attribute(node, "keep_dims"))
        return np.asarray(compute(values[0], axis=axes, keepdims=keep)).astype(
            _type(compute, values[0]), copy=False
        )

    return reduced


def _type(compute: Callable[..., Any], value: Array) -> Any:
    """Truth is truth; all else keeps the type of the operand, which numpy widens."""
    return np.bool_ if compute in (np.all, np.any) else value.dtype


def _mean(value: Array, axis: tuple[int, ...] | None, keepdims: bool) -> Any:
    """The mean; of integers rounded towards zero, as the sum divided by the count is."""
    mean = np.mean(value, axis=axis, keepdims=keepdims)
    return np.trunc(mean) if value.dtype.kind in "iu" else mean


def _position(compute: Callable[..., Any]) -> Kernel:
    """A kernel that gives where along an axis the chosen entry is."""

    def chosen(node: Node, values: Values) -> Array:
        axis = int(values[1]) if len(values) > 1 else 0
        dtype = attribute(node, "output_type")
        return np.asarray(compute(values[0], axis=axis)).astype(
            dtype.numpy if isinstance(dtype, DType) else np.int64
        )

    return chosen


def _running(compute: Callable[..., Any], neutral: int) -> Kernel:
    """A kernel that gives at each position what is reduced up to there, its own entry or short of it."""

    def run(node: Node, values: Values) -> Array:
        value, axis = values[0], int(values[1])
        value = np.flip(value, axis) if attribute(node, "reverse") else value
        found = compute(value, axis=axis).astype(value.dtype, copy=False)
        if attribute(node, "exclusive"):
            first = np.full_like(np.take(found, [0], axis), neutral)
            found = np.concatenate([first, np.delete(found, -1, axis)], axis)
        return np.asarray(np.flip(found, axis) if attribute(node, "reverse") else found)

    return run


REDUCTION: Mapping[str, Kernel] = MappingProxyType({
    "Sum": _reduced(np.sum), "Prod": _reduced(np.prod), "Max": _reduced(np.max), "Min": _reduced(np.min),
    "Mean": _reduced(_mean), "All": _reduced(np.all), "Any": _reduced(np.any),
    "ArgMax": _position(np.argmax), "ArgMin": _position(np.argmin),
    "Cumsum": _running(np.cumsum, 0), "Cumprod": _running(np.cumprod, 1),
})  # fmt: skip
