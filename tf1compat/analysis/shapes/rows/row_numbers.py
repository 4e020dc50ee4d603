"""Indices that count the rows of a batch or the steps, beside what is chosen of each row.

`gather(reshape(x, [-1]), range(batch) * size + best)` and `gather_nd(x, stack([range(batch), best], 1))` take of each
row an entry of its own: the numbers of the rows only say that it is this row's. `tf.batch_gather` is made so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.shapes.dimensions import Dim, Dims, has_symbol, joined, size_of
from tf1compat.analysis.shapes.lists import parts_of
from tf1compat.analysis.shapes.sizes import vector_of
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

_DEPTH = 24
_HANDING_ON = families.CAST | families.TRANSPARENT
_PLAIN: Dim = ()


@dataclass(frozen=True)
class _Numbers:
    """A tensor of whole numbers as a sum: of the position along some axes, each times a stride, and of a rest.

    `factors`: where a stride was multiplied in, by axis.
    """

    rank: int
    strides: Mapping[int, Dim]
    rest: tuple[TensorRef, ...] = ()
    factors: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True)
class OwnRows:
    """What a node takes out of, or puts into, rows whose numbers are counted: `rest` says which entry of each row."""

    rows: tuple[TensorRef, ...]  # what has the rows: a table, updates
    rest: tuple[TensorRef, ...]
    dims: tuple[Dim | None, ...]  # those of the indices: the rows, then what is chosen
    count: int  # how many axes count the rows


def own_rows(walk: Walk, node: Node) -> OwnRows | None:
    """Each row's own entries, if that is what a node takes or puts; None where its indices are of another kind."""
    if node.op in families.GATHER:
        return _of_flat_table(walk, node)
    if node.op in families.GATHER_ND:
        return _by_parts(walk, node.inputs[1], walk.of(node.inputs[0]), (node.inputs[0],))
    if node.op in families.SCATTER_ND:
        return _by_parts(walk, node.inputs[0], _read(walk, node.inputs[2]), (node.inputs[1],))
    if node.op in families.SPARSE_TO_DENSE:
        return _by_parts(walk, node.inputs[0], _read(walk, node.inputs[1]), (node.inputs[2],))
    return None


def _read(walk: Walk, ref: TensorRef) -> Dims:
    vector = vector_of(walk, ref)
    return None if vector is None else tuple(vector)


def _of_flat_table(walk: Walk, node: Node) -> OwnRows | None:
    """Of a table whose axes were laid end to end, by the number of the row times its size and the place in it."""
    if len(node.inputs) > 2 and scalar(walk.graph, node.inputs[2]) != 0:
        return None
    table, whole = walk.graph.producer(node.inputs[0]), _before_flat(walk, node.inputs[1])
    if table.op not in families.RESHAPE:
        return None
    before, rank, dims = walk.of(table.inputs[0]), walk.rank(node.inputs[0]), walk.of(whole)
    found = _numbers(walk, whole)
    if before is None or rank is None or dims is None or found is None:
        return None
    flat = before[: len(before) - rank + 1]
    if sorted(found.strides) != list(range(len(flat) - 1)) or len(flat) > len(dims) + 1:
        return None
    for axis, stride in found.strides.items():
        wanted = joined(flat[axis + 1 :])
        if not _is_same(walk, stride, wanted) or not _is_same(walk, dims[axis], flat[axis]):
            return None
        _note_stride(walk, found, axis, wanted)
    return OwnRows((table.inputs[0],), found.rest, dims, len(flat) - 1)


def _note_stride(walk: Walk, found: _Numbers, axis: int, wanted: Dim | None) -> None:
    """Where the author's number stands for a size that is a symbol, the size itself is read."""
    places = [(name, position) for at, name, position in found.factors if at == axis]
    if wanted is not None and has_symbol(wanted) and len(places) == 1:
        walk.made[places[0]] = (wanted,)


def _is_same(walk: Walk, one: Dim | None, other: Dim | None) -> bool:
    """Whether two sizes are one, a symbol also by the author's number."""
    if one is None or other is None:
        return False
    if has_symbol(one) == has_symbol(other):
        return _sorted(one) == _sorted(other)
    return size_of(one, walk.numbers) == size_of(other, walk.numbers) is not None


def _sorted(dim: Dim) -> tuple[int, list[str]]:
    """A size whatever the order of its factors."""
    return prod(each for each in dim if isinstance(each, int)), sorted(
        each for each in dim if isinstance(each, str)
    )


def _before_flat(walk: Walk, ref: TensorRef) -> TensorRef:
    node = walk.graph.producer(ref)
    return node.inputs[0] if node.op in families.RESHAPE and walk.rank(ref) == 1 else ref


