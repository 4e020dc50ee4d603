"""What becomes of the time axis when a tensor is reshaped: kept, joined with the batch, or taken apart again."""

from __future__ import annotations

import math
from collections.abc import Callable

from tf1compat.analysis.constants import constant
from tf1compat.analysis.pattern import data_operands, source
from tf1compat.analysis.time.steps import MIXED, Steps
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

#: A size of a shape: a number, `(axis of time, axis)` of a tensor that holds steps, or None where it is not known.
Size = int | tuple[int, int] | None
StepsOf = Callable[[TensorRef], Steps]


def reshaped(graph: Graph, node: Node, steps: Steps, steps_of: StepsOf) -> Steps:
    """The steps after a Reshape; mixed where it is not certain that they stay apart."""
    before = graph.static_shape(node.inputs[0]).dims
    sizes = _sizes(graph, node.inputs[1], steps_of)
    after = graph.static_shape(TensorRef(node.name)).dims
    if sizes is None:
        return MIXED
    known = [_better(size, after[at] if after is not None and len(after) == len(sizes) else None)
             for at, size in enumerate(sizes)]  # fmt: skip
    if steps.kind == "flat":
        return _unflattened(before, known, steps)
    if before is None or steps.axis > 1 or len(before) < 2:
        return MIXED
    if _keeps_two(before, known, steps):
        return steps
    return Steps("flat", steps.axis) if _same_size(before[2:], known[1:]) else MIXED


def _better(size: Size, static: int | None) -> Size:
    return static if static is not None and not isinstance(size, tuple) else size


def _unflattened(before: tuple[int | None, ...] | None, known: list[Size], steps: Steps) -> Steps:
    """Batch and time apart again, or still together with what lies behind them rearranged."""
    if before is None:
        return MIXED
    if _same_size(before[1:], known[1:]):
        return steps
    apart = len(known) > 1 and _is_batch_and_time(known, steps.axis) and _same_size(before[1:], known[2:])
    return Steps("along", steps.axis) if apart else MIXED


def _keeps_two(before: tuple[int | None, ...], known: list[Size], steps: Steps) -> bool:
    """Whether the first two axes stay as they are, and only what lies behind them is rearranged."""
    if len(known) < 2 or not _same_size(before[2:], known[2:]):
        return False
    same = [known[at] is not None and known[at] != -1 and known[at] == before[at] for at in (0, 1)]
    return any(same) or _is_batch_and_time(known, steps.axis)


def _is_batch_and_time(known: list[Size], axis: int) -> bool:
    """Whether the first two sizes are those of batch and time in this order, one of them perhaps left open (-1)."""
    return any(known[at] == (axis, at) for at in (0, 1))


def _same_size(before: tuple[int | None, ...], after: list[Size]) -> bool:
    numbers = [each for each in after if isinstance(each, int) and each >= 0]
    known = [each for each in before if each is not None]
    if len(known) != len(before) or len(numbers) != len(after):
        return False
    return math.prod(known) == math.prod(numbers)


def _sizes(graph: Graph, shape: TensorRef, steps_of: StepsOf) -> list[Size] | None:
    """The entries of a shape, each as far as it is known; None where not even their number is."""
    value = constant(graph, shape)
    if value is not None:
        return [int(each) for each in value.ravel()]
    node = graph.producer(source(graph, shape))
    if node.op == "Shape":
        return _sizes_of(graph, node.inputs[0], steps_of)
    if node.op == "Pack":
        return [_single(graph, each, steps_of) for each in node.inputs]
    if node.op in ("Concat", "ConcatV2"):
        parts = [_sizes(graph, each, steps_of) for each in data_operands(node)]
        return None if None in parts else [size for part in parts if part is not None for size in part]
    if node.op in ("StridedSlice", "Slice", "Gather", "GatherV2", "Cast"):
        return _chosen(graph, node, steps_of)
    rank = graph.static_shape(shape).dims
    return [None] * rank[0] if rank and rank[0] is not None else None


def _sizes_of(graph: Graph, ref: TensorRef, steps_of: StepsOf) -> list[Size] | None:
    """The sizes of a tensor: known ones as numbers, the first two of one that holds steps by their place."""
    dims = graph.static_shape(ref).dims
    if dims is None:
        return None
    steps = steps_of(ref)
    places: list[Size] = list(dims)
    if steps.kind == "along" and steps.axis < 2 <= len(dims):
        places[:2] = [(steps.axis, 0), (steps.axis, 1)]
    return places


def _single(graph: Graph, ref: TensorRef, steps_of: StepsOf) -> Size:
    value = constant(graph, ref)
    if value is not None:
        return int(value.ravel()[0]) if value.size == 1 else None
    found = _sizes(graph, ref, steps_of)
    return found[0] if found is not None and len(found) == 1 else None


def _chosen(graph: Graph, node: Node, steps_of: StepsOf) -> list[Size] | None:
    """Entries of another shape."""
    sizes = _sizes(graph, node.inputs[0], steps_of)
    if sizes is None or node.op == "Cast":
        return sizes
    first = constant(graph, node.inputs[1])
    if first is None:
        return None
    if node.op.startswith("Gather"):
        places = [int(at) for at in first.ravel()]
        return [sizes[at] for at in places] if all(-len(sizes) <= at < len(sizes) for at in places) else None
    last = constant(graph, node.inputs[2])
    if last is None or first.size != 1:
        return None
    begin, end = int(first.ravel()[0]), int(last.ravel()[0])
    if node.op == "Slice":
        return sizes[begin:] if end == -1 else sizes[begin : begin + end]
    if node.integer("shrink_axis_mask"):
        return [sizes[begin]] if -len(sizes) <= begin < len(sizes) else None
    return sizes[None if node.integer("begin_mask") else begin : None if node.integer("end_mask") else end]
