"""Ops that rearrange whole tensors: which axes of their inputs an axis of their result is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from tf1compat.analysis.batch.walk import Walk, Want
from tf1compat.analysis.constants import constant
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef

#: What is wanted of the inputs instead; None where no input has the axis.
Origin = list[Want] | None


def origin_of(walk: Walk, want: Want, node: Node) -> Origin:
    """The wants of a node's inputs that meet a want of its result; None where none do."""
    rule = _RULES.get(node.op)
    return rule(walk, want, node) if rule else None


def _pack(walk: Walk, want: Want, node: Node) -> Origin:
    place = node.integer("axis")
    if place == want.axis:
        return None
    return [replace(want, tensor=ref, axis=want.axis - (want.axis > place)) for ref in node.inputs]


def _concat(walk: Walk, want: Want, node: Node) -> Origin:
    first = node.op == "Concat"
    parts = node.inputs[1:] if first else node.inputs[:-1]
    along = _number(walk, node, 0 if first else -1)
    rank = _rank(walk, want.tensor)
    if along is None or not rank or along % rank == want.axis:
        return None
    return [replace(want, tensor=ref) for ref in parts]


def _unpack(walk: Walk, want: Want, node: Node) -> Origin:
    return [replace(want, tensor=node.inputs[0], axis=want.axis + (want.axis >= node.integer("axis")))]


def _split(walk: Walk, want: Want, node: Node) -> Origin:
    return [replace(want, tensor=node.inputs[1 if node.op == "Split" else 0])]


def _expand_dims(walk: Walk, want: Want, node: Node) -> Origin:
    at = _number(walk, node, 1)
    if at is None or at == want.axis:
        return None
    return [replace(want, tensor=node.inputs[0], axis=want.axis - (at < want.axis))]


def _transpose(walk: Walk, want: Want, node: Node) -> Origin:
    order = constant(walk.graph, node.inputs[1])
    return None if order is None else [replace(want, tensor=node.inputs[0], axis=int(order[want.axis]))]


def _one_hot(walk: Walk, want: Want, node: Node) -> Origin:
    last = node.integer("axis", -1) in (-1, _rank(walk, node.inputs[0]))
    return [replace(want, tensor=node.inputs[0])] if last else None


def _lookup(walk: Walk, want: Want, node: Node) -> Origin:
    along = _number(walk, node, 2) if node.op == "GatherV2" else 0
    inside = want.axis < _rank(walk, node.inputs[1])
    return [replace(want, tensor=node.inputs[1])] if along == 0 and inside else None


def _best(walk: Walk, want: Want, node: Node) -> Origin:
    at, rank = _number(walk, node, 1), _rank(walk, node.inputs[0])
    if at is None or not rank:
        return None
    return [replace(want, tensor=node.inputs[0], axis=want.axis + (want.axis >= at % rank))]


def _product(walk: Walk, want: Want, node: Node) -> Origin:
    rows = want.axis == 0 and not node.attrs.get("transpose_a") and not node.attrs.get("adj_x")
    return [replace(want, tensor=node.inputs[0])] if rows else None


def _strided_slice(walk: Walk, want: Want, node: Node) -> Origin:
    """The axis before leading axes were picked by number, as the states of a stack are from one tensor."""
    if node.integer("new_axis_mask") or node.integer("ellipsis_mask"):
        return None
    place = -1
    for axis in range(_rank(walk, node.inputs[0])):
        place += not node.integer("shrink_axis_mask") >> axis & 1
        if place == want.axis:
            return [replace(want, tensor=node.inputs[0], axis=axis)]
    return None


def _number(walk: Walk, node: Node, position: int) -> int | None:
    found = constant(walk.graph, node.inputs[position])
    return None if found is None or found.size != 1 else int(found.item())


def _rank(walk: Walk, ref: TensorRef) -> int:
    return len(walk.of(ref) or ())


_RULES: Mapping[str, Callable[[Walk, Want, Node], Origin]] = MappingProxyType({
    "Pack": _pack, "Concat": _concat, "ConcatV2": _concat, "Unpack": _unpack, "Split": _split, "SplitV": _split,
    "ExpandDims": _expand_dims, "Transpose": _transpose, "OneHot": _one_hot, "StridedSlice": _strided_slice,
    **dict.fromkeys(("Gather", "GatherV2", "ResourceGather"), _lookup),
    **dict.fromkeys(("ArgMax", "ArgMin"), _best),
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2"), _product),
})  # fmt: skip