def _by_parts(walk: Walk, indices: TensorRef, table: Dims, rows: tuple[TensorRef, ...]) -> OwnRows | None:
    """By a number for each of the table's first axes, the first of which count the rows."""
    parts = _parts(walk, indices)
    if table is None or parts is None or len(parts) > len(table):
        return None
    dims, given = (walk.of(indices) or ())[:-1], walk.of(rows[0])
    counting = [_counts_rows(walk, part, axis, dims, table) for axis, part in enumerate(parts)]
    known = counting.index(False) if False in counting else len(parts)
    lead = given[:known] if given else dims[:known]
    if not known or not all(_is_same(walk, *pair) for pair in zip(table, lead, strict=False)):
        return None
    return OwnRows(rows, tuple(parts[known:]), (*lead, *dims[known:]), known)


def _counts_rows(walk: Walk, part: TensorRef, axis: int, dims: Sequence[Dim | None], table: Dims) -> bool:
    """Whether numbers are the position along an axis, and that axis as long as the table's."""
    found, own = _numbers(walk, part), walk.of(part)
    if found is None or found.rest or found.strides != {axis: _PLAIN} or axis >= len(dims):
        return False
    return own is not None and table is not None and _is_same(walk, own[axis], table[axis])


def _parts(walk: Walk, ref: TensorRef) -> tuple[TensorRef, ...] | None:
    """The numbers that stand side by side along the last axis."""
    node = walk.graph.producer(ref)
    while node.op in _HANDING_ON:
        node = walk.graph.producer(node.inputs[0])
    rank = walk.rank(TensorRef(node.name))
    if rank is None:
        return None
    if node.op in families.PACK:
        return node.inputs if node.integer("axis") in (-1, rank - 1) else None
    if node.op in families.CONCATENATIONS and scalar(walk.graph, node.inputs[-1]) in (-1, rank - 1):
        parts = parts_of(node)
        return parts if all((walk.of(each) or (None,))[-1] == _PLAIN for each in parts) else None
    return None


# --------------------------------------------------------------------------------------------------- the numbers


def _numbers(walk: Walk, ref: TensorRef, depth: int = _DEPTH) -> _Numbers | None:
    """A tensor as such a sum; None where no number of a row is in it."""
    node, rank = walk.graph.producer(ref), walk.rank(ref)
    if rank is None or depth == 0:
        return None
    if node.op in families.RANGE:
        counts = scalar(walk.graph, node.inputs[0]) == 0 and scalar(walk.graph, node.inputs[2]) == 1
        return _Numbers(1, {0: _PLAIN}) if counts else None
    if node.op in _HANDING_ON | families.TILE:
        return _numbers(walk, node.inputs[0], depth - 1)
    if node.op in families.RESHAPE | families.EXPAND_DIMS:
        return _moved(walk, node, rank, _numbers(walk, node.inputs[0], depth - 1))
    if node.op in families.MULTIPLICATION:
        return _times(walk, node, depth)
    return _sum(walk, node, rank, depth) if node.op in families.ADDITIONS else None


def _moved(walk: Walk, node: Node, rank: int, found: _Numbers | None) -> _Numbers | None:
    """The axes that have more than one entry, in order, are what they were."""
    before, after = walk.of(node.inputs[0]), walk.of(TensorRef(node.name))
    if found is None or found.rest or before is None or after is None:
        return None
    wide = [axis for axis, dim in enumerate(before) if dim != _PLAIN]
    moved = [axis for axis, dim in enumerate(after) if dim != _PLAIN]
    if len(wide) != len(moved) or not set(found.strides) <= set(wide):
        return None
    places = dict(zip(wide, moved, strict=True))
    strides = {places[axis]: stride for axis, stride in found.strides.items()}
    return _Numbers(
        rank, strides, (), tuple((places[at], name, position) for at, name, position in found.factors)
    )


def _times(walk: Walk, node: Node, depth: int) -> _Numbers | None:
    for at in (0, 1):
        found, factor = _numbers(walk, node.inputs[at], depth - 1), vector_of(walk, node.inputs[1 - at])
        if found is None or found.rest or factor is None or len(factor) != 1:
            continue
        strides = {axis: joined((stride, factor[0])) for axis, stride in found.strides.items()}
        if None in strides.values():
            return None
        places = tuple((axis, node.name, 1 - at) for axis in found.strides)
        known = {axis: stride for axis, stride in strides.items() if stride is not None}
        return replace(found, strides=known, factors=(*found.factors, *places))
    return None


def _sum(walk: Walk, node: Node, rank: int, depth: int) -> _Numbers | None:
    """Numbers of several axes, and a rest, each aligned by its last axis."""
    strides: dict[int, Dim] = {}
    rest: list[TensorRef] = []
    factors: list[tuple[int, str, int]] = []
    for ref in node.inputs:
        found = _numbers(walk, ref, depth - 1)
        if found is None:
            rest.append(ref)
            continue
        shift = rank - found.rank
        if any(axis + shift in strides for axis in found.strides):
            return None
        strides |= {axis + shift: stride for axis, stride in found.strides.items()}
        factors += [(axis + shift, name, position) for axis, name, position in found.factors]
        rest += found.rest
    return _Numbers(rank, strides, tuple(rest), tuple(factors)) if strides else None
