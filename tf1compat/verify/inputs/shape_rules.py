"""What each op says of shapes: the shapes of its outputs, and which dimensions it demands to be equal.

Both follow from what the op does to axes (`ops.axes`); rules of their own have only those whose shapes are in values,
and those that hold arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.graph.attributes import Array
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.arrays import ARRAY_OPERATIONS
from tf1compat.ops.axes import Axis, AxisMap, Ended, Origin, axes_of
from tf1compat.ops.registry import data_operands
from tf1compat.verify.inputs.shapes import Dim, Dims, Walk

Rule = Callable[[Walk, Node], tuple[Dims, ...]]


def shapes_of(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """The shapes of a node's outputs; an op that is not known gives what the file says."""
    rule = _RULES.get(node.op)
    if rule is not None and node.inputs:
        return rule(walk, node)
    found = axes_of(node, _Known(walk))
    if found is None:
        return (walk.of(TensorRef(node.name)),)
    for first, second in _contracted(found.ended):
        walk.symbols.unify(_dim(walk, node, first), _dim(walk, node, second))
    for each in found.ended:
        _demand(walk, node, each)
    return tuple(_output(walk, node, found, index) for index in range(len(found.outputs)))


@dataclass(frozen=True)
class _Known:
    """What a walk knows of operands, for the rules of axes."""

    walk: Walk

    def rank(self, ref: TensorRef) -> int | None:
        dims = self.walk.of(ref)
        return None if dims is None else len(dims)

    def size(self, ref: TensorRef, axis: int) -> int | None:
        dims = self.walk.of(ref)
        size = self.walk.symbols.find(dims[axis]) if dims is not None and axis < len(dims) else None
        return size if isinstance(size, int) else None

    def constant(self, ref: TensorRef) -> Array | None:
        return self.walk.constant(ref)

    def is_size(self, sizes: TensorRef, entry: int, ref: TensorRef, axis: int) -> bool:
        known = self.walk.integers(sizes)
        return known is not None and entry < len(known) and known[entry] == self.size(ref, axis)

    def count(self, ref: TensorRef) -> int | None:
        known = self.walk.integers(ref)
        return None if known is None else len(known)


def _dim(walk: Walk, node: Node, axis: Axis) -> Dim:
    dims = walk.of(node.inputs[axis.operand])
    return dims[axis.axis] if dims is not None and axis.axis < len(dims) else None


def _contracted(ended: Iterable[Ended]) -> Iterable[tuple[Axis, Axis]]:
    """The axes that are summed up against each other."""
    axes = [each.axis for each in ended if each.how == "contracted"]
    return zip(axes[::2], axes[1::2], strict=False)


def _demand(walk: Walk, node: Node, ended: Ended) -> None:
    """An axis of which an entry is picked has that entry; one that is taken apart has as many as there are parts."""
    if node.op in families.UNPACK:
        walk.symbols.unify(_dim(walk, node, ended.axis), node.integer("num"))
    elif (
        ended.how == "picked"
        and ended.index is not None
        and ended.index >= 0
        and node.op in families.STRIDED_SLICE
    ):
        walk.symbols.demand(_dim(walk, node, ended.axis), ended.index + 1)


def _output(walk: Walk, node: Node, found: AxisMap, index: int) -> Dims:
    origins = found.outputs[index]
    return None if origins is None else tuple(_size(walk, node, each) for each in origins)


def _size(walk: Walk, node: Node, origin: Origin) -> Dim:
    """The size of an axis, the sizes of all that it comes from being made one."""
    dims = [_dim(walk, node, each) for each in origin.of]
    if origin.kind == "broadcast":
        result: Dim = 1
        for dim in dims:
            result = _broadcast_dims(walk, result, dim)
        return result
    if origin.kind in ("equal", "either"):
        return _unified(walk, dims)
    if origin.kind == "joined":
        return _total([walk.symbols.find(dim) for dim in dims]) if len(dims) > 1 else None
    if origin.kind == "part":
        return _part(walk, node, origin, dims[0])
    return _told(walk, node, origin) if origin.kind == "new" else None


