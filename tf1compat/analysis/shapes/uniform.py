"""Whether the entries of a tensor along an axis are of a kind, so that there may be more or fewer of them."""

from __future__ import annotations

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.analysis.pattern import source
from tf1compat.analysis.shapes.facts import axis_map
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.analysis.value_sources import is_zero
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.axes import Origin
from tf1compat.ops.axes.filling import SHAPED_BY
from tf1compat.ops.families import (
    BROADCAST_TO,
    CAST,
    COMPARISONS,
    FILL,
    FILLS_LIKE,
    ONES_LIKE,
    RESHAPE,
    RESHAPES,
    TILE,
)
from tf1compat.ops.pointwise import POINTWISE

_DEPTH = 24


def is_uniform(walk: Walk, ref: TensorRef, axis: int, depth: int = _DEPTH) -> bool:
    """Whether all entries along an axis are equal, or drawn alike: filled, repeated, or computed of such."""
    ref = source(walk.graph, ref)
    node, dims = walk.graph.producer(ref), walk.of(ref)
    if (dims is not None and axis < len(dims) and dims[axis] == ()) or is_zero(walk.graph, ref):
        return True
    value = constant(walk.graph, ref)
    if value is not None:
        return is_equal_along(value, axis)
    if node.op in SHAPED_BY and node.op not in BROADCAST_TO:
        return True
    return depth > 0 and _is_made_of_uniform(walk, ref, node, axis, depth - 1)


def uniform_value(walk: Walk, ref: TensorRef, depth: int = _DEPTH) -> float | None:
    """The one number that all entries of a tensor are, whatever its shape; truth values are 0 and 1."""
    ref = source(walk.graph, ref)
    node, value = walk.graph.producer(ref), constant(walk.graph, ref)
    if value is not None:
        numbers = value.dtype.kind in "biuf" and value.size > 0 and (value == value.ravel()[0]).all()
        return float(value.ravel()[0]) if numbers else None
    if depth == 0 or node.op in FILLS_LIKE:
        return None if depth == 0 else float(node.op in ONES_LIKE)
    if node.op in FILL:
        return uniform_value(walk, node.inputs[1], depth - 1)
    if node.op in RESHAPES | TILE | CAST:
        return uniform_value(walk, node.inputs[0], depth - 1)
    if node.op not in COMPARISONS:
        return None
    operands = [uniform_value(walk, each, depth - 1) for each in node.inputs]
    known = [np.asarray(each) for each in operands if each is not None]
    return float(POINTWISE[node.op](*known)) if len(known) == len(operands) else None


def is_equal_along(value: Array, axis: int) -> bool:
    """Whether all entries of an array along an axis are the same."""
    if axis >= value.ndim or value.shape[axis] == 0:
        return False
    first = np.take(value, [0], axis)
    return bool(np.array_equal(np.broadcast_to(first, value.shape), value))


def _is_made_of_uniform(walk: Walk, ref: TensorRef, node: Node, axis: int, depth: int) -> bool:
    if node.op in RESHAPE:
        rank = walk.rank(node.inputs[0])
        return rank is not None and all(is_uniform(walk, node.inputs[0], each, depth) for each in range(rank))
    found = axis_map(walk, node)
    origins = found.outputs[ref.index] if found is not None and ref.index < len(found.outputs) else None
    if origins is None or axis >= len(origins):
        return False
    return _is_uniform_origin(walk, node, origins[axis], depth)


def _is_uniform_origin(walk: Walk, node: Node, origin: Origin, depth: int) -> bool:
    if origin.coupled or origin.kind in ("new", "part", "joined"):
        return origin.kind == "new" and not origin.coupled and origin.size == 1
    return all(is_uniform(walk, node.inputs[each.operand], each.axis, depth) for each in origin.of)
