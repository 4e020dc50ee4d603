"""Indices that count the rows of a batch or the steps, beside what is chosen of each row.

`gather(reshape(x, [-1]), range(batch) * size + best)` and `gather_nd(x, stack([range(batch), best], 1))` take of each
row an entry of its own: the numbers of the rows only say that it is this row's. `tf.batch_gather` is made so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

from tf1compat.analysis.constants import constant, scalar
from tf1compat.analysis.shapes.dimensions import REST, Dim, Dims, has_symbol, joined, reshaped, size_of
from tf1compat.analysis.shapes.lists import parts_of
from tf1compat.analysis.shapes.sizes import vector_of
from tf1compat.analysis.shapes.uniform import uniform_value
from tf1compat.analysis.shapes.walk import Places, Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

_DEPTH = 24
_HANDING_ON = families.CAST | families.TRANSPARENT
_PLAIN: Dim = ()


class Piece(NamedTuple):
    """Some factors of an axis: how many stand before them, and which they are."""

    axis: int
    outer: int
    dim: Dim | None


@dataclass(frozen=True)
class _Stride:
    """By what a position is multiplied, and the (node, input) where that was."""

    dim: Dim = ()
    places: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class _Numbers:
    """A tensor of whole numbers as a sum: of the position along some axes, each times a stride, and of a rest."""

    rank: int
    strides: Mapping[Piece, _Stride]
    rest: tuple[TensorRef, ...] = ()


@dataclass(frozen=True)
class OwnRows:
    """What a node takes out of, or puts into, rows whose numbers are counted: `rest` says which entry of each row.

    `rows`: what has the rows, a table or updates. `dims`: those of the indices, the rows and then what is chosen.
    `counted`: the axes of the table that count the rows, the first ones. `puts`: whether it puts them there.
    """

    rows: tuple[TensorRef, ...]
    rest: tuple[TensorRef, ...]
    dims: tuple[Dim | None, ...]
    counted: tuple[Dim | None, ...]
    puts: bool = False


def own_rows(walk: Walk, node: Node) -> OwnRows | None:
    """Each row's own entries, if that is what a node takes or puts; None where its indices are of another kind."""
    if node.op in families.GATHER:
        return _of_flat_table(walk, node)
    if node.op in families.GATHER_ND:
        return _by_parts(walk, node.inputs[1], walk.of(node.inputs[0]), node.inputs[0])
    if node.op in families.SCATTER_ND:
        return _by_parts(walk, node.inputs[0], _read(walk, node.inputs[2]), node.inputs[1], puts=True)
    if node.op in families.SPARSE_TO_DENSE:
        return _by_parts(walk, node.inputs[0], _read(walk, node.inputs[1]), node.inputs[2], puts=True)
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
    flat, pieces = before[: len(before) - rank + 1], sorted(found.strides, key=_in_order)
    if len(pieces) != len(flat) - 1:
        return None
    for axis, piece in enumerate(pieces):
        stride, wanted = found.strides[piece], joined(flat[axis + 1 :])
        if not _is_same(walk, stride.dim, wanted) or not _is_same(walk, piece.dim, flat[axis]):
            return None
        if wanted is not None and has_symbol(wanted) and len(stride.places) == 1:
            walk.made[stride.places[0]] = (wanted,)  # the size itself, where the author's number stood for it
    return OwnRows((table.inputs[0],), found.rest, dims, flat[:-1])


def _in_order(piece: Piece) -> tuple[int, int]:
    return piece.axis, piece.outer


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


def _by_parts(
    walk: Walk, indices: TensorRef, table: Dims, rows: TensorRef, *, puts: bool = False
) -> OwnRows | None:
    """By a number for each of the table's first axes, the first of which count the rows."""
    parts, dims = _parts(walk, indices), walk.of(indices)
    if table is None or parts is None or dims is None or len(parts) > len(table):
        return None
    counted: list[Piece] = []
    for part, size in zip(parts, table, strict=False):
        piece = _counted(walk, part)
        behind = piece is not None and (not counted or _in_order(counted[-1]) < _in_order(piece))
        if piece is None or not behind or not _is_same(walk, piece.dim, size):
            break
        counted.append(piece)
    if not counted:
        return None
    known = len(counted)
    sizes = tuple(_open(walk, each, size, dims) for each, size in zip(counted, table, strict=False))
    return OwnRows((rows,), tuple(parts[known:]), dims[:-1], sizes, puts)


