"""The dimensions of a node's outputs from those of its operands, by what the op does to axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from tf1compat.analysis.constants import constant, scalar
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.shapes.arrays import ARRAYS
from tf1compat.analysis.shapes.dimensions import (
    BATCH,
    TIME,
    Dim,
    Dims,
    any_symbol,
    dim_of,
    dims_of,
    has_symbol,
    joined,
    size_of,
)
from tf1compat.analysis.shapes.facts import axis_map
from tf1compat.analysis.shapes.lists import parts_of, puts_steps_together, together
from tf1compat.analysis.shapes.reshape import reshape
from tf1compat.analysis.shapes.rows.masks import marked
from tf1compat.analysis.shapes.rows.partitions import dims_of_parts, is_put_back
from tf1compat.analysis.shapes.rows.picked import follow_picked
from tf1compat.analysis.shapes.rows.row_numbers import OwnRows, own_rows
from tf1compat.analysis.shapes.sizes import integers_of, vector_at
from tf1compat.analysis.shapes.slices import read_anew
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.axes import Axis, AxisMap, Ended, Origin
from tf1compat.ops.registry import operand

#: What puts entries into a tensor, and where it reads the tensor's shape.
_PUTTING: Mapping[str, int] = families.by_op({families.SCATTER_ND: 2, families.SPARSE_TO_DENSE: 1})
#: What makes a tensor of sizes that it reads, as its operands have them: where it reads them.
_SIZED: Mapping[str, int] = families.by_op({
    families.SCATTER_ND: 2, families.TRANSPOSED_CONVOLUTIONS: 0,
    families.SLICE_GRADIENT: 0,
})  # fmt: skip
Special = Callable[[Walk, Node], tuple[Dims, ...]]
_PART = "takes some examples of the batch and leaves others out"


def dims_after(walk: Walk, node: Node) -> tuple[AxisMap | None, tuple[Dims, ...]]:
    """What a node does to axes, and the dimensions of its outputs; what cannot be is noted as refusal or want."""
    special = _SPECIAL.get(node.op)
    if special is not None:
        return None, special(walk, node)
    picked = follow_picked(walk, node)
    if picked is not None:
        return None, picked.outputs
    found = axis_map(walk, node)
    if puts_steps_together(walk, node):
        return found, (together(walk, node, _along(walk, node)),)
    if found is None:
        return None, _examples_alone(walk, node)
    if is_put_back(walk, node):
        return found, dims_of_parts(walk, node)
    read_anew(walk, node, found)
    own = own_rows(walk, node)
    if own is not None and node.op in _PUTTING:
        return found, (_put_into_rows(walk, node, found, own),)
    if own is None:
        _check(walk, node, found)
    outputs = tuple(_output(walk, node, found, index) for index in range(len(found.outputs)))
    if node.op in _SIZED and any_symbol(outputs[0]):
        walk.made[node.name, _SIZED[node.op]] = outputs[0] or ()
    return found, (marked(walk, node, outputs[0]), *outputs[1:])


def _put_into_rows(walk: Walk, node: Node, found: AxisMap, own: OwnRows) -> Dims:
    """A tensor of as many rows as are put into it."""
    dims, position = _output(walk, node, found, 0), _PUTTING[node.op]
    if dims is None or len(own.counted) > len(dims):
        return dims
    dims = (*own.counted, *dims[len(own.counted) :])
    if any(map(has_symbol, dims)):
        walk.made[node.name, position] = dims
    return dims


def _along(walk: Walk, node: Node) -> int | None:
    if node.op in families.PACK:
        return node.integer("axis")
    if not parts_of(node):
        return node.integer("_axis")  # one step alone, of which the list is made
    axis = operand(node, "concat_dim", "axis")
    along = scalar(walk.graph, axis) if axis is not None else None
    return None if along is None else int(along)


def _output(walk: Walk, node: Node, found: AxisMap, index: int) -> Dims:
    origins, recorded = found.outputs[index], walk.recorded(TensorRef(node.name, index))
    if origins is None:
        return recorded
    said = recorded if recorded is not None and len(recorded) == len(origins) else (None,) * len(origins)
    return tuple(_dim(walk, node, origin, dim) for origin, dim in zip(origins, said, strict=True))


def _dim(walk: Walk, node: Node, origin: Origin, recorded: Dim | None) -> Dim | None:
    """The dimension of one axis of an output; `recorded` is what the file says."""
    places = [(node.inputs[each.operand], each.axis) for each in origin.of]
    if origin.kind in ("equal", "broadcast", "either"):
        return walk.merged(node, places, broadcasts=origin.kind == "broadcast")
    parts = [_at(walk, *each) for each in places]
    if origin.kind == "repeated":
        return joined((_size(walk, node, origin), *parts))
    counted = _counted_batches(walk, node, origin, parts)
    if counted is not None:
        return counted
    if any(dim is not None and BATCH in dim for dim in parts):
        walk.refuse(node, "puts batches end to end" if origin.kind == "joined" else _PART)
    if origin.kind == "joined":
        return _total(parts) if len(parts) > 1 and recorded is None else recorded
    size = _size(walk, node, origin)
    return recorded if size is None else size


def _counted_batches(walk: Walk, node: Node, origin: Origin, parts: Sequence[Dim | None]) -> Dim | None:
    """Several batches end to end, or some of several, or the batch of one step; None where it is not that."""
    first = parts[0] if parts else None
    if first is None or BATCH not in first:
        return None
    if (
        node.op in families.EVEN_SPLIT
        and first[0] == TIME
        and node.integer("num_split") == walk.numbers.get(TIME)
    ):
        return first[1:]
    if node.op in families.CONCATENATIONS and len(parts) > 1 and set(parts) == {first}:
        return joined(((len(parts),), first))
    if node.op in families.EVEN_SPLIT and isinstance(first[0], int):
        count, left = divmod(first[0], node.integer("num_split", 1))
        return None if left else joined((dim_of(count), first[1:]))
    return None


def _at(walk: Walk, ref: TensorRef, axis: int) -> Dim | None:
    dims = walk.of(ref)
    return dims[axis] if dims is not None and axis < len(dims) else None


def _total(parts: list[Dim | None]) -> Dim | None:
    sizes = [None if dim is None else size_of(dim, {}) for dim in parts]
    known = [each for each in sizes if each is not None]
    return dim_of(sum(known)) if len(known) == len(sizes) else None


def _size(walk: Walk, node: Node, origin: Origin) -> Dim | None:
    if origin.size is None or isinstance(origin.size, int):
        return dim_of(origin.size)
    vector = vector_at(walk, node, origin.size.operand)
    dim = vector[origin.size.entry] if vector is not None and origin.size.entry < len(vector) else None
    return None if dim == (-1,) else dim


# --------------------------------------------------------------------------------- examples that depend on others


def _check(walk: Walk, node: Node, found: AxisMap) -> None:
    """Refuse what makes an example of the batch depend on others."""
    for each in found.ended:
        dim = _at(walk, node.inputs[each.axis.operand], each.axis.axis)
        if dim is not None and BATCH in dim:
            _check_ended(walk, node, each)
    for origins in found.outputs:
        for origin in origins or ():
            _check_coupled(walk, node, origin)
    if walk.any_time:
        _check_time(walk, node, found)


def _check_time(walk: Walk, node: Node, found: AxisMap) -> None:
    """Refuse what takes sequences apart into the author's steps, or has a weight for each of them."""
    timed = {each.axis for each in found.ended if _is_timed(walk, node, each.axis)}
    if sum(each.how == "contracted" for each in found.ended if each.axis in timed) % 2:
        walk.refuse(node, "has weights for each of the author's steps")
    for each in found.ended:
        if each.axis in timed and each.how == "picked" and each.index not in (-1, _last(walk)):
            walk.refuse(node, "takes the sequence apart into the author's steps")
    parts = (origin for origins in found.outputs for origin in origins or () if origin.kind == "part")
    if any(_is_timed(walk, node, axis) for origin in parts for axis in origin.of):
        walk.refuse(node, "takes some of the author's steps")


