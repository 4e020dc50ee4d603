"""What loops take of sequences, and add to them, turn by turn: the entry whose number the loop counts."""

from __future__ import annotations

from collections.abc import Collection

from tf1compat.analysis.pattern import source
from tf1compat.graph.frames import ENTER, MERGE, NEXT_ITERATION, SWITCH, Frame, LoopVariable, frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import stored, works_on_array
from tf1compat.ops.families import (
    ADDITIONS,
    CONCATENATIONS,
    GATHER,
    ORDERINGS,
    PACK,
    SHAPES,
    SLICE,
    STRIDED_SLICE,
    TRANSPARENT,
)
from tf1compat.ops.registry import data_operands, operand, value_type
from tf1compat.ops.values import constant, scalar


def turn_of(graph: Graph, ref: TensorRef) -> str:
    """The loop whose turns a number counts, from 0 on; '' where it is no such number."""
    node = graph.producer(ref)
    while node.op in PASS_THROUGH | SWITCH and node.op not in ENTER and node.inputs:
        ref = node.inputs[0]
        node = graph.producer(ref)
    if node.op not in MERGE:
        return ""
    entered = next((each for each in node.inputs if graph.producer(each).op in ENTER), None)
    back = next((each for each in node.inputs if graph.producer(each).op in NEXT_ITERATION), None)
    counts = (
        entered is not None and back is not None
        and scalar(graph, graph.producer(entered).inputs[0]) == 0
        and _adds_one(graph, graph.producer(back).inputs[0], node.name)
    )  # fmt: skip
    return "/".join(frame_of_nodes(graph).get(node.name, ())) if counts else ""


def _adds_one(graph: Graph, ref: TensorRef, merge: str) -> bool:
    node = graph.producer(source(graph, ref))
    if node.op not in ADDITIONS:
        return False
    before = graph.producer(node.inputs[0])
    while before.op in PASS_THROUGH | SWITCH and before.inputs:
        before = graph.producer(before.inputs[0])
    return before.name == merge and scalar(graph, node.inputs[1]) == 1


# ---------------------------------------------------------------------------------------------- taken


def taken_in_turn(graph: Graph, node: Node) -> tuple[TensorRef, int] | None:
    """The tensor of which a node takes one entry, that whose turn it is in the loop around it, and along which axis."""
    if node.op in GATHER:
        along = operand(node, "axis")
        axis = 0 if along is None else scalar(graph, along)
        scalar_index = graph.static_shape(node.inputs[1]).rank in (0, None)
        fits = axis is not None and axis >= 0 and scalar_index and turn_of(graph, node.inputs[1])
        return (node.inputs[0], int(axis)) if fits and axis is not None else None
    axis = _axis_of_slice(graph, node) if node.op in STRIDED_SLICE | SLICE else None
    return None if axis is None else (node.inputs[0], axis)


def _axis_of_slice(graph: Graph, node: Node) -> int | None:
    """The axis of which a slice takes one entry by the loop's number; None where it leaves out more."""
    begin = graph.producer(source(graph, node.inputs[1]))
    if begin.op not in PACK or node.integer("ellipsis_mask") or node.integer("new_axis_mask"):
        return None
    moving = [at for at, ref in enumerate(begin.inputs) if turn_of(graph, ref)]
    others = [at for at in range(len(begin.inputs)) if at not in moving]
    if len(moving) != 1 or not all(_is_whole(graph, node, begin, at) for at in others):
        return None
    alone = node.integer("shrink_axis_mask") == 1 << moving[0]
    return moving[0] if alone or _is_one_wide(graph, node, moving[0]) else None


def _is_whole(graph: Graph, node: Node, begin: Node, axis: int) -> bool:
    """Whether a slice takes all entries along an axis."""
    if node.op in STRIDED_SLICE:
        masks = node.integer("begin_mask") & node.integer("end_mask")
        return bool(masks >> axis & 1)
    return scalar(graph, begin.inputs[axis]) == 0 and _size(graph, node, axis) == -1


def _is_one_wide(graph: Graph, node: Node, axis: int) -> bool:
    return node.op in SLICE and _size(graph, node, axis) == 1


def _size(graph: Graph, node: Node, axis: int) -> int | None:
    sizes = constant(graph, node.inputs[2])
    return None if sizes is None or axis >= sizes.size else int(sizes.ravel()[axis])


def sequence_read(graph: Graph, enter: str) -> int | None:
    """The axis of the steps in a tensor that enters a loop, where each turn takes its own step and nothing else."""
    found: set[int | None] = set()
    todo = [TensorRef(enter)]
    for ref in todo:
        for use in graph.uses.get(ref, ()):
            node = graph[use.node]
            taken = taken_in_turn(graph, node) if use.position == 0 else None
            if taken is None and node.op in TRANSPARENT - ENTER | SWITCH:
                todo.append(TensorRef(node.name))
            elif node.op not in SHAPES:
                found.add(None if taken is None else taken[1])
    return found.pop() if len(found) == 1 else None


def number_felt(
    graph: Graph, frame: Frame, counter: LoopVariable, finals: Collection[str] = ()
) -> str | None:
    """A node that computes with the number of the turn, so that a state or an output comes of it; None where the number
    only says what is taken, where it is put, and when the loop or a sequence ends.

    Lengths that a loop writes down, whole numbers whose Exit is none of the `finals`, count as far as others feel them.
    """
    ends = {each.next_iteration: each for each in frame.variables if each != counter}
    todo = [] if counter.switch is None else [(counter.switch, "")]
    seen: set[str] = set()
    for name, first in todo:
        for use in graph.uses_of_node.get(name, ()) if name not in seen else ():
            node = graph[use.node]
            if node.name in ends:
                end = ends[node.name]
                if (
                    end.switch is None
                    or end.exit in finals
                    or not value_type(graph, TensorRef(node.name)).is_integer
                ):
                    return first or name
                todo.append((end.switch, first or name))
            value = stored(node)
            told = node.op in ORDERINGS or taken_in_turn(graph, node) is not None
            placed = works_on_array(node) and (value is None or value.node != name)
            if node.name in frame.nodes and not told and not placed:
                todo.append((node.name, first or ("" if node.op in TRANSPARENT else node.name)))
        seen.add(name)
    return None


# ---------------------------------------------------------------------------------------------- put together


def collected_along(graph: Graph, frame: Frame, variable: LoopVariable) -> int | None:
    """The axis along which a loop variable grows by what each turn adds behind it, from nothing on."""
    node = graph.producer(source(graph, frame.next(graph, variable)))
    parts = data_operands(node) if node.op in CONCATENATIONS else ()
    along = operand(node, "concat_dim", "axis") if parts else None
    axis = None if along is None else scalar(graph, along)
    if len(parts) != 2 or axis is None or axis < 0 or variable.switch is None:
        return None
    before = source(graph, parts[0]) == TensorRef(variable.switch, 1)
    return int(axis) if before and _is_empty(graph, frame.initial(graph, variable), int(axis)) else None


def _is_empty(graph: Graph, ref: TensorRef, axis: int) -> bool:
    dims = graph.static_shape(ref).dims
    return dims is not None and axis < len(dims) and dims[axis] == 0
