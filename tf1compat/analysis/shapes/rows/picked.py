"""Rows that a mask picks, or that differ from all before them, and what puts each back where it was.

`scatter_nd(where(mask), f(gather_nd(x, where(mask))), shape)` computes the rows that count and leaves the others empty;
`gather(f(unique), index)` computes each kind of row once. Any of the rows may be among them, so that they are followed
as though all were: what they come to, each by itself, is then what stands where they are put back. Until then, a
factor that names what picked them stands in their dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tf1compat.analysis.constants import constant
from tf1compat.analysis.pattern import source
from tf1compat.analysis.shapes.dimensions import BATCH, TIME, Dim, Dims, has_symbol, joined, reshaped, size_of
from tf1compat.analysis.shapes.rows.row_numbers import row_of_each
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.uniform import uniform_value
from tf1compat.analysis.shapes.walk import Picked, Places, Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

Rule = Callable[[Walk, Node], Picked | None]
_SAME = families.CAST | families.TRANSPARENT


def follow_picked(walk: Walk, node: Node) -> Picked | None:
    """What a node that picks rows, or takes or puts picked ones, makes of them; None for any other node."""
    rule = _RULES.get(node.op)
    found = rule(walk, node) if rule is not None else None
    if found is not None:
        walk.picked[node.name] = found
        walk.places.update({TensorRef(node.name, index): each for index, each in found.places.items()})
    return found


def hand_on_places(walk: Walk, node: Node) -> None:
    """Numbers of places that a node only arranges stay such; of one that computes with them, that is noted."""
    read = [ref for ref in node.inputs if ref in walk.places]
    if not read or node.op in families.SHAPES:
        return
    places = walk.places.get(node.inputs[0])
    columns = _columns(walk, node, places) if places is not None else ()
    for index, each in enumerate(columns):
        if places is not None and each is not None:
            walk.places[TensorRef(node.name, index)] = replace(places, columns=each)
    if not columns and any(_counts_examples(walk.places[ref]) for ref in read):
        walk.refuse(node, "takes the numbers of examples for values")


def takes_numbers(walk: Walk, node: Node) -> bool:
    """Whether a node computes with the numbers of places along a symbol's axis."""
    made = TensorRef(node.name) in walk.places or node.name in walk.picked
    read = (walk.places[ref] for ref in node.inputs if ref in walk.places)
    return not made and any(has_symbol(dim) for each in read for dim in each.numbered)


def _counts_examples(places: Places) -> bool:
    return any(dim is not None and BATCH in dim for dim in places.numbered)


def _columns(walk: Walk, node: Node, places: Places) -> tuple[tuple[int, ...], ...]:
    """Which columns of the places each output has; nothing where they are lost."""
    single = len(places.columns) == 1
    if node.op in _SAME or (single and node.op in families.RESHAPES):
        return (places.columns,)
    if walk.rank(node.inputs[0]) != 2 or single:
        return ()
    if node.op in families.UNPACK:
        return tuple((each,) for each in places.columns) if node.integer("axis") in (1, -1) else ()
    chosen = _cut(walk, node, len(places.columns)) if node.op in families.SLICES else None
    return () if chosen is None else (tuple(places.columns[each] for each in chosen),)


def _cut(walk: Walk, node: Node, count: int) -> list[int] | None:
    """The columns that a slice of all rows takes."""
    bounds = [constant(walk.graph, ref) for ref in node.inputs[1:]]
    if any(each is None or each.size > 2 for each in bounds):
        return None
    begin, end = ([int(entry) for entry in each.ravel()] for each in bounds[:2] if each is not None)
    columns = list(range(count))
    if node.op in families.SLICE:
        last = None if end[1] < 0 else begin[1] + end[1]
        return columns[begin[1] : last] if (begin[0], end[0]) == (0, -1) else None
    if node.integer("begin_mask") & node.integer("end_mask") & 1 == 0 or len(begin) != 2:
        return None
    if node.integer("shrink_axis_mask") == 2:
        return [columns[begin[1]]]
    first = None if node.integer("begin_mask") & 2 else begin[1]
    last = None if node.integer("end_mask") & 2 else end[1]
    return None if node.integer("shrink_axis_mask") else columns[slice(first, last)]


# ------------------------------------------------------------------------------------------------- picking rows