def _unified(walk: Walk, dims: list[Dim]) -> Dim:
    known = [dim for dim in dims if dim is not None]
    for other in known[1:]:
        walk.symbols.unify(known[0], other)
    return known[0] if known else None


def _part(walk: Walk, node: Node, origin: Origin, dim: Dim) -> Dim:
    """What is cut to a length and then needed at that length is best fed at that length; a field in the middle of a
    record demands all before its end."""
    if node.op not in families.STRIDED_SLICE or origin.coupled:
        return origin.size if isinstance(origin.size, int) else None
    axis = origin.of[0].axis
    begin, end, strides = (walk.integers(node.inputs[position]) for position in (1, 2, 3))
    if begin is None or end is None or strides is None or axis >= len(end) or abs(strides[axis]) != 1:
        return None
    dims = walk.of(node.inputs[0])
    if dims is not None and len(dims) == 1 and 0 < begin[0] < end[0] and not node.integer("end_mask"):
        walk.symbols.demand(dim, end[0])
    first = node.integer("begin_mask") >> axis & 1 or begin[axis] == 0
    last = node.integer("end_mask") >> axis & 1 or end[axis] > 0
    return dim if first and last else None


def _told(walk: Walk, node: Node, origin: Origin) -> Dim:
    if origin.size is None or isinstance(origin.size, int) or origin.coupled:
        return origin.size if isinstance(origin.size, int) else None
    known = walk.integers(node.inputs[origin.size.operand])
    return known[origin.size.entry] if known is not None and origin.size.entry < len(known) else None


def _total(dims: list[Dim]) -> Dim:
    sizes = [dim for dim in dims if isinstance(dim, int)]
    return sum(sizes) if len(sizes) == len(dims) else None


def _broadcast_dims(walk: Walk, one: Dim, other: Dim) -> Dim:
    one, other = walk.symbols.find(one), walk.symbols.find(other)
    if one == 1:
        return other
    if other == 1:
        return one
    walk.symbols.unify(one, other)
    return other if one is None else walk.symbols.find(one)


def _read_variable(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.of(node.inputs[0]),)


def _merge(walk: Walk, node: Node) -> tuple[Dims, ...]:
    known = [dims for dims in map(walk.of, node.inputs) if dims is not None]
    return (known[0] if known else None,)


