"""The steps of an unrolled sequence: where one tensor is taken apart into them, and where they are put together."""

from __future__ import annotations

from collections.abc import Sequence

from tf1compat.analysis.shapes.dimensions import TIME, Dim, Dims
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.analysis.time.time_axis import LAST_STEP, Trace
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import JOINING, PACK
from tf1compat.ops.registry import data_operands


def parts_of(node: Node) -> tuple[TensorRef, ...]:
    """What a node puts together: stacked, or end to end."""
    return data_operands(node) if node.op in JOINING else ()


def puts_steps_together(walk: Walk, node: Node) -> bool:
    """Whether a node's parts are all steps of a sequence, each once and in order."""
    if node.name in walk.listed:
        return True
    parts = parts_of(node)
    return (
        len(parts) > 1
        and len(parts) == walk.numbers.get(TIME)
        and _are_in_order([walk.trace(ref) for ref in parts])
    )


def _are_in_order(traces: Sequence[Trace]) -> bool:
    numbers = [each.number for each in traces if each.kind == "single"]
    return numbers == [*range(len(traces) - 1), LAST_STEP]


def together(walk: Walk, node: Node, along: int | None) -> Dims:
    """The dimensions of steps put together: time is a new axis, or the outer factor of one that they have.

    `along`: the axis on which they are put together.
    """
    parts = [walk.of(ref) for ref in parts_of(node) or node.inputs[:1]]
    first = next((dims for dims in parts if dims is not None), None)
    if first is None or along is None:
        return None
    place = along % (len(first) + (node.op in PACK))
    if node.op in PACK:
        return (*first[:place], (TIME,), *first[place:])
    inner = first[place]
    joined: Dim | None = None if inner is None else (TIME, *inner)
    return (*first[:place], joined, *first[place + 1 :])
