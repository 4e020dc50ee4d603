"""Where a tensor's size comes from, if it has to be a symbol: what to change there, or why nothing can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from tf1compat.analysis.constants import constant
from tf1compat.analysis.shapes.dimensions import BATCH, TIME, Dim, has_symbol, joined, reshaped, size_of
from tf1compat.analysis.shapes.facts import axis_map
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.uniform import is_equal_along
from tf1compat.analysis.shapes.walk import Walk, Want
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.axes import Origin, SizeOf
from tf1compat.ops.families import CONSTANT, PLACEHOLDERS, RESHAPE, VARIABLES

_WORDS = {BATCH: ("examples", "example", "the batch"), TIME: ("steps", "step", "the number of steps")}


def met(walk: Walk, want: Want, fed: frozenset[TensorRef]) -> tuple[str, str] | list[Want]:
    """Nothing, where a change was noted that meets a want; else what is wanted instead, or (node, reason)."""
    node = walk.graph.producer(want.tensor)
    if want.tensor in fed:
        return _fed(walk, want, node)
    if node.op in CONSTANT:
        return _spread(walk, want, node)
    if node.op in MERGE:
        return [replace(want, tensor=ref) for ref in node.inputs]
    if node.op in RESHAPE:
        return _before_reshape(walk, want, node)
    found = axis_map(walk, node)
    origins = (
        found.outputs[want.tensor.index]
        if found is not None and want.tensor.index < len(found.outputs)
        else None
    )
    if origins is None or want.axis >= len(origins):
        return _fixed(walk, want, node)
    return _of_origin(walk, want, node, origins[want.axis])


def _before_reshape(walk: Walk, want: Want, node: Node) -> tuple[str, str] | list[Want]:
    """The axis that an axis was before, where a Reshape neither splits it nor joins it with others."""
    before, after = walk.of(node.inputs[0]), walk.of(want.tensor)
    if before is None or after is None or want.axis >= len(after) or None in before or None in after:
        return _fixed(walk, want, node)
    lead = joined(after[: want.axis])
    axis = next(
        (at for at, dim in enumerate(before) if dim == after[want.axis] and joined(before[:at]) == lead), None
    )
    if axis is not None:
        return [replace(want, tensor=node.inputs[0], axis=axis)]
    return _grouped(walk, want, before, after) or _fixed(walk, want, node)


def _grouped(walk: Walk, want: Want, before: Sequence[Dim | None], after: Sequence[Dim | None]) -> list[Want]:
    """The axes that a Reshape laid end to end, each to have its own part of the symbols that are wanted."""
    ref, lead = walk.graph.producer(want.tensor).inputs[0], joined(after[: want.axis])
    known = [dim for dim in before if dim is not None]
    for start, end in combinations(range(len(known) + 1), 2):
        group, size = known[start:end], size_of(want.dim, walk.numbers)
        whole = joined(group)
        if joined(known[:start]) != lead or whole is None or size_of(whole, walk.numbers) != size:
            continue
        found = None if size is None else reshaped((want.dim,), group, walk.numbers)
        wanted = (
            [] if found is None else [(start + at, dim) for at, dim in enumerate(found) if has_symbol(dim)]
        )
        return [replace(want, tensor=ref, axis=axis, dim=dim) for axis, dim in wanted if dim is not None]
    return []


def _of_origin(walk: Walk, want: Want, node: Node, origin: Origin) -> tuple[str, str] | list[Want]:
    if isinstance(origin.size, SizeOf) and origin.kind in ("new", "repeated"):
        return _read_anew(walk, want, node, origin, origin.size)
    if origin.kind not in ("equal", "broadcast", "either"):
        return _fixed(walk, want, node)
    wanting = [(node.inputs[each.operand], each.axis) for each in origin.of]
    return [replace(want, tensor=ref, axis=axis) for ref, axis in wanting if _lacks(walk, want, ref, axis)]


def _lacks(walk: Walk, want: Want, ref: TensorRef, axis: int) -> bool:
    """Whether an operand has rows of its own, and not the symbol."""
    dims = walk.of(ref)
    return dims is not None and axis < len(dims) and dims[axis] not in ((), want.dim)


def _read_anew(
    walk: Walk, want: Want, node: Node, origin: Origin, size: SizeOf
) -> tuple[str, str] | list[Want]:
    """The sizes, or how often to repeat, that a node reads, with the symbol among them."""
    vector = vector_at(walk, node, size.operand)
    single = all((walk.of(node.inputs[each.operand]) or (None,) * 9)[each.axis] == () for each in origin.of)
    if vector is None or None in vector or size.entry >= len(vector) or not single:
        return _fixed(walk, want, node)
    changed = (*vector[: size.entry], want.dim, *vector[size.entry + 1 :])
    walk.changes.vectors[node.name, size.operand] = changed
    return []


def _fed(walk: Walk, want: Want, node: Node) -> tuple[str, str] | list[Want]:
    if len(want.dim) != 1 or not isinstance(want.dim[0], str):
        return _fixed(walk, want, node)
    axes = walk.changes.inputs.setdefault(want.tensor, {})
    axes[want.axis] = want.dim[0]
    return []


def _spread(walk: Walk, want: Want, node: Node) -> tuple[str, str] | list[Want]:
    """A constant whose rows are all alike has as many as there are of what the symbol stands for."""
    value = constant(walk.graph, TensorRef(node.name))
    if value is None or want.axis >= value.ndim or value.shape[want.axis] == 0:
        return _fixed(walk, want, node)
    if not is_equal_along(value, want.axis):
        symbol = BATCH if BATCH in want.dim else TIME
        author = "the author's batch" if symbol == BATCH else "the author's sequence"
        return (
            node.name,
            f"'{node.name}' (Const) holds other numbers for each {_WORDS[symbol][1]} of {author}",
        )
    walk.changes.spread.setdefault(node.name, {})[want.axis] = want.dim
    return []


def _fixed(walk: Walk, want: Want, node: Node) -> tuple[str, str]:
    symbol = BATCH if BATCH in want.dim else TIME
    many, _, needed = _WORDS[symbol]
    rows = size_of(want.dim, walk.numbers)
    if node.op in VARIABLES:
        return node.name, f"the variable '{node.name}' holds one row for each of the author's {rows} {many}"
    if node.op in PLACEHOLDERS:
        return node.name, f"'{node.name}' ({node.op}) is not fed, and has {rows} rows"
    return (
        node.name,
        f"'{node.name}' ({node.op}) has {rows} rows whatever {needed} is, and '{want.reader}' needs {needed}",
    )