def _marked(walk: Walk, node: Node) -> Picked | None:
    """The places of the entries of a mask that hold, in order."""
    mask = node.inputs[0]
    grid = walk.of(mask)
    return None if grid is None else _some(walk, _name_of(walk, mask), mask, grid)


def _name_of(walk: Walk, ref: TensorRef) -> str:
    """The mask behind what only arranges it: two that are one mask pick the same rows."""
    node = walk.graph.producer(ref := source(walk.graph, ref))
    while node.op in families.RESHAPES:
        node = walk.graph.producer(ref := source(walk.graph, node.inputs[0]))
    return str(ref)


def _some(walk: Walk, name: str, of: TensorRef, grid: tuple[Dim | None, ...]) -> Picked | None:
    whole = joined(grid)
    if whole is None:
        return None
    rows = whole if uniform_value(walk, of) == 1 else (f"picked by {name}", *whole)
    places = Places(rows, of, grid, tuple(range(len(grid))))
    return Picked(((places.rows, (len(grid),) if len(grid) > 1 else ()),), (of,), {0: places})


def _different(walk: Walk, node: Node) -> Picked | None:
    """Each entry once, and of every entry which of those it is."""
    dims = walk.of(node.inputs[0])
    if dims is None or len(dims) != 1 or not has_symbol(dims[0]) or dims[0] is None:
        return None
    rows: Dim = (f"picked by {node.name}", *dims[0])
    return Picked(
        ((rows,), dims, (rows,)), node.inputs[:1], {1: Places(dims[0], TensorRef(node.name), (rows,), (0,))}
    )


def _filled(walk: Walk, node: Node) -> Picked | None:
    """`SparseFillEmptyRows(indices, values, shape, default)`: an entry for each row that has none."""
    places = walk.places.get(node.inputs[0])
    if places is None or not places.is_whole:
        return None
    rows: Dim = (f"picked by {node.name}", *places.rows)
    made = replace(places, rows=rows)
    dims = ((rows, (len(places.grid),)), (rows,), places.grid[:1], (places.rows,))
    return Picked(dims, node.inputs[:2], {0: made})


def _rearranged(walk: Walk, node: Node) -> Picked | None:
    """`SparseReshape(indices, shape, new shape)`: the same entries of a tensor whose axes are grouped otherwise."""
    places, wanted = walk.places.get(node.inputs[0]), vector_at(walk, node, 2)
    if places is None or not places.is_whole or wanted is None:
        return None
    known = tuple(dim for dim in wanted if dim is not None)
    grid = reshaped(places.grid, known, walk.numbers) if len(known) == len(wanted) else None
    if grid is None:
        return None
    walk.made[node.name, 2] = grid
    made = Places(places.rows, places.of, grid, tuple(range(len(grid))))
    return Picked(((places.rows, (len(grid),)), ((len(grid),),)), node.inputs[:1], {0: made})


# ------------------------------------------------------------------------------------------- taking, putting back


def _taken(walk: Walk, node: Node) -> Picked | None:
    """Rows of a table by their places: those that a mask picks, or each entry's own of those that differ."""
    table, at = node.inputs[0], node.inputs[1]
    places, dims, given = walk.places.get(at), walk.of(table), walk.of(at)
    along = constant(walk.graph, node.inputs[2]) if len(node.inputs) > 2 else None
    if (
        places is None
        or not dims
        or given is None
        or node.integer("batch_dims")
        or (along is not None and along.any())
    ):
        return None
    numbered = places.numbered
    lead = given[:-1] if node.op in families.GATHER_ND else given
    if node.op in families.GATHER and len(numbered) > 1:
        return None
    if not any(map(has_symbol, numbered)) or not _in_step(walk, node, places, (table, dims)):
        return None
    known = walk.places.get(table)
    kept = {} if known is None or lead[0] is None else {0: replace(known, rows=lead[0])}
    rest = dims[len(numbered) :]
    timed = any(dim is not None and TIME in dim for dim in lead)
    return Picked(((*lead, *rest),), (table, at), kept, rest if timed else ())


def _in_step(walk: Walk, node: Node, places: Places, table: tuple[TensorRef, tuple[Dim | None, ...]]) -> bool:
    """Whether a table's first axes are those that the places count; a symbol that one side lacks, it is to have."""
    ref, dims = table
    wants = []
    for axis, (column, own) in enumerate(zip(places.columns, places.numbered, strict=True)):
        dim = dims[axis] if axis < len(dims) else None
        if own is None or dim is None or size_of(own, walk.numbers) != size_of(dim, walk.numbers):
            return False
        if has_symbol(own) != has_symbol(dim) and size_of(own, walk.numbers) is not None:
            wants.append((places.of, column, dim) if has_symbol(dim) else (ref, axis, own))
        elif own != dim:
            return False
    for wanted in wants:
        walk.want(*wanted, node)
    return True


