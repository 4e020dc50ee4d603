"""Where a tensor's number of rows comes from, if it has to be the batch: what to change there, or why nothing can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tf1compat.analysis.batch.arranged import origin_of
from tf1compat.analysis.batch.dims import BATCH
from tf1compat.analysis.batch.kinds import COMBINING, PASSING
from tf1compat.analysis.batch.vectors import vector_at
from tf1compat.analysis.batch.walk import Walk, Want
from tf1compat.analysis.constants import constant
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS, VARIABLES

_OF_ALL = COMBINING | MERGE | {"Select"}
_SHAPED_BY = {
    "Fill": 0,
    "BroadcastTo": 1,
    "RandomUniform": 0,
    "RandomStandardNormal": 0,
    "TruncatedNormal": 0,
}


def met(walk: Walk, want: Want, fed: frozenset[TensorRef]) -> tuple[str, str] | list[Want]:
    """Nothing, where a change was noted that meets a want; else what is wanted instead, or (node, reason)."""
    node, axis = walk.graph.producer(want.tensor), want.axis
    if want.tensor in fed:
        walk.changes.inputs[want.tensor] = axis
        return []
    if node.op in PASSING:
        return [replace(want, tensor=node.inputs[0])] if node.inputs else _fixed(walk, want, node)
    if node.op in _OF_ALL:
        return list(_of_all(walk, want, node))
    if node.op in _SHAPED_BY:
        return _reshaped(walk, want, node, _SHAPED_BY[node.op], whole=True)
    if node.op == "Tile":
        return _reshaped(walk, want, node, 1, whole=False)
    if node.op == "Range" and axis == 0:
        walk.changes.vectors[node.name, 1] = (want.dim,)
        return []
    if node.op == "Const":
        return _spread(walk, want, node)
    wants = origin_of(walk, want, node)
    return _fixed(walk, want, node) if wants is None else wants


def _of_all(walk: Walk, want: Want, node: Node) -> Iterator[Want]:
    """The same of each operand that has rows of its own."""
    rank = len(walk.of(want.tensor) or ())
    for ref in node.inputs:
        dims = walk.of(ref)
        place = want.axis - rank + len(dims) if dims is not None else -1
        if dims is not None and place >= 0 and dims[place] not in ((), want.dim):
            yield replace(want, tensor=ref, axis=place)


def _reshaped(
    walk: Walk, want: Want, node: Node, position: int, *, whole: bool
) -> tuple[str, str] | list[Want]:
    """The shape, or how often to repeat, that a node reads, with the batch in it."""
    vector, dims = vector_at(walk, node, position), walk.of(node.inputs[0])
    repeated = whole or (dims is not None and want.axis < len(dims) and dims[want.axis] == ())
    if vector is None or want.axis >= len(vector) or not repeated:
        return _fixed(walk, want, node)
    changed = (*vector[: want.axis], want.dim, *vector[want.axis + 1 :])
    walk.changes.vectors[node.name, position] = changed
    return []


def _spread(walk: Walk, want: Want, node: Node) -> tuple[str, str] | list[Want]:
    """A constant whose rows are all alike has as many as there are examples."""
    value = constant(walk.graph, TensorRef(node.name))
    one_example = want.dim == (BATCH,)
    if value is None or not one_example or want.axis >= value.ndim or value.shape[want.axis] == 0:
        return _fixed(walk, want, node)
    first = np.take(value, [0], want.axis)
    if not np.array_equal(np.broadcast_to(first, value.shape), value):
        return node.name, f"'{node.name}' (Const) holds other numbers for each example of the author's batch"
    walk.changes.spread[node.name] = want.axis
    return []


def _fixed(walk: Walk, want: Want, node: Node) -> tuple[str, str]:
    rows = walk.size(want.dim)
    if node.op in VARIABLES:
        return node.name, f"the variable '{node.name}' holds one row for each of the author's {rows} examples"
    if node.op in PLACEHOLDERS:
        return node.name, f"'{node.name}' ({node.op}) is not fed, and has {rows} rows"
    return (
        node.name,
        f"'{node.name}' ({node.op}) has {rows} rows whatever the batch is, and '{want.reader}' needs the batch",
    )
