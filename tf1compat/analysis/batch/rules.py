"""What each op makes of dimensions with the batch in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tf1compat.analysis.batch import shaping
from tf1compat.analysis.batch.arrays import ARRAYS
from tf1compat.analysis.batch.dims import BATCH, Dims, any_batch, dim_of, has_batch, joined
from tf1compat.analysis.batch.kinds import COMBINING, PASSING
from tf1compat.analysis.batch.shaping import lost
from tf1compat.analysis.batch.slices import sliced, strided
from tf1compat.analysis.batch.walk import Walk
from tf1compat.analysis.constants import constant
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef

Rule = Callable[[Walk, Node], tuple[Dims, ...]]


def dims_after(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """The dimensions of a node's outputs, as far as a rule tells them; of others, what the file says, if the batch is
    only their first axis. What cannot be is noted as a refusal or as a want."""
    rule = _RULES.get(node.op)
    return rule(walk, node) if rule else _examples_alone(walk, node)


def _examples_alone(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """An op that treats each example by itself, as nearly all do whose first axis stays what it was."""
    outputs = len(recorded) if isinstance(recorded := node.attrs.get("_output_shapes"), tuple) else 1
    given = [ref for ref in node.inputs if any_batch(walk.of(ref))]
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
    sizes = (dim_of(walk.size(before)) if before is not None else None, said[0] if said else None)
    if has_batch(before) and recorded and recorded[0] in sizes and not any(map(has_batch, given[1:])):
        return (before, *recorded[1:])
    walk.refuse(node, "makes something of the batch that is not known to be of each example alone")
    return recorded


# --------------------------------------------------------------------------------------- passing, combining


def _first(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims = walk.of(node.inputs[0])
    return dims, dims


def _combined(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.broadcast(node, node.inputs),)


def _chosen(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """Select: a condition of one axis goes with the rows of what it chooses from."""
    condition, *values = node.inputs
    dims = walk.of(condition)
    found = walk.broadcast(node, values)
    if node.op == "Select" and dims is not None and len(dims) == 1 and found:
        first = walk.merged(node, [(condition, 0), *((ref, 0) for ref in values)], broadcasts=False)
        return ((first, *found[1:]),)
    return (walk.broadcast(node, node.inputs),)


def _merged(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """Of a loop, what enters it; the end of the walk compares what goes round. Of branches, what they share."""
    known = [ref for ref in node.inputs if ref in walk.dims and walk.of(ref) is not None]
    if not known or len({len(walk.of(ref) or ()) for ref in known}) > 1:
        return (walk.recorded(TensorRef(node.name)), ())
    rank = len(walk.of(known[0]) or ())
    dims = (walk.merged(node, [(ref, axis) for ref in known], broadcasts=False) for axis in range(rank))
    return tuple(dims), ()


# ------------------------------------------------------------------------------------- joining and splitting


def _concat(walk: Walk, node: Node) -> tuple[Dims, ...]:
    parts = node.inputs[1:] if node.op == "Concat" else node.inputs[:-1]
    along = constant(walk.graph, node.inputs[0 if node.op == "Concat" else -1])
    ranks = {len(dims) for ref in parts if (dims := walk.of(ref)) is not None}
    if along is None or len(ranks) != 1:
        return lost(walk, node)
    (rank,) = ranks
    place = int(along) % rank
    if any(has_batch((walk.of(ref) or (None,) * rank)[place]) for ref in parts):
        walk.refuse(node, "puts batches end to end")
    total = (walk.recorded(TensorRef(node.name)) or (None,) * rank)[place]
    return (
        tuple(
            total if axis == place else walk.merged(node, [(ref, axis) for ref in parts], broadcasts=False)
            for axis in range(rank)
        ),
    )


def _pack(walk: Walk, node: Node) -> tuple[Dims, ...]:
    rank = len(walk.of(node.inputs[0]) or ())
    shared = [
        walk.merged(node, [(ref, axis) for ref in node.inputs], broadcasts=False) for axis in range(rank)
    ]
    place = node.integer("axis") % (rank + 1)
    return ((*shared[:place], dim_of(len(node.inputs)), *shared[place:]),)


def _unpack(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims = walk.of(node.inputs[0])
    if dims is None:
        return ()
    place = node.integer("axis") % len(dims)
    if has_batch(dims[place]):
        walk.refuse(node, "takes the batch apart into examples")
    return ((*dims[:place], *dims[place + 1 :]),) * node.integer("num", 1)


def _split(walk: Walk, node: Node) -> tuple[Dims, ...]:
    value, along = (1, 0) if node.op == "Split" else (0, 2)
    dims, axis = walk.of(node.inputs[value]), constant(walk.graph, node.inputs[along])
    count = node.integer("num_split", 1)
    if dims is None or axis is None:
        return lost(walk, node)
    place = int(axis) % len(dims)
    if has_batch(dims[place]) and count > 1:
        walk.refuse(node, "takes the batch apart")
    found = []
    for index in range(count):
        recorded = walk.recorded(TensorRef(node.name, index))
        piece = dims[place] if count == 1 else recorded[place] if recorded else None
        found.append((*dims[:place], piece, *dims[place + 1 :]))
    return tuple(found)


def _gather(walk: Walk, node: Node) -> tuple[Dims, ...]:
    values, places = walk.of(node.inputs[0]), walk.of(node.inputs[1])
    along = constant(walk.graph, node.inputs[2]) if node.op == "GatherV2" else 0
    if node.op == "ResourceGather" and places is not None:
        rows = walk.recorded(TensorRef(node.name)) or ()
        return ((*places, *rows[len(places) :]),)
    if not values or places is None or along is None or node.integer("batch_dims"):
        return lost(walk, node)
    axis = int(along) % len(values)
    return ((*values[:axis], *places, *values[axis + 1 :]),)


def _gather_nd(walk: Walk, node: Node) -> tuple[Dims, ...]:
    values, places = walk.of(node.inputs[0]), walk.of(node.inputs[1])
    if values is None or places is None or not places or places[-1] is None or has_batch(places[-1]):
        return lost(walk, node)
    return ((*places[:-1], *values[walk.size(places[-1]) :]),)


# ------------------------------------------------------------------------------------------ products, sums


def _mat_mul(walk: Walk, node: Node) -> tuple[Dims, ...]:
    first, second = (walk.of(ref) for ref in node.inputs)
    if first is None or second is None or len(first) < 2 or len(second) < 2:
        return lost(walk, node)
    if node.attrs.get("transpose_a") or node.attrs.get("adj_x"):
        first = (*first[:-2], first[-1], first[-2])
    if node.attrs.get("transpose_b") or node.attrs.get("adj_y"):
        second = (*second[:-2], second[-1], second[-2])
    if has_batch(first[-1]) or has_batch(second[-2]):
        walk.refuse(node, "adds up over the batch, so that its rows depend on each other")
    leading = range(len(first) - 2)
    shared = [walk.merged(node, [(ref, axis) for ref in node.inputs], broadcasts=True) for axis in leading]
    return ((*(shared if len(first) == len(second) else first[:-2]), first[-2], second[-1]),)


_MIXING = frozenset({"Mean", "Sum", "Prod", "EuclideanNorm"})


def _reduction(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, axes = walk.of(node.inputs[0]), constant(walk.graph, node.inputs[1])
    if dims is None or axes is None:
        return (walk.recorded(TensorRef(node.name)),)
    gone = {int(each) % len(dims) for each in axes.ravel()} if dims else set()
    floating = dtype_of(walk.graph, node.inputs[0]).is_floating
    if floating and node.op in _MIXING and any(has_batch(dims[axis]) for axis in gone):
        walk.refuse(node, "is taken over the batch, so that its rows depend on each other")
    kept = bool(node.attrs.get("keep_dims"))
    return (tuple(() if axis in gone else dim for axis, dim in enumerate(dims) if kept or axis not in gone),)


def _one_hot(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, recorded = walk.of(node.inputs[0]), walk.recorded(TensorRef(node.name))
    if dims is None:
        return (recorded,)
    axis = node.integer("axis", -1)
    place = len(dims) if axis == -1 else axis
    depth = recorded[place] if recorded else None
    return ((*dims[:place], depth, *dims[place:]),)


def _top(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, recorded = walk.of(node.inputs[0]), walk.recorded(TensorRef(node.name))
    found = None if not dims else (*dims[:-1], recorded[-1] if recorded else None)
    return found, found


def _normalised(walk: Walk, node: Node) -> tuple[Dims, ...]:
    averaged = TensorRef(node.name, 1) in walk.dims  # its statistics are given
    if node.attrs.get("is_training", True) is True and any_batch(walk.of(node.inputs[0])) and not averaged:
        walk.refuse(node, "normalises by the statistics of the batch, so that its rows depend on each other")
    others = (walk.recorded(TensorRef(node.name, index)) for index in range(1, 6))
    return (walk.of(node.inputs[0]), *others)


def _space_to_batch(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, recorded = walk.of(node.inputs[0]), walk.recorded(TensorRef(node.name))
    block = constant(walk.graph, node.inputs[1])
    if not dims or block is None:
        return lost(walk, node)
    rest = recorded[1:] if recorded else (None,) * (len(dims) - 1)
    return ((joined((dim_of(int(block.prod())), dims[0])), *rest),)


def _batch_to_space(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, recorded = walk.of(node.inputs[0]), walk.recorded(TensorRef(node.name))
    block = constant(walk.graph, node.inputs[1])
    if not dims or block is None or not dims[0] or dims[0][0] != int(block.prod()):
        return lost(walk, node)
    rest = recorded[1:] if recorded else (None,) * (len(dims) - 1)
    return ((dims[0][1:], *rest),)


#: Recurrent ops: the axis of the batch in their outputs and in what is beside the input, and where those stand.
_CELLS = {
    "LSTMBlockCell": (0, (0, 1, 2)),
    "GRUBlockCell": (0, (0, 1)),
    "BlockLSTM": (1, ()),
    "BlockLSTMV2": (1, ()),
}


def _cell(walk: Walk, node: Node) -> tuple[Dims, ...]:
    axis, rows = _CELLS[node.op]
    states = rows or (2, 3)
    places = [(node.inputs[each], 0) for each in states]
    if not rows:
        places.append((node.inputs[1], 1))
    batch = walk.merged(node, places, broadcasts=False)
    units = (walk.of(node.inputs[states[-1]]) or (None,))[-1]
    steps = ((walk.of(node.inputs[1]) or (None,))[0],) if axis else ()
    return ((*steps, batch, units),) * 7


def _function(walk: Walk, node: Node) -> tuple[Dims, ...]:
    if any(any_batch(walk.of(ref)) for ref in node.inputs):
        walk.refuse(node, "runs a function, into which the batch is not followed")
    recorded = node.attrs.get("_output_shapes")
    return tuple(walk.recorded(TensorRef(node.name, index)) for index in range(len(recorded or (1,))))  # type: ignore[arg-type]


def _constant(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, axis = walk.recorded(TensorRef(node.name)), walk.changes.spread.get(node.name)
    if dims is None or axis is None:
        return (dims,)
    return ((*dims[:axis], (BATCH,), *dims[axis + 1 :]),)


_RANDOM = ("RandomUniform", "RandomStandardNormal", "TruncatedNormal", "RandomUniformInt")
_REDUCTIONS = ("Mean", "Sum", "Prod", "Max", "Min", "All", "Any", "ArgMax", "ArgMin", "EuclideanNorm")
_RULES: Mapping[str, Rule] = MappingProxyType({
    **dict.fromkeys(PASSING, _first),
    **dict.fromkeys(COMBINING, _combined),
    **dict.fromkeys(MERGE, _merged),
    **dict.fromkeys(_RANDOM, shaping.filled),
    **dict.fromkeys(_REDUCTIONS, _reduction),
    **dict.fromkeys(("Concat", "ConcatV2"), _concat),
    **dict.fromkeys(("Split", "SplitV"), _split),
    **dict.fromkeys(("Gather", "GatherV2", "ResourceGather"), _gather),
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2"), _mat_mul),
    **dict.fromkeys(("Shape", "ShapeN"), shaping.vectors),
    **dict.fromkeys(("Size", "Rank"), shaping.figure),
    **dict.fromkeys(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), _normalised),
    **dict.fromkeys(_CELLS, _cell),
    **dict.fromkeys(("If", "StatelessIf", "While", "StatelessWhile", "PartitionedCall", "StatefulPartitionedCall"),
                    _function),
    **ARRAYS,
    "Const": _constant, "Select": _chosen, "Fill": shaping.filled, "BroadcastTo": shaping.broadcast_to,
    "Range": shaping.counted, "Tile": shaping.tile, "Reshape": shaping.reshape, "ExpandDims": shaping.expand_dims,
    "Squeeze": shaping.squeeze, "Transpose": shaping.transpose, "Pack": _pack, "Unpack": _unpack, "Slice": sliced,
    "StridedSlice": strided, "GatherNd": _gather_nd, "OneHot": _one_hot, "TopKV2": _top, "TopK": _top,
    "SpaceToBatchND": _space_to_batch, "BatchToSpaceND": _batch_to_space,
})  # fmt: skip