def _is_timed(walk: Walk, node: Node, axis: Axis) -> bool:
    dim = _at(walk, node.inputs[axis.operand], axis.axis)
    return dim is not None and TIME in dim


def _last(walk: Walk) -> int:
    return walk.numbers.get(TIME, 0) - 1


def _check_ended(walk: Walk, node: Node, ended: Ended) -> None:
    if ended.how == "contracted":
        walk.refuse(node, "adds up over the batch, so that its rows depend on each other")
    elif ended.how == "reduced":
        if node.op not in families.BOUNDS and dtype_of(walk.graph, node.inputs[0]).is_floating:
            walk.refuse(node, "is taken over the batch, so that its rows depend on each other")
    elif node.op in families.UNPACK:
        walk.refuse(node, "takes the batch apart into examples")
    elif node.op in families.SQUEEZE:
        walk.refuse(node, "leaves out the axis of the batch, which was 1")
    elif node.op in families.STRIDED_SLICE or _takes_known_entries(walk, node):
        walk.refuse(node, _PART)


def _takes_known_entries(walk: Walk, node: Node) -> bool:
    """Whether a node gathers by numbers that its author wrote."""
    return (
        node.op in families.GATHER | families.GATHER_ND and constant(walk.graph, node.inputs[1]) is not None
    )