def _open(walk: Walk, piece: Piece, size: Dim | None, dims: Sequence[Dim | None]) -> Dim | None:
    """How many rows are counted; the symbol of them, where the author's number stands beside it."""
    if has_symbol(size) or has_symbol(piece.dim) or piece.outer or piece.dim is None:
        return size if has_symbol(size) else piece.dim
    split = reshaped((dims[piece.axis],), (piece.dim, REST), walk.numbers)
    return split[0] if split is not None and has_symbol(split[0]) else size


def _counted(walk: Walk, ref: TensorRef) -> Piece | None:
    """The factors of an axis, the position along which is all that a tensor holds."""
    found = _numbers(walk, ref)
    if found is None or found.rest or len(found.strides) != 1:
        return None
    ((piece, stride),) = found.strides.items()
    return piece if stride.dim == _PLAIN else None


def row_of_each(walk: Walk, ref: TensorRef) -> Places | None:
    """The number of the row that each entry of a vector belongs to, where rows have as many entries each."""
    node, dims = walk.graph.producer(ref), walk.of(ref)
    while node.op in _HANDING_ON:
        ref = node.inputs[0]
        node = walk.graph.producer(ref)
    if node.op in families.STRIDED_SLICE:
        parts, column = _parts(walk, node.inputs[0]), constant(walk.graph, node.inputs[1])
        whole = (
            node.integer("begin_mask") & node.integer("end_mask") & 1
            and node.integer("shrink_axis_mask") == 2
        )
        ref = parts[int(column[1])] if whole and parts is not None and column is not None else ref
    piece = _counted(walk, ref)
    if piece is None or piece.axis or piece.outer or dims is None or len(dims) != 1 or dims[0] is None:
        return None
    if piece.dim is None or not has_symbol(piece.dim):
        return None
    return Places(dims[0], ref, (piece.dim, dims[0][len(piece.dim) :]), (0,))


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
        parts = [_columns(walk, each) for each in parts_of(node)]
        return tuple(ref for each in parts if each is not None for ref in each) if None not in parts else None
    return None


def _columns(walk: Walk, ref: TensorRef) -> tuple[TensorRef, ...] | None:
    """One column, or those that were put side by side before and repeated as a whole."""
    dims = walk.of(ref)
    return (ref,) if dims and dims[-1] == _PLAIN else None


# --------------------------------------------------------------------------------------------------- the numbers


def _numbers(walk: Walk, ref: TensorRef, depth: int = _DEPTH) -> _Numbers | None:
    """A tensor as such a sum; None where no number of a row is in it."""
    node, rank = walk.graph.producer(ref), walk.rank(ref)
    if rank is None or depth == 0:
        return None
    if node.op in families.RANGE:
        counts = scalar(walk.graph, node.inputs[0]) == 0 and scalar(walk.graph, node.inputs[2]) == 1
        return _Numbers(1, {Piece(0, 0, (walk.of(ref) or (None,))[0]): _Stride()}) if counts else None
    if node.op in _HANDING_ON:
        return _numbers(walk, node.inputs[0], depth - 1)
    if node.op in families.RESHAPES | families.TILE:
        return _moved(walk, node, rank, _numbers(walk, node.inputs[0], depth - 1))
    if node.op in families.MULTIPLICATION:
        return _times(walk, node, depth)
    return _sum(walk, node, rank, depth) if node.op in families.ADDITIONS else None


