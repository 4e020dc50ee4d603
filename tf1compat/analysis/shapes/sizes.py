"""What small tensors of integers hold when they are sizes: dimensions of other tensors, or the author's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.analysis.shapes.dimensions import Dim, dim_of, has_symbol, joined, size_of
from tf1compat.analysis.shapes.walk import Vector, Walk
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.kernels import KERNELS
from tf1compat.ops.registry import data_operands

_LONGEST = 64
_DEPTH = 48


def vector_of(walk: Walk, ref: TensorRef, depth: int = _DEPTH) -> Vector | None:
    """The entries of a tensor that holds sizes, a scalar as one entry; None if it holds none."""
    node = walk.graph.producer(ref)
    if node.op in _APART and depth:
        return _one_of(vector_of(walk, data_operands(node)[0], depth - 1), node, ref.index)
    rule = _RULES.get(node.op)
    found = rule(walk, node, depth - 1) if rule and depth and ref.index == 0 else None
    return found if found is not None else _constant(walk, ref)


def _one_of(whole: Vector | None, node: Node, index: int) -> Vector | None:
    """One of the parts into which a vector is taken: entries by themselves, or vectors of one length."""
    if whole is None:
        return None
    size = len(whole) // max(1, node.integer("num_split", len(whole)))
    return whole[index * size : (index + 1) * size]


def vector_at(walk: Walk, node: Node, position: int) -> Vector | None:
    """The sizes that a node reads at an input, as changed."""
    key = (node.name, position)
    return (
        walk.changes.vectors[key] if key in walk.changes.vectors else vector_of(walk, node.inputs[position])
    )


def integers_of(walk: Walk, ref: TensorRef) -> Array | None:
    """The integers of a tensor whose entries are all known numbers."""
    vector = vector_of(walk, ref)
    if vector is None or any(dim is None or has_symbol(dim) for dim in vector):
        return None
    values = np.array([size_of(dim, {}) for dim in vector if dim is not None], np.int64)
    return values.reshape(()) if _is_scalar(walk, ref) and values.size == 1 else values


def _is_scalar(walk: Walk, ref: TensorRef) -> bool:
    return walk.of(ref) == ()


def _constant(walk: Walk, ref: TensorRef) -> Vector | None:
    value = constant(walk.graph, ref)
    if value is None or value.dtype.kind not in "iub" or value.size > _LONGEST:
        return None
    return _vector(value)


def _vector(value: Array) -> Vector:
    return tuple(dim_of(int(each)) for each in value.ravel().tolist())


def _shape(walk: Walk, node: Node, _: int) -> Vector | None:
    return walk.of(node.inputs[0])


def _size(walk: Walk, node: Node, _: int) -> Vector | None:
    dims = walk.of(node.inputs[0])
    return None if dims is None else (joined(dims),)


def _rank(walk: Walk, node: Node, _: int) -> Vector | None:
    rank = walk.rank(node.inputs[0])
    return None if rank is None else (dim_of(rank),)


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


def _joined(walk: Walk, node: Node, depth: int) -> Vector | None:
    return _parts(walk, data_operands(node), depth)


def _strided_slice(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole = vector_of(walk, node.inputs[0], depth)
    bounds = [integers_of(walk, ref) for ref in node.inputs[1:4]]
    if whole is None or any(each is None or each.size != 1 for each in bounds):
        return None
    begin, end, step = (int(each.item()) for each in bounds if each is not None)
    if node.integer("shrink_axis_mask") & 1:
        return (whole[begin],) if -len(whole) <= begin < len(whole) else None
    first = None if node.integer("begin_mask") & 1 else begin
    return whole[slice(first, None if node.integer("end_mask") & 1 else end, step)]


def _slice(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole = vector_of(walk, node.inputs[0], depth)
    begin, size = (integers_of(walk, ref) for ref in node.inputs[1:3])
    if whole is None or begin is None or size is None or begin.size != 1:
        return None
    first, count = int(begin.item()), int(size.item())
    return whole[first : None if count < 0 else first + count]


def _gather(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole, places = vector_of(walk, node.inputs[0], depth), integers_of(walk, node.inputs[1])
    if whole is None or places is None:
        return None
    return tuple(whole[int(each)] for each in places.ravel() if -len(whole) <= int(each) < len(whole))


def _product(walk: Walk, node: Node, depth: int) -> Vector | None:
    one, other = (vector_of(walk, ref, depth) for ref in node.inputs)
    if one is None or other is None:
        return None
    if len(one) != len(other):
        return _computed(walk, node, depth)
    return tuple(joined(each) for each in zip(one, other, strict=True))


def _whole_product(walk: Walk, node: Node, depth: int) -> Vector | None:
    whole = vector_of(walk, node.inputs[0], depth)
    return None if whole is None else (joined(whole),)


def _quotient(walk: Walk, node: Node, depth: int) -> Vector | None:
    """A dimension without its last or first factors: `tf.size(x) // tf.shape(x)[0]`."""
    one, other = (vector_of(walk, ref, depth) for ref in node.inputs)
    if one is None or other is None or len(one) != 1 or len(other) != 1:
        return None
    whole, part = one[0], other[0]
    if whole is None or not part or not has_symbol(whole):
        return _computed(walk, node, depth)
    if whole[: len(part)] == part:
        return (whole[len(part) :],)
    return (whole[: -len(part)],) if whole[-len(part) :] == part else None


def _filled(walk: Walk, node: Node, depth: int) -> Vector | None:
    """One number, as often as a shape says."""
    sizes, value = integers_of(walk, node.inputs[0]), vector_of(walk, node.inputs[1], depth)
    if sizes is None or value is None or sizes.size != 1 or not 0 < int(sizes.item()) <= _LONGEST:
        return None
    return value * int(sizes.item())


def _computed(walk: Walk, node: Node, depth: int) -> Vector | None:
    """What is computed of known numbers."""
    operands = [integers_of(walk, ref) for ref in node.inputs] if depth else [None]
    known = [each for each in operands if each is not None]
    if len(known) != len(operands):
        return None
    found = KERNELS[node.op](node, known)
    value = np.asarray(found[0] if isinstance(found, tuple) else found)
    return _vector(value.astype(np.int64)) if value.size <= _LONGEST else None


#: Ops that take a vector apart into equal parts.
_APART = families.UNPACK | families.EVEN_SPLIT
_COMPUTED = (
    families.ADDITIONS | families.SUBTRACTION | families.MULTIPLICATION | families.FLOOR_DIVISION | families.MODULO
    | families.EXTREMES | families.NEGATION | families.COMPARISONS | families.SELECTIONS | families.LIST_DIFFERENCE
    | families.RANGE
)  # fmt: skip
_RULES: Mapping[str, Callable[[Walk, Node, int], Vector | None]] = families.by_op({
    _COMPUTED: _computed, families.SHAPE: _shape, families.SIZE: _size, families.RANK: _rank, families.JOINING: _joined,
    families.STRIDED_SLICE: _strided_slice, families.SLICE: _slice, families.GATHER: _gather,
    families.MULTIPLICATION: _product, families.PRODUCT: _whole_product, families.FLOOR_DIVISION: _quotient,
    families.FILL: _filled, families.TRANSPARENT | families.RESHAPES | families.CAST: _same,
})  # fmt: skip
