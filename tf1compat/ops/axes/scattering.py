"""Ops that put rows where indices say: segments, scatters, partitions and what stitches them, sparse tensors."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import (
    Axis,
    AxisMap,
    Ended,
    Facts,
    Origin,
    Rule,
    SizeOf,
    equal,
    rank_of,
    whole,
)


def _ended(operand: int, count: int) -> tuple[Ended, ...]:
    """The first axes of an operand, of whose rows it depends on the indices which become one."""
    return tuple(Ended(Axis(operand, axis), "reduced") for axis in range(count))


def _segments(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None or rank < 1:
        return None
    read = (1, 2) if node.op.startswith("Sparse") else (1,)
    told = node.op.endswith(("V2", "WithNumSegments"))
    size = SizeOf(read[-1] + 1, 0) if told else None
    ended = (*_ended(0, 1), *(each for at in read for each in _ended(at, 1)))
    return AxisMap(((Origin("new", size=size), *whole(0, range(1, rank))),), (0, *read), ended)


def _unsorted_segments(node: Node, facts: Facts) -> AxisMap | None:
    rank, ids = rank_of(facts, node), rank_of(facts, node, 1)
    if rank is None or ids is None or ids > rank:
        return None
    found = (Origin("new", size=SizeOf(2, 0)), *whole(0, range(ids, rank)))
    return AxisMap((found,), (0, 1), (*_ended(0, ids), *_ended(1, ids)))


def _scattered(node: Node, facts: Facts) -> AxisMap | None:
    """`ScatterNd(indices, updates, shape)`: rows of zeros, but for those that the indices name."""
    indices, updates, sizes = rank_of(facts, node), rank_of(facts, node, 1), facts.count(node.inputs[2])
    depth = None if not indices else facts.size(node.inputs[0], indices - 1)
    if not indices or updates is None or depth is None or sizes is None:
        return None
    made = tuple(Origin("new", size=SizeOf(2, axis)) for axis in range(depth))
    rows = whole(1, range(indices - 1, updates))
    if len(made) + len(rows) != sizes:
        return None
    return AxisMap(((*made, *rows),), (0, 1), (*_ended(0, indices), *_ended(1, indices - 1)))


def _updated(node: Node, facts: Facts) -> AxisMap | None:
    """`TensorScatterUpdate(tensor, indices, updates)`: which entries are others depends on the indices."""
    rank, indices, updates = (rank_of(facts, node, at) for at in range(3))
    depth = None if not indices else facts.size(node.inputs[1], indices - 1)
    if rank is None or not indices or updates is None or depth is None:
        return None
    shift = indices - 1 - depth
    rows = tuple(Origin("equal", (Axis(0, axis), Axis(2, axis + shift))) for axis in range(depth, rank))
    found = (*whole(0, range(depth), coupled=True), *rows)
    return AxisMap((found,), (0, 1, 2), (*_ended(1, indices), *_ended(2, indices - 1)))


def _updated_rows(node: Node, facts: Facts) -> AxisMap | None:
    """`InplaceUpdate(x, i, v)`: rows of the first axis."""
    rank = rank_of(facts, node)
    if not rank:
        return None
    rows = tuple(Origin("equal", (Axis(0, axis), Axis(2, axis))) for axis in range(1, rank))
    return AxisMap(((equal(0, 0, coupled=True), *rows),), (0, 1, 2), (*_ended(1, 1), *_ended(2, 1)))


def _partitioned(node: Node, facts: Facts) -> AxisMap | None:
    rank, by = rank_of(facts, node), rank_of(facts, node, 1)
    if rank is None or by is None or by > rank:
        return None
    found = (Origin("new"), *whole(0, range(by, rank)))
    return AxisMap((found,) * node.integer("num_partitions", 1), (0, 1), (*_ended(0, by), *_ended(1, by)))


def _stitched(node: Node, facts: Facts) -> AxisMap | None:
    """The rows of several tensors at the places that their indices name."""
    count = len(node.inputs) // 2
    ranks = [(facts.rank(node.inputs[at]), facts.rank(node.inputs[count + at])) for at in range(count)]
    known = [(at, by, rank) for at, (by, rank) in enumerate(ranks) if by is not None and rank is not None]
    if len(known) != count or len({rank - by for _, by, rank in known}) != 1:
        return None
    rest = known[0][2] - known[0][1]
    rows = tuple(
        Origin("equal", tuple(Axis(count + at, by + axis) for at, by, _ in known)) for axis in range(rest)
    )
    ended = tuple(each for at, by, _ in known for each in (*_ended(at, by), *_ended(count + at, by)))
    return AxisMap(((Origin("new"), *rows),), tuple(range(2 * count)), ended)


def _joined_rows(node: Node, facts: Facts) -> AxisMap | None:
    """`ParallelConcat`: tensors of one row each, end to end."""
    rank, count = rank_of(facts, node), len(node.inputs)
    if not rank:
        return None
    rows = (Origin("equal", tuple(Axis(at, axis) for at in range(count))) for axis in range(1, rank))
    return AxisMap(((Origin("new", size=count), *rows),), tuple(range(count)))


def _sparse_product(node: Node, facts: Facts) -> AxisMap | None:
    """`SparseTensorDenseMatMul(indices, values, shape, matrix)`."""
    columns = 0 if node.attrs.get("adjoint_b") is True else 1
    rows = Origin("new", size=SizeOf(2, 1 if node.attrs.get("adjoint_a") is True else 0))
    ended = (*_ended(0, 2), *_ended(1, 1), Ended(Axis(3, 1 - columns), "contracted"))
    return AxisMap(((rows, equal(3, columns)),), (0, 1, 3), ended)


def _densified(node: Node, facts: Facts) -> AxisMap | None:
    """`SparseToDense(indices, shape, values, default)`: a new tensor of the shape, some of its entries given."""
    sizes = facts.count(node.inputs[1])
    if sizes is None:
        return None
    ranks = {at: facts.rank(node.inputs[at]) or 0 for at in (0, 2)}
    ended = tuple(each for at, rank in ranks.items() for each in _ended(at, rank))
    return AxisMap((tuple(Origin("new", size=SizeOf(1, axis)) for axis in range(sizes)),), (0, 2, 3), ended)


def _sought(node: Node, facts: Facts) -> AxisMap | None:
    """`LowerBound(sorted, values)`: the place of each value among the sorted ones of its row."""
    rows = Origin("broadcast", (Axis(0, 0), Axis(1, 0)))
    return AxisMap(((rows, equal(1, 1)),), (0, 1), (Ended(Axis(0, 1), "reduced"),))


def _unique(node: Node, facts: Facts) -> AxisMap | None:
    """The different entries of a vector, and which of them each entry is."""
    if rank_of(facts, node) != 1:
        return None
    kept, which = (Origin("new"),), (equal(0, 0, coupled=True),)
    return AxisMap((kept, which, kept), (0,))


def _permutation(node: Node, facts: Facts) -> AxisMap | None:
    return AxisMap(((equal(0, 0, coupled=True),),), (0,))


def _shuffled(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if not rank:
        return None
    return AxisMap(((equal(0, 0, coupled=True), *whole(0, range(1, rank))),), (0,))


def _counted(node: Node, facts: Facts) -> AxisMap | None:
    """How many entries of the whole tensor there are of each kind."""
    rank = rank_of(facts, node)
    return None if rank is None else AxisMap(((Origin("new"),),), (0,), _ended(0, rank))


_KINDS = ("Sum", "Mean", "Prod", "Min", "Max")
RULES: Mapping[str, Rule] = {
    **dict.fromkeys((f"Segment{kind}{version}" for kind in _KINDS for version in ("", "V2")), _segments),
    **dict.fromkeys((f"SparseSegment{kind}{more}" for kind in ("Sum", "Mean", "SqrtN")
                     for more in ("", "WithNumSegments")), _segments),
    **dict.fromkeys((f"UnsortedSegment{kind}" for kind in ("Sum", "Prod", "Min", "Max", "Join")), _unsorted_segments),
    **dict.fromkeys((f"TensorScatter{kind}" for kind in ("Update", "Add", "Sub", "Min", "Max")), _updated),
    **dict.fromkeys(("InplaceUpdate", "InplaceAdd", "InplaceSub"), _updated_rows),
    **dict.fromkeys(("DynamicStitch", "ParallelDynamicStitch"), _stitched),
    **dict.fromkeys(("LowerBound", "UpperBound"), _sought),
    **dict.fromkeys(("Unique", "UniqueWithCounts"), _unique),
    **dict.fromkeys(("Bincount", "HistogramFixedWidth"), _counted),
    "ScatterNd": _scattered, "DynamicPartition": _partitioned, "ParallelConcat": _joined_rows,
    "SparseTensorDenseMatMul": _sparse_product, "SparseToDense": _densified,
    "InvertPermutation": _permutation, "RandomShuffle": _shuffled,
}  # fmt: skip