def _check_coupled(walk: Walk, node: Node, origin: Origin) -> None:
    if not origin.coupled or node.op in _ORDERED:
        return
    dims = [_at(walk, node.inputs[each.operand], each.axis) for each in origin.of]
    averaged = TensorRef(node.name, 1) in walk.dims  # the statistics of a normalisation are given
    if not averaged and any(dim is not None and BATCH in dim for dim in dims):
        normalises = node.op in families.FUSED_BATCH_NORMALISATION
        what = "normalises by the statistics of the batch" if normalises else "goes over the batch"
        walk.refuse(node, f"{what}, so that its rows depend on each other")


#: What puts examples in another order, or marks each of them against all, keeps each one's own values.
_ORDERED = families.REVERSE_AXES | families.DIAGONAL | families.STRIDED_SLICE


# ------------------------------------------------------------------------------------------------- other ops


def _examples_alone(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """An op that treats each example by itself, as nearly all do whose first axis stays what it was."""
    outputs = len(recorded) if isinstance(recorded := node.attrs.get("_output_shapes"), tuple) else 1
    given = [ref for ref in node.inputs if any_symbol(walk.of(ref))]
    found = [walk.recorded(TensorRef(node.name, index)) for index in range(outputs)]
    if given:
        found[0] = _first_axis_kept(walk, node, given[0], found[0])
    return tuple(found)


def _first_axis_kept(walk: Walk, node: Node, ref: TensorRef, recorded: Dims) -> Dims:
    given, said = walk.of(ref), walk.recorded(ref)
    if not given or recorded is None:
        return None
    before = given[0]
    # An axis that was open for the author may stay open; one that was not, and now is, depends on the values.
    sizes = (dim_of(size_of(before, walk.numbers)) if before is not None else None, said[0] if said else None)
    rest = any(dim is not None and BATCH in dim for dim in given[1:])
    if has_symbol(before) and recorded and recorded[0] in sizes and not rest:
        return (before, *recorded[1:])
    if any(dim is not None and BATCH in dim for dim in given):
        walk.refuse(node, "makes something of the batch that is not known to be of each example alone")
    return recorded


def _merged(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """Of a loop, what enters it; the end of the walk compares what goes round. Of branches, what they share."""
    known = [ref for ref in node.inputs if ref in walk.dims and walk.of(ref) is not None]
    if not known or len({len(walk.of(ref) or ()) for ref in known}) > 1:
        return (walk.recorded(TensorRef(node.name)), ())
    rank = len(walk.of(known[0]) or ())
    dims = (walk.merged(node, [(ref, axis) for ref in known], broadcasts=False) for axis in range(rank))
    return tuple(dims), ()


def _constant(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, spread = walk.recorded(TensorRef(node.name)), walk.changes.spread.get(node.name)
    if dims is None or spread is None:
        return (dims,)
    return (tuple(spread.get(axis, dim) for axis, dim in enumerate(dims)),)


def _variable(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """A handle has the dimensions of what it stands for, which is what those who read it go by."""
    return (dims_of(node.shape().dims),)


def _function(walk: Walk, node: Node) -> tuple[Dims, ...]:
    if any(_has_batch(walk.of(ref)) for ref in node.inputs):
        walk.refuse(node, "runs a function, into which the batch is not followed")
    recorded = node.attrs.get("_output_shapes")
    count = len(recorded) if isinstance(recorded, tuple) else 1
    return tuple(walk.recorded(TensorRef(node.name, index)) for index in range(count))


def _has_batch(dims: Dims) -> bool:
    return any(dim is not None and BATCH in dim for dim in dims or ())


def _space_to_batch(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, recorded = walk.of(node.inputs[0]), walk.recorded(TensorRef(node.name))
    block = integers_of(walk, node.inputs[1])
    if not dims or block is None:
        return _lost(walk, node)
    rest = recorded[1:] if recorded else (None,) * (len(dims) - 1)
    return ((joined((dim_of(int(block.prod())), dims[0])), *rest),)


def _batch_to_space(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, recorded = walk.of(node.inputs[0]), walk.recorded(TensorRef(node.name))
    block = integers_of(walk, node.inputs[1])
    if not dims or block is None or not dims[0] or dims[0][0] != int(block.prod()):
        return _lost(walk, node)
    rest = recorded[1:] if recorded else (None,) * (len(dims) - 1)
    return ((dims[0][1:], *rest),)


def _lost(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """What the file says, where the walk cannot follow the batch any further."""
    if any(_has_batch(walk.of(ref)) for ref in node.inputs):
        walk.refuse(node, "rearranges the batch in a way that is not known before it runs")
    return (walk.recorded(TensorRef(node.name)),)


_SPECIAL: Mapping[str, Special] = MappingProxyType({
    **ARRAYS,
    **families.by_op({
        MERGE: _merged, families.IF | families.WHILE | families.CALL: _function, families.CONSTANT: _constant,
        families.VARIABLE_HANDLE: _variable,
        families.RESHAPE: reshape, families.SPACE_TO_BATCH: _space_to_batch, families.BATCH_TO_SPACE: _batch_to_space,
    }),
})  # fmt: skip
