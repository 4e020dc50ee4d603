"""Kernels of ops that arrange, repeat and count entries, or make them of nothing but sizes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array, DType
from tf1compat.graph.model import Node
from tf1compat.ops.kernels.kernel import Kernel, Values, integer, integers, sizes
from tf1compat.ops.registry import attribute


def _pack(node: Node, values: Values) -> Array:
    return np.stack(values, integer(node, "axis"))


def _squeeze(node: Node, values: Values) -> Array:
    axes = integers(node, "squeeze_dims") or integers(node, "axis")
    return np.squeeze(values[0], axes or None)


def _tile(node: Node, values: Values) -> Array:
    sizes(np.asarray(values[0].shape, np.int64) * values[1])
    return np.tile(values[0], values[1].tolist())


def _pad(node: Node, values: Values) -> Array:
    value, paddings, *filler = values
    return np.pad(value, paddings.tolist(), constant_values=filler[0] if filler else value.dtype.type(0))


def _mirror_pad(node: Node, values: Values) -> Array:
    mode = "symmetric" if node.text("mode") == "SYMMETRIC" else "reflect"
    return np.pad(values[0], values[1].tolist(), mode=mode)  # type: ignore[call-overload, no-any-return]


def _reverse(node: Node, values: Values) -> Array:
    """The first version of the op takes a truth value for each axis, the second one the axes."""
    marked = values[1].dtype == bool
    axes = np.flatnonzero(values[1]) if marked else values[1].ravel()
    return np.flip(values[0], tuple(axes.tolist()))


def _range(node: Node, values: Values) -> Array:
    start, limit, delta = (each.item() for each in values)
    sizes(np.asarray([max(0, (limit - start) / delta)]))
    return np.arange(start, limit, delta, dtype=values[0].dtype)


def _filled(value: Array, shape: tuple[int, ...]) -> Array:
    """One value in a whole tensor; it is held once, however large that is."""
    return np.broadcast_to(value, shape)


def _counted(kind: str) -> Kernel:
    """A kernel that counts the axes or entries of its operands."""

    def count(node: Node, values: Values) -> tuple[Array, ...]:
        asked = attribute(node, "out_type")
        dtype = asked.numpy if isinstance(asked, DType) else np.int32
        found: Any = {"Rank": np.ndim, "Size": np.size}.get(kind, np.shape)
        return tuple(np.asarray(found(each), dtype) for each in values)

    return count


def _inverted(node: Node, values: Values) -> Array:
    return np.argsort(values[0]).astype(values[0].dtype)


def _broadcast(node: Node, values: Values) -> Array:
    shapes = (tuple(each.tolist()) for each in values)
    return np.asarray(np.broadcast_shapes(*shapes), values[0].dtype)


ARRANGEMENT: Mapping[str, Kernel] = MappingProxyType({
    "Concat": lambda node, values: np.concatenate(values[1:], int(values[0])),
    "ConcatV2": lambda node, values: np.concatenate(values[:-1], int(values[-1])),
    "Pack": _pack,
    "Reshape": lambda node, values: values[0].reshape(values[1].tolist()),
    "ExpandDims": lambda node, values: np.expand_dims(values[0], int(values[1])),
    "Squeeze": _squeeze,
    "Transpose": lambda node, values: np.transpose(values[0], values[1].tolist()),
    "Tile": _tile,
    "Pad": _pad, "PadV2": _pad, "MirrorPad": _mirror_pad,
    "Reverse": _reverse, "ReverseV2": _reverse,
    "Range": _range,
    "LinSpace": lambda node, values: np.linspace(*(each.item() for each in values), dtype=values[0].dtype),
    "Fill": lambda node, values: _filled(values[1], tuple(values[0].tolist())),
    "BroadcastTo": lambda node, values: _filled(values[0], tuple(values[1].tolist())),
    "Shape": _counted("Shape"), "ShapeN": _counted("ShapeN"), "Size": _counted("Size"), "Rank": _counted("Rank"),
    "InvertPermutation": _inverted,
    "BroadcastArgs": _broadcast,
})  # fmt: skip