def _moved(walk: Walk, node: Node, rank: int, found: _Numbers | None) -> _Numbers | None:
    """The factors are what they were, on other axes, or repeated."""
    before, after = walk.of(node.inputs[0]), walk.of(TensorRef(node.name))
    if found is None or found.rest or before is None or after is None:
        return None
    place = _tiled if node.op in families.TILE else _reshaped
    moved = {each: place(each, before, after) for each in found.strides}
    if None in moved.values():
        return None
    return _Numbers(rank, {new: found.strides[old] for old, new in moved.items() if new is not None})


def _tiled(piece: Piece, before: Sequence[Dim | None], after: Sequence[Dim | None]) -> Piece | None:
    old, new = before[piece.axis], after[piece.axis]
    if old is None or new is None:
        return piece if old == new else None
    return _there(piece._replace(outer=piece.outer + len(new) - len(old)), after)


def _reshaped(piece: Piece, before: Sequence[Dim | None], after: Sequence[Dim | None]) -> Piece | None:
    """Where factors are in another shape; of a size that is not known, by the axes of more than one entry."""
    if None not in before and None not in after:
        start = sum(len(dim or ()) for dim in before[: piece.axis]) + piece.outer
        for axis, dim in enumerate(after):
            if dim is not None and start < len(dim):
                return _there(Piece(axis, start, piece.dim), after)
            start -= len(dim or ())
        return piece._replace(axis=0, outer=0) if piece.dim == _PLAIN and after else None
    wide = [axis for axis, dim in enumerate(before) if dim != _PLAIN]
    moved = [axis for axis, dim in enumerate(after) if dim != _PLAIN]
    if len(wide) != len(moved) or piece.axis not in wide:
        return None
    return piece._replace(axis=moved[wide.index(piece.axis)])


def _there(piece: Piece, dims: Sequence[Dim | None]) -> Piece | None:
    """A piece, if its factors stand where it says."""
    dim, size = dims[piece.axis], piece.dim
    if dim is None or size is None:
        return None
    numbers = not piece.outer and None not in (whole := size_of(dim, {}), part := size_of(size, {}))
    if numbers and whole and part and whole % part == 0:
        return piece
    return piece if piece.outer >= 0 and dim[piece.outer : piece.outer + len(size)] == size else None


def _times(walk: Walk, node: Node, depth: int) -> _Numbers | None:
    """A number of a row times a stride; a mesh's numbers are multiplied by ones."""
    for at in (0, 1):
        found, factor = _numbers(walk, node.inputs[at], depth - 1), vector_of(walk, node.inputs[1 - at])
        other = node.inputs[1 - at]
        if found is not None and not found.rest and _is_one(walk, other):
            shift = (walk.rank(TensorRef(node.name)) or found.rank) - found.rank
            strides = {
                each._replace(axis=each.axis + shift): stride for each, stride in found.strides.items()
            }
            return _Numbers(found.rank + shift, strides)
        if found is None or found.rest or factor is None or len(factor) != 1:
            continue
        times = {each: joined((stride.dim, factor[0])) for each, stride in found.strides.items()}
        strides = {
            each: _Stride(dim, (*found.strides[each].places, (node.name, 1 - at)))
            for each, dim in times.items()
            if dim is not None
        }
        return None if None in times.values() else replace(found, strides=strides)
    return None


def _is_one(walk: Walk, ref: TensorRef) -> bool:
    return uniform_value(walk, ref) == 1


def _sum(walk: Walk, node: Node, rank: int, depth: int) -> _Numbers | None:
    """Numbers of several axes, and a rest, each aligned by its last axis."""
    strides: dict[Piece, _Stride] = {}
    rest: list[TensorRef] = []
    for ref in node.inputs:
        found = _numbers(walk, ref, depth - 1)
        if found is None:
            rest.append(ref)
            continue
        shifted = {
            each._replace(axis=each.axis + rank - found.rank): stride
            for each, stride in found.strides.items()
        }
        if not shifted.keys().isdisjoint(strides):
            return None
        strides |= shifted
        rest += found.rest
    return _Numbers(rank, strides, tuple(rest)) if strides else None
