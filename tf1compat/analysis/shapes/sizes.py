"""What small tensors of integers hold when they are sizes: dimensions of other tensors, or the author's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.analysis.shapes.dimensions import Dim, dim_of, joined, size_of
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
    indexed = _INDEXED.get(node.op)
    if indexed is not None and depth:
        return indexed(walk, node, ref.index, depth - 1)
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
    sizes = None if vector is None else [None if dim is None else size_of(dim, {}) for dim in vector]
    if sizes is None or None in sizes:
        return None
    values = np.array(sizes, np.int64)
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
    """Dimensions without their last or first factors: `tf.size(x) // tf.shape(x)[0]`."""
    one, other = (vector_of(walk, ref, depth) for ref in node.inputs)
    if one is None or other is None or all(dim is not None and size_of(dim, {}) is not None for dim in one):
        return _computed(walk, node, depth)
    found = [_divided(*pair) for pair in zip(one, other, strict=True)] if len(one) == len(other) else [None]
    return None if None in found else tuple(found)


def _divided(whole: Dim | None, part: Dim | None) -> Dim | None:
    if whole is None or part is None:
        return None
    if whole[: len(part)] == part:
        return whole[len(part) :]
    if part and whole[-len(part) :] == part:
        return whole[: -len(part)]
    one, other = size_of(whole, {}), size_of(part, {})
    return dim_of(one // other) if one is not None and other else None


def _greatest(walk: Walk, node: Node, depth: int) -> Vector | None:
    """Sizes, none below one: a symbol stays what it is."""
    vectors = [vector_of(walk, ref, depth) for ref in node.inputs]
    for own, bound in (vectors, vectors[::-1]):
        if own is not None and bound is not None and set(bound) == {()} and (0,) not in own:
            return own
    return _computed(walk, node, depth)


def _filled(walk: Walk, node: Node, depth: int) -> Vector | None:
    """One number, as often as a shape says."""
    sizes, value = integers_of(walk, node.inputs[0]), vector_of(walk, node.inputs[1], depth)
    if sizes is None or value is None or sizes.size != 1 or not 0 < int(sizes.item()) <= _LONGEST:
        return None
    return value * int(sizes.item())


def _stitched(walk: Walk, node: Node, depth: int) -> Vector | None:
    """Sizes put together by their positions."""
    count = len(node.inputs) // 2
    found: dict[int, Dim | None] = {}
    for at in range(count):
        places, parts = integers_of(walk, node.inputs[at]), vector_of(walk, node.inputs[count + at], depth)
        if places is None or parts is None or places.size != len(parts):
            return None
        found.update(zip((int(each) for each in places.ravel()), parts, strict=True))
    return tuple(found[at] for at in range(len(found))) if set(found) == set(range(len(found))) else None


def _summed_axes(walk: Walk, node: Node, index: int, depth: int) -> Vector | None:
    """`BroadcastGradientArgs`: the axes along which an operand was repeated to meet the other."""
    shapes = [vector_of(walk, ref, depth) for ref in node.inputs]
    if shapes[0] is None or shapes[1] is None:
        return None
    own, other = (shapes[index], shapes[1 - index])
    rank = max(len(shapes[0]), len(shapes[1]))
    wide: list[Vector] = [((),) * (rank - len(each)) + each for each in (own, other) if each is not None]
    if None in wide[0] or None in wide[1]:
        return None
    return tuple(
        dim_of(axis) if axis else (0,) for axis in range(rank) if wide[0][axis] == () != wide[1][axis]
    )


def _shape_of(walk: Walk, node: Node, index: int, _: int) -> Vector | None:
    return walk.of(node.inputs[index])


def _offset(walk: Walk, node: Node, index: int, depth: int) -> Vector | None:
    """`ConcatOffset(axis, shapes...)`: where a part of a concatenation begins."""
    axis, shapes = integers_of(walk, node.inputs[0]), [vector_of(walk, ref, depth) for ref in node.inputs[1:]]
    first = shapes[0]
    if axis is None or first is None:
        return None
    place = int(axis.item()) % len(first)
    before: list[Dim | None] = [
        None if each is None or place >= len(each) else each[place] for each in shapes[:index]
    ]
    sizes = [None if dim is None else size_of(dim, {}) for dim in before]
    known = [each for each in sizes if each is not None]
    begin = dim_of(sum(known)) if len(known) == len(sizes) else None
    return tuple((0,) if at != place or not index else begin for at in range(len(first)))


def _turned_back(walk: Walk, node: Node, _: int) -> Vector | None:
    order = integers_of(walk, node.inputs[0])
    return None if order is None else _vector(np.argsort(order))


def _computed(walk: Walk, node: Node, depth: int) -> Vector | None:
    """What is computed of known numbers."""
    operands = [integers_of(walk, ref) for ref in node.inputs] if depth else [None]
    known = [each for each in operands if each is not None]
    if len(known) != len(operands):
        return None
    found = KERNELS[node.op](node, known)
    value = np.asarray(found[0] if isinstance(found, tuple) else found)
    return _vector(value.astype(np.int64)) if value.size <= _LONGEST else None


#: Ops with an answer for each of several outputs.
_INDEXED: Mapping[str, Callable[[Walk, Node, int, int], Vector | None]] = families.by_op(
    {
        families.SUMMED_AXES: _summed_axes,
        families.SHAPES_OF_SEVERAL: _shape_of,
        families.OFFSETS: _offset,
    }
)
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
    families.MAXIMUM: _greatest,
    families.FILL: _filled, families.DYNAMIC_STITCH: _stitched, families.INVERSE_ORDER: _turned_back,
    families.TRANSPARENT | families.RESHAPES | families.CAST: _same,
})  # fmt: skip
