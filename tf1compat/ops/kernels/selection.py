"""Kernels of ops that take entries by their positions, or by which of them are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.ops.kernels.kernel import Kernel, Values, integer, sizes


def _gather(node: Node, values: Values) -> Array:
    axis = int(values[2]) if len(values) > 2 else 0
    if integer(node, "batch_dims"):
        raise NotImplementedError("a gather by examples")
    _check_positions(values[1], values[0].shape[axis])
    return np.asarray(np.take(values[0], values[1], axis))


def _check_positions(positions: Array, size: int) -> None:
    """numpy counts negative positions from the end; to TensorFlow they are errors."""
    if ((positions < 0) | (positions >= size)).any():
        raise IndexError("a position that is not there")


def _gather_nd(node: Node, values: Values) -> Array:
    for axis in range(values[1].shape[-1]):
        _check_positions(values[1][..., axis], values[0].shape[axis])
    return np.asarray(values[0][tuple(np.moveaxis(values[1], -1, 0))])


def _slice(node: Node, values: Values) -> Array:
    value, begin, size = values
    parts = zip(begin.tolist(), size.tolist(), strict=True)
    return np.asarray(
        value[tuple(slice(first, None if count < 0 else first + count) for first, count in parts)]
    )


def _strided_slice(node: Node, values: Values) -> Array:
    """Slices as Python writes them, each axis by its bits in the masks (tensorflow/core/util/strided_slice_op.cc)."""
    value, *bounds = values
    begin, end, stride = (each.tolist() for each in bounds)
    masks = {
        name: integer(node, f"{name}_mask")
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    index: list[Any] = []
    for axis in range(len(begin)):
        marked = {name for name, mask in masks.items() if mask >> axis & 1}
        if "ellipsis" in marked:
            index.append(Ellipsis)
        elif "new_axis" in marked:
            index.append(np.newaxis)
        elif "shrink_axis" in marked:
            index.append(begin[axis])
        else:
            first, last = ("begin" in marked), ("end" in marked)
            index.append(slice(None if first else begin[axis], None if last else end[axis], stride[axis]))
    return np.asarray(value[tuple(index)])


def _select(node: Node, values: Values) -> Array:
    """Entries of one value or the other; a vector of choices chooses whole rows in the first version of the op."""
    chosen, one, other = values
    if node.op == "Select" and chosen.ndim == 1 < one.ndim:
        chosen = chosen.reshape((-1, *(1,) * (one.ndim - 1)))
    return np.where(chosen, one, other)


def _one_hot(node: Node, values: Values) -> Array:
    chosen, depth, on, off = values
    axis = integer(node, "axis")
    sizes(np.asarray([chosen.size, depth]))
    found = np.where(chosen[..., np.newaxis] == np.arange(int(depth)), on, off)
    return np.moveaxis(found, -1, axis) if axis >= 0 else found


def _split(node: Node, values: Values) -> tuple[Array, ...]:
    return tuple(np.split(values[1], integer(node, "num_split"), int(values[0])))


def _split_by_sizes(node: Node, values: Values) -> tuple[Array, ...]:
    value, lengths, axis = values
    missing = value.shape[int(axis)] - int(lengths[lengths >= 0].sum())
    given = np.where(lengths < 0, missing, lengths)
    return tuple(np.split(value, np.cumsum(given)[:-1], int(axis)))


def _unpack(node: Node, values: Values) -> tuple[Array, ...]:
    axis = integer(node, "axis")
    return tuple(np.asarray(each) for each in np.moveaxis(values[0], axis, 0))


def _difference(node: Node, values: Values) -> tuple[Array, ...]:
    """What is in one list and not in the other, and where it was."""
    positions = np.flatnonzero(~np.isin(values[0], values[1])).astype(np.int32)
    return values[0][positions], positions


def _unique(node: Node, values: Values) -> tuple[Array, ...]:
    """The entries of a list without repetitions in the order in which they come first, and which each entry is."""
    _, first, which = np.unique(values[0], return_index=True, return_inverse=True)
    order = np.argsort(first)
    return values[0][first[order]], np.argsort(order)[which].astype(np.int32)


def _stitched(node: Node, values: Values) -> Array:
    """The rows of all data in the order that the indices say; the last one counts where two say the same."""
    half = len(values) // 2
    positions = np.concatenate([each.ravel() for each in values[:half]])
    pairs = zip(values[:half], values[half:], strict=True)
    rows = np.concatenate([data.reshape((-1, *data.shape[index.ndim :])) for index, data in pairs])
    found = np.zeros((int(positions.max(initial=-1)) + 1, *rows.shape[1:]), rows.dtype)
    found[positions] = rows
    return found


SELECTION: Mapping[str, Kernel] = MappingProxyType({
    "Gather": _gather, "GatherV2": _gather, "GatherNd": _gather_nd, "Slice": _slice, "StridedSlice": _strided_slice,
    "Select": _select, "SelectV2": _select, "OneHot": _one_hot, "Split": _split, "SplitV": _split_by_sizes,
    "Unpack": _unpack, "ListDiff": _difference, "Unique": _unique, "DynamicStitch": _stitched,
    "ParallelDynamicStitch": _stitched, "Where": lambda node, values: np.argwhere(values[0]).astype(np.int64),
})  # fmt: skip
