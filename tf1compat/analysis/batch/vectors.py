"""What small tensors of integers hold when they are shapes: dimensions of other tensors, or the author's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tf1compat.analysis.batch.dims import Dim, joined
from tf1compat.analysis.batch.walk import Vector, Walk
from tf1compat.analysis.constants import constant
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef

_LONGEST = 64
_DEPTH = 32


def vector_of(walk: Walk, ref: TensorRef, depth: int = _DEPTH) -> Vector | None:
    """The entries of a tensor that holds a shape or a part of one, a scalar as one entry; None if it holds none."""
    node = walk.graph.producer(ref)
    rule = _RULES.get(node.op)
    found = rule(walk, node, depth - 1) if rule and depth and ref.index == 0 else None
    return found if found is not None else _numbers(walk, ref)


def vector_at(walk: Walk, node: Node, position: int) -> Vector | None:
    """The shape that a node reads at an input, as changed."""
    key = (node.name, position)
    return (
        walk.changes.vectors[key] if key in walk.changes.vectors else vector_of(walk, node.inputs[position])
    )


def _numbers(walk: Walk, ref: TensorRef) -> Vector | None:
    value = constant(walk.graph, ref)
    if value is None or value.dtype.kind not in "iu" or value.size > _LONGEST:
        return None
    return tuple(() if each == 1 else (int(each),) for each in value.ravel().tolist())


def _shape(walk: Walk, node: Node, _: int) -> Vector | None:
    return walk.of(node.inputs[0])


def _size(walk: Walk, node: Node, _: int) -> Vector | None:
    dims = walk.of(node.inputs[0])
    return None if dims is None else (joined(dims),)


def _same(walk: Walk, node: Node, depth: int) -> Vector | None:
    return vector_of(walk, node.inputs[0], depth)


def _parts(walk: Walk, refs: tuple[TensorRef, ...], depth: int) -> Vector | None:
    found: list[Dim | None] = []
    for ref in refs:
        part = vector_of(walk, ref, depth)
        if part is None and walk.graph.static_shape(ref).dims not in ((), (1,)):
            return None
        found += (None,) if part is None else part
    return tuple(found)


def _pack(walk: Walk, node: Node, depth: int) -> Vector | None:
    return _parts(walk, node.inputs, depth)


def _concat(walk: Walk, node: Node, depth: int) -> Vector | None:
    return _parts(walk, node.inputs[1:] if node.op == "Concat" else node.inputs[:-1], depth)


def _strided_slice(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole = vector_of(walk, node.inputs[0], depth)
    bounds = [constant(walk.graph, ref) for ref in node.inputs[1:4]]
    if whole is None or any(each is None or each.size != 1 for each in bounds):
        return None
    begin, end, step = (int(each.item()) for each in bounds if each is not None)
    if node.integer("shrink_axis_mask") & 1:
        return (whole[begin],) if -len(whole) <= begin < len(whole) else None
    first = None if node.integer("begin_mask") & 1 else begin
    return whole[slice(first, None if node.integer("end_mask") & 1 else end, step)]


def _slice(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole = vector_of(walk, node.inputs[0], depth)
    begin, size = (constant(walk.graph, ref) for ref in node.inputs[1:3])
    if whole is None or begin is None or size is None or begin.size != 1:
        return None
    first, count = int(begin.item()), int(size.item())
    return whole[first : None if count < 0 else first + count]


def _gather(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole, places = vector_of(walk, node.inputs[0], depth), constant(walk.graph, node.inputs[1])
    if whole is None or places is None:
        return None
    return tuple(whole[int(each)] for each in places.ravel() if -len(whole) <= int(each) < len(whole))


def _product(walk: Walk, node: Node, depth: int) -> Vector | None:
    one, other = (vector_of(walk, ref, depth) for ref in node.inputs)
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(joined(each) for each in zip(one, other, strict=True))


def _whole_product(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole = vector_of(walk, node.inputs[0], depth)
    return None if whole is None else (joined(whole),)


_RULES: Mapping[str, Callable[[Walk, Node, int], Vector | None]] = MappingProxyType({
    "Shape": _shape, "Size": _size, "Pack": _pack, "Concat": _concat, "ConcatV2": _concat,
    "StridedSlice": _strided_slice, "Slice": _slice, "Gather": _gather, "GatherV2": _gather, "Mul": _product,
    "Prod": _whole_product,
    **dict.fromkeys(("Identity", "Cast", "ExpandDims", "Squeeze", "Reshape", "Enter", "StopGradient"), _same),
})  # fmt: skip
