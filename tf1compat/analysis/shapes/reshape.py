"""Reshape: axes are grouped and split, told by sizes with symbols in them."""

from __future__ import annotations

from collections.abc import Sequence

from tf1compat.analysis.shapes.dimensions import (
    BATCH,
    REST,
    Dim,
    Dims,
    any_symbol,
    has_symbol,
    reshaped,
)
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef


def reshape(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """The dimensions after a Reshape; numbers of the author's that stand where symbols are will be read anew."""
    before, wanted = walk.of(node.inputs[0]), vector_at(walk, node, 1)
    recorded = walk.recorded(TensorRef(node.name))
    if wanted is None or before is None:
        walk.lost.add(node.name)
        if any_symbol(before):
            _refuse(walk, node, before, "has a shape that is not known before it runs")
        return (recorded,)
    if not any_symbol(before):
        told = tuple(None if dim == REST else dim for dim in wanted)
        if any(map(has_symbol, wanted)) or recorded is None or len(recorded) != len(told):
            return (told,)
        return (tuple(said if dim is None else dim for said, dim in zip(told, recorded, strict=True)),)
    complete = _complete(before, wanted)
    after = None if complete is None else reshaped(before, complete, walk.numbers)
    if after is None or complete is None:
        walk.lost.add(node.name)
        return (_as_told(walk, node, before, wanted, recorded),)
    if any(has_symbol(dim) and size != REST and dim != size for dim, size in zip(after, wanted, strict=True)):
        read = (REST if size == REST else dim for dim, size in zip(after, complete, strict=True))
        # What was computed of the author's number, with what is not known, is what is left of all.
        walk.made[node.name, 1] = tuple(read)
    return (after,)


def _complete(before: Sequence[Dim | None], wanted: Sequence[Dim | None]) -> list[Dim] | None:
    """The shape with REST for the one size that is not known; a size of 0, to be copied, has no form here."""
    unknown = [dim for dim in wanted if dim is None]
    if len(unknown) > 1 or (unknown and REST in wanted) or (0,) in wanted:
        return None
    return [REST if dim is None else dim for dim in wanted]


def _as_told(walk: Walk, node: Node, before: Dims, wanted: Sequence[Dim | None], recorded: Dims) -> Dims:
    """The symbols that the shape itself tells, where the elements could not be followed."""
    told = any(dim is not None and BATCH in dim for dim in wanted)
    if not told:
        _refuse(walk, node, before, "takes the batch apart, or puts it in rows with something else")
        return recorded
    return tuple(None if dim == REST else dim for dim in wanted)


def _refuse(walk: Walk, node: Node, before: Dims, reason: str) -> None:
    if any(dim is not None and BATCH in dim for dim in before or ()):
        walk.refuse(node, reason)