def _put(walk: Walk, node: Node) -> Picked | None:
    """Rows at their places in a tensor that is otherwise empty."""
    shape_at, values_at = (2, 1) if node.op in families.SCATTER_ND else (1, 2)
    places, values = walk.places.get(node.inputs[0]), walk.of(node.inputs[values_at])
    if places is None or values is None or values[:1] not in ((), (places.rows,)):
        return None
    walk.made[node.name, shape_at] = dims = (*places.numbered, *values[1:])
    return _whole(walk, node, places, dims, (node.inputs[0], node.inputs[values_at]))


def _put_together(walk: Walk, node: Node) -> Picked | None:
    """Segments: what belongs to one row becomes one."""
    at = 2 if node.op in families.SPARSE_SEGMENTS else 1
    places, data = (
        walk.places.get(node.inputs[at]) or row_of_each(walk, node.inputs[at]),
        walk.of(node.inputs[0]),
    )
    if places is None or len(places.columns) != 1 or not data:
        return None
    values = node.inputs[: at + 1]
    rows = data[0]
    if at == 2:
        chosen, which = walk.places.get(node.inputs[1]), walk.of(node.inputs[1])
        if (
            not which
            or (chosen is None and has_symbol(rows))
            or (chosen is not None and chosen.numbered != data[:1])
        ):
            return None
        rows = which[0]
    places = None if rows is None else _along(walk, node, places, rows)
    if places is None:
        return None
    if node.op in families.UNSORTED_SEGMENTS:
        walk.made[node.name, 2] = places.numbered
    return _whole(walk, node, places, (*places.numbered, *data[1:]), values)


def _along(walk: Walk, node: Node, places: Places, rows: Dim) -> Places | None:
    """Places of as many rows as there are; where the author's number of them stands, they are to have the symbol."""
    if rows == places.rows:
        return places
    known = [dim for dim in places.grid if dim is not None]
    found = reshaped((rows,), known, walk.numbers) if len(known) == len(places.grid) else None
    if found is None or has_symbol(places.rows) or size_of(places.rows, {}) is None:
        return None
    for axis, dim in enumerate(found):
        if dim is not None and has_symbol(dim):
            walk.want(places.of, axis, dim, node)
    return replace(places, rows=rows, grid=found)


def _multiplied(walk: Walk, node: Node) -> Picked | None:
    """`SparseTensorDenseMatMul(indices, values, shape, matrix)`: each row of the sparse one by all of the matrix."""
    places, matrix = walk.places.get(node.inputs[0]), walk.of(node.inputs[3])
    turned = node.attrs.get("adjoint_a") is True or node.attrs.get("adjoint_b") is True
    if places is None or not places.is_whole or len(places.grid) != 2 or matrix is None or turned:
        return None
    if (
        walk.of(node.inputs[1]) != (places.rows,)
        or has_symbol(places.grid[1])
        or any(map(has_symbol, matrix))
    ):
        return None
    walk.made[node.name, 2] = places.grid
    return Picked(((places.grid[0], matrix[1]),), (*node.inputs[:2], node.inputs[3]))


def _whole(walk: Walk, node: Node, places: Places, dims: Dims, refs: tuple[TensorRef, ...]) -> Picked:
    """All rows again; over those that share a number it is added up."""
    if any(dim is not None and BATCH in dim for dim in places.dropped):
        walk.refuse(node, "adds up over the batch, so that its rows depend on each other")
    return Picked((dims,), refs, together=places.dropped)


_RULES: Mapping[str, Rule] = families.by_op({
    families.WHERE: _marked, families.DIFFERENT: _different, families.SPARSE_FILL_EMPTY_ROWS: _filled,
    families.SPARSE_RESHAPE: _rearranged, families.GATHER | families.GATHER_ND: _taken,
    families.SCATTER_ND | families.SPARSE_TO_DENSE: _put, families.SPARSE_MATRIX_PRODUCT: _multiplied,
    families.ROW_SEGMENTS: _put_together,
})  # fmt: skip
