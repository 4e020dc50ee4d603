"""Slices that the author ended at his own number: what they read instead where a symbol stands for it."""

from __future__ import annotations

from tf1compat.analysis.constants import constant
from tf1compat.analysis.shapes.dimensions import REST, TIME, Dim, dim_of, has_symbol, size_of
from tf1compat.analysis.shapes.walk import Vector, Walk
from tf1compat.graph.model import Node
from tf1compat.ops.axes import AxisMap, Origin
from tf1compat.ops.axes.choosing import entries_of, is_set
from tf1compat.ops.families import SLICE, STRIDED_SLICE


def read_anew(walk: Walk, node: Node, found: AxisMap) -> None:
    """Note the bounds of a slice that takes axes with symbols whole, or the last entry along them."""
    dims, origins = walk.of(node.inputs[0]), found.outputs[0]
    if dims is None or origins is None or not any(map(has_symbol, dims)):
        return
    if node.op in SLICE:
        _sizes(walk, node, dims, origins)
    elif node.op in STRIDED_SLICE:
        _ends(walk, node, dims, origins)
        _last(walk, node, dims)


def _sizes(walk: Walk, node: Node, dims: tuple[Dim | None, ...], origins: tuple[Origin, ...]) -> None:
    sizes = constant(walk.graph, node.inputs[2])
    if sizes is None or any(
        origin.kind == "part" for origin, dim in zip(origins, dims, strict=True) if has_symbol(dim)
    ):
        return
    given = [int(each) for each in sizes.ravel()]
    if all(size == -1 for size, dim in zip(given, dims, strict=True) if has_symbol(dim)):
        return
    read = (REST if has_symbol(dim) else dim_of(size) for size, dim in zip(given, dims, strict=True))
    walk.made[node.name, 2] = tuple(read)


def _ends(walk: Walk, node: Node, dims: tuple[Dim | None, ...], origins: tuple[Origin, ...]) -> None:
    """Where the author's number ends the slice, the size itself does for any."""
    bounds = [constant(walk.graph, node.inputs[position]) for position in (2, 3)]
    if bounds[0] is None or bounds[1] is None:
        return
    ends: Vector = tuple(dim_of(int(each)) for each in bounds[0].ravel())
    taken = {each.axis for origin in origins if origin.kind == "equal" for each in origin.of}
    changed = dict(enumerate(ends))
    for place, axis in entries_of(node, len(dims), bounds[0].size):
        whole = place is not None and axis in taken and not is_set(node, "end_mask", place)
        if (
            whole
            and axis is not None
            and place is not None
            and has_symbol(dims[axis])
            and bounds[1].ravel()[place] > 0
        ):
            changed[place] = dims[axis]
    if tuple(changed.values()) != ends:
        walk.made[node.name, 2] = tuple(changed.values())


def _last(walk: Walk, node: Node, dims: tuple[Dim | None, ...]) -> None:
    """The author's last step is the last of however many there are."""
    begins = constant(walk.graph, node.inputs[1])
    if begins is None:
        return
    changed = [dim_of(int(each)) for each in begins.ravel()]
    for place, axis in entries_of(node, len(dims), begins.size):
        if (
            place is None
            or axis is None
            or not is_set(node, "shrink_axis_mask", place)
            or dims[axis] != (TIME,)
        ):
            continue
        if size_of((TIME,), walk.numbers) == int(begins.ravel()[place]) + 1:
            changed[place] = REST  # -1: counted from the end
            walk.made[node.name, 1] = tuple(changed)