def _transpose(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims = walk.of(node.inputs[0])
    order = permutation(walk, node.inputs[1], len(dims) if dims else 3)
    if order is None:
        return (None if dims is None else (None,) * len(dims),)
    if dims is None or len(dims) != len(order):
        return ((None,) * len(order),)
    return (tuple(dims[axis] for axis in order),)


def permutation(walk: Walk, ref: TensorRef, rank: int) -> tuple[int, ...] | None:
    """A constant permutation, also as `dynamic_rnn` makes it: [1, 0] and the rest in order."""
    whole = walk.integers(ref)
    if whole is not None:
        return whole
    node = walk.graph.producer(ref)
    if node.op not in families.CONCATENATIONS:
        return None
    first = walk.integers(data_operands(node)[0])
    return (1, 0, *range(2, rank)) if first == (1, 0) else None


def _reshape(walk: Walk, node: Node) -> tuple[Dims, ...]:
    sizes = walk.integers(node.inputs[1])
    if sizes is not None:
        _demand_rows(walk, node.inputs[0], sizes)
        rows = _rows_of(walk, node, sizes)
        return (
            ((rows, *sizes[1:]),)
            if rows is not None
            else (tuple(None if size < 0 else size for size in sizes),)
        )
    shape = walk.graph.producer(node.inputs[1])
    if shape.op not in families.PACK:
        return (None,)
    parts = [walk.integers(ref) for ref in shape.inputs]
    return (tuple(part[0] if part and part[0] >= 0 else None for part in parts),)


def _rows_of(walk: Walk, node: Node, sizes: tuple[int, ...]) -> Dim:
    """The rows that a Reshape to as many axes leaves as they are: all other sizes are those that it says."""
    dims = walk.of(node.inputs[0])
    if (
        dims is None
        or len(dims) != len(sizes)
        or not sizes
        or sizes[0] >= 0
        or min(sizes[1:], default=0) <= 0
    ):
        return None
    for dim, size in zip(dims[1:], sizes[1:], strict=True):
        walk.symbols.unify(dim, size)
    return dims[0] if walk.symbols.found(dims[1:]) == sizes[1:] else None


def _demand_rows(walk: Walk, ref: TensorRef, sizes: tuple[int, ...]) -> None:
    """Rows that are given axes, `[-1, fields, 1]` of a matrix, are as wide as these axes are large."""
    dims, width = walk.of(ref), math.prod(sizes[1:])
    if dims is not None and len(dims) == 2 < len(sizes) and sizes[0] == -1 and width > 1:
        walk.symbols.unify(dims[1], width)


def _scatter_into_array(walk: Walk, node: Node) -> tuple[Dims, ...]:
    value = walk.of(node.inputs[-2])
    indices = walk.of(node.inputs[1]) if len(node.inputs) == 4 else None
    if value and indices:
        walk.symbols.unify(value[0], indices[0])
    walk.elements[walk.array_node(node.inputs[0])] = value[1:] if value else None
    return ((),)


def _read_from_array(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.elements.get(walk.array_node(node.inputs[0])),)


def _cudnn_rnn(walk: Walk, node: Node) -> tuple[Dims, ...]:
    values, *states = (walk.of(ref) for ref in node.inputs[:3])
    lengths = walk.of(node.inputs[4]) if node.op in families.CUDNN_RNN_V3 else None
    axis = 0 if node.attrs.get("time_major") is False else 1  # of the examples
    known = [dims for dims in states if dims is not None and len(dims) == 3]
    if values is None or len(values) != 3 or not known:
        return (None,)
    for dims in known:
        walk.symbols.unify(dims[axis], values[axis])
        walk.symbols.unify_all(dims, known[0])
    if lengths:
        walk.symbols.unify(lengths[0], values[axis])
    units = walk.symbols.find(known[0][-1])
    both = 2 if node.text("direction") == "bidirectional" else 1
    return ((*values[:2], units * both if isinstance(units, int) else None), *known)


def _split(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """Equal parts: of what may have any size, one entry each."""
    dims, axis, count = walk.of(node.inputs[1]), walk.integers(node.inputs[0]), node.integer("num_split", 1)
    if dims is None or axis is None or not -len(dims) <= axis[0] < len(dims):
        return (None,) * count
    at = axis[0] % len(dims)
    walk.symbols.unify(dims[at], count)
    whole = walk.symbols.find(dims[at])
    part = whole // count if isinstance(whole, int) else None
    return ((*dims[:at], part, *dims[at + 1 :]),) * count


def _gather_tree(walk: Walk, node: Node) -> tuple[Dims, ...]:
    steps, parents, lengths = (walk.of(ref) for ref in node.inputs[:3])
    walk.symbols.unify_all(steps, parents)
    known = steps or parents
    if known and lengths:
        walk.symbols.unify_all(known[1 : 1 + len(lengths)], lengths)
    return (known,)


_IN_ARRAYS: Mapping[str, Rule] = {
    "scatter": _scatter_into_array, "unpack": _scatter_into_array, "read": _read_from_array,
}  # fmt: skip
_RULES: Mapping[str, Rule] = MappingProxyType({
    **families.by_op({
        MERGE: _merge, families.READ_RESOURCE: _read_variable, families.TRANSPOSE: _transpose,
        families.RESHAPE: _reshape, families.CUDNN_RNN: _cudnn_rnn, families.GATHER_TREE: _gather_tree,
        families.EVEN_SPLIT: _split,
    }),
    **{op: _IN_ARRAYS[what] for op, what in ARRAY_OPERATIONS.items() if what in _IN_ARRAYS},
})  # fmt: skip
