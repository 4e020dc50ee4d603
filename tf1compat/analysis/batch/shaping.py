"""Ops that make a shape of another, or read one: Reshape, Transpose, Fill and their like."""

from __future__ import annotations

import numpy as np

from tf1compat.analysis.batch.dims import Dim, Dims, any_batch, dim_of, has_batch, joined, reshaped
from tf1compat.analysis.batch.vectors import vector_at
from tf1compat.analysis.batch.walk import Walk
from tf1compat.analysis.constants import constant, swaps_batch_and_time
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef


def lost(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """What the file says, where the walk cannot follow the batch any further."""
    if any(any_batch(walk.of(ref)) for ref in node.inputs):
        walk.refuse(node, "rearranges the batch in a way that is not known before it runs")
    return (walk.recorded(TensorRef(node.name)),)


def reshape(walk: Walk, node: Node) -> tuple[Dims, ...]:
    before, wanted = walk.of(node.inputs[0]), vector_at(walk, node, 1)
    if wanted is None or before is None:
        if any_batch(before):
            walk.refuse(node, "has a shape that is not known before it runs")
        return (walk.recorded(TensorRef(node.name)),)
    if any(map(has_batch, wanted)):
        return (_filled_up(before, wanted),)
    if not any_batch(before):
        return (walk.recorded(TensorRef(node.name)),)
    sizes = [1 if not each else int(each[0]) for each in wanted if each is not None]
    after = reshaped(before, sizes, walk.batch) if len(sizes) == len(wanted) else None
    if after is None:
        walk.refuse(node, "takes the batch apart, or puts it in rows with something else")
        return (walk.recorded(TensorRef(node.name)),)
    if any(has_batch(dim) and size != -1 for dim, size in zip(after, sizes, strict=True)):
        walk.made[node.name, 1] = tuple(
            (-1,) if size == -1 else dim for dim, size in zip(after, sizes, strict=True)
        )
    return (after,)


def _filled_up(before: tuple[Dim | None, ...], wanted: tuple[Dim | None, ...]) -> Dims:
    """A shape that tells the batch itself; what -1 stands for is known if all else is on one side of it."""
    if (-1,) not in wanted:
        return wanted
    place = wanted.index((-1,))
    whole, known = joined(before), joined(wanted[:place])
    rest = joined(wanted[place + 1 :])
    if whole is None or known is None or rest is None:
        return (*wanted[:place], None, *wanted[place + 1 :])
    middle = whole[len(known) : len(whole) - len(rest)] if whole[: len(known)] == known else None
    fits = middle is not None and whole[len(whole) - len(rest) :] == rest
    return (*wanted[:place], middle if fits else None, *wanted[place + 1 :])


def filled(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (_read(walk, node, 0),)


def broadcast_to(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (_read(walk, node, 1),)


def _read(walk: Walk, node: Node, position: int) -> Dims:
    found = vector_at(walk, node, position)
    return walk.recorded(TensorRef(node.name)) if found is None else found


def counted(walk: Walk, node: Node) -> tuple[Dims, ...]:
    start, limit, step = (vector_at(walk, node, position) for position in range(3))
    counted = (start, step) == (((0,),), ((),)) and limit is not None
    return (limit if counted else walk.recorded(TensorRef(node.name)),)


def tile(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, times = walk.of(node.inputs[0]), vector_at(walk, node, 1)
    if dims is None or times is None or len(dims) != len(times):
        return (walk.recorded(TensorRef(node.name)),)
    return (tuple(joined(each) for each in zip(times, dims, strict=True)),)


def vectors(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return tuple(
        (dim_of(len(dims)),) if (dims := walk.of(ref)) is not None else (None,) for ref in node.inputs
    )


def figure(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return ((),)


def expand_dims(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, axis = walk.of(node.inputs[0]), constant(walk.graph, node.inputs[1])
    if dims is None or axis is None:
        return lost(walk, node)
    place = int(axis.ravel()[0]) % (len(dims) + 1)
    return ((*dims[:place], (), *dims[place:]),)


def squeeze(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, axes = walk.of(node.inputs[0]), node.attrs.get("squeeze_dims")
    if dims is None:
        return lost(walk, node)
    given = {each % len(dims) for each in axes if isinstance(each, int)} if isinstance(axes, tuple) else set()
    gone = given or {axis for axis, dim in enumerate(dims) if dim == ()}
    if any(has_batch(dims[axis]) for axis in gone):
        walk.refuse(node, "leaves out the axis of the batch, which was 1")
    return (tuple(dim for axis, dim in enumerate(dims) if axis not in gone),)


def transpose(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, order = walk.of(node.inputs[0]), constant(walk.graph, node.inputs[1])
    if dims is not None and order is None and len(dims) > 1:
        order = _batch_and_time_swapped(walk, node, len(dims))
    if dims is None or order is None:
        return lost(walk, node)
    return (tuple(dims[int(axis)] for axis in order.ravel()),)


def _batch_and_time_swapped(walk: Walk, node: Node, rank: int) -> Array | None:
    return np.array([1, 0, *range(2, rank)]) if swaps_batch_and_time(walk.graph, node) else None
