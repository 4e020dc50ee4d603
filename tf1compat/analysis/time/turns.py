"""What loops, branches and TensorArrays leave of the steps of a sequence.

A loop may go over something else than the steps, or over them one by one without handing anything on: then they stay
apart. A branch that is chosen for all steps alike keeps what both sides keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.pattern import source
from tf1compat.analysis.shapes.arrays import is_timed
from tf1compat.analysis.shapes.dimensions import TIME, Dims, axis_of
from tf1compat.analysis.shapes.uniform import is_uniform
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.analysis.time.in_turn import turn_of
from tf1compat.analysis.time.time_axis import KEPT, STILL, Trace, mixed
from tf1compat.graph.frames import EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_operation, array_role, list_operation, stored, works_on_array
from tf1compat.ops.families import RANGE

_HANDED_ON = "hands on from step to step what each gave"


def goes_with_turns(node: Node) -> bool:
    """Whether what a node leaves of the steps is a matter of loops, branches or arrays."""
    return works_on_array(node) or node.op in MERGE | SWITCH | EXIT


def trace_with_turns(walk: Walk, node: Node, made: Sequence[Dims]) -> Trace:
    """What such a node leaves of the steps; `made` are the dimensions of its outputs."""
    if node.op in MERGE:
        return _merged(walk, node, made)
    if node.op in SWITCH:
        return _chosen(walk, node)
    if node.op in EXIT:
        found = walk.trace(node.inputs[0])
        return found if found.kind != "turn" else mixed(node.name, "leaves a loop that takes all steps")
    return _of_array(walk, node)


def note_the_turns(walk: Walk, within: Iterable[str]) -> bool:
    """Note what comes round in loops against what entered; whether that is more than was known."""
    before = dict(walk.changes.turns)
    for name in within:
        node = walk.graph[name]
        if node.op in MERGE:
            for ref in node.inputs:
                if walk.graph.producer(ref).op in NEXT_ITERATION and walk.trace(ref).kind != "still":
                    walk.changes.turns[name] = _together(node, walk.changes.turns.get(name), walk.trace(ref))
    return before != walk.changes.turns


def _together(node: Node, known: Trace | None, found: Trace) -> Trace:
    if found.kind == "turn":
        found = mixed(node.name, _HANDED_ON)
    if known is None or known == found or found.kind == "mixed":
        return found if known is None or known.kind != "mixed" else known
    return (
        known if known.kind == "mixed" else mixed(node.name, "is of other steps in other turns of its loop")
    )


# ------------------------------------------------------------------------------------------- loops and branches


def _chosen(walk: Walk, node: Node) -> Trace:
    """A branch or a loop goes the same way for all steps, or what it gives depends on all of them."""
    value, choice = (walk.trace(ref) for ref in node.inputs[:2])
    if value.kind == "mixed" or choice.kind == "still":
        return value
    return choice if choice.kind == "mixed" else mixed(node.name, "is chosen for all steps by some of them")


def _merged(walk: Walk, node: Node, made: Sequence[Dims]) -> Trace:
    forward = [ref for ref in node.inputs if walk.graph.producer(ref).op not in NEXT_ITERATION]
    round_ = walk.changes.turns.get(node.name)
    traces = [*(walk.trace(ref) for ref in forward), *(() if round_ is None else (round_,))]
    moving = {each for each in traces if each.kind != "still"}
    worst = next((each for each in moving if each.kind == "mixed"), None)
    if worst is not None or not moving:
        return worst or STILL
    if len(moving) > 1:
        return mixed(node.name, "is of other steps in other branches")
    (found,) = moving
    return (
        found
        if found != KEPT or _are_alike(walk, forward, made)
        else mixed(node.name, "is not of all steps alike")
    )


def _are_alike(walk: Walk, refs: Iterable[TensorRef], made: Sequence[Dims]) -> bool:
    """Whether all lie along time alike, or are the same for every step."""
    axis = axis_of(TIME, made[0] if made else None)
    if axis is None:
        return False
    return all(
        axis_of(TIME, walk.of(ref)) == axis if walk.trace(ref) == KEPT else is_uniform(walk, ref, axis)
        for ref in refs
    )


# ------------------------------------------------------------------------------------------------------- arrays


def _of_array(walk: Walk, node: Node) -> Trace:
    role = array_role(node)
    if role in ("write", "fill"):
        _put(walk, node, role)
    elif role == "read":
        return _read(walk, node)
    elif role == "stack":
        return _stacked(walk, node)
    elif array_operation(node) in ("concat", "split") or list_operation(node) == "push":
        return mixed(node.name, "joins parts of an array whose sizes are not known")
    return STILL  # a handle, or the flow that orders what is done


def _put(walk: Walk, node: Node, role: str) -> None:
    """What the elements of an array hold, as far as one write tells."""
    value, listed = stored(node), list_operation(node) == "from_tensor"
    array = walk.array_node(TensorRef(node.name) if listed else node.inputs[0])
    if value is None:
        return
    found = walk.trace(value)
    if role == "fill":
        found = _of_elements(walk, node, value, found)
    elif found.kind == "turn" and not (
        is_timed(walk, array) and turn_of(walk.graph, node.inputs[1]) == found.at
    ):
        found = mixed(node.name, "puts a step where others stand")
    elif found.kind == "turn":
        found = Trace("turn")
    known = walk.changes.contents.get(array, STILL)
    kinds = {known, found} - {STILL}
    if len(kinds) > 1:
        found = next(
            (each for each in kinds if each.kind == "mixed"), mixed(node.name, "puts unlike things together")
        )
    walk.changes.contents[array] = found if kinds and found != STILL else known


def _of_elements(walk: Walk, node: Node, value: TensorRef, found: Trace) -> Trace:
    """Of the entries along a tensor's first axis, each by itself."""
    if found.kind != "kept":
        return found
    axis = axis_of(TIME, walk.of(value))
    if axis == 0 and array_operation(node) == "scatter" and not _counts(walk.graph, node.inputs[1]):
        return mixed(node.name, "puts the steps in another order")
    return Trace("turn") if axis == 0 else found


def _read(walk: Walk, node: Node) -> Trace:
    found = walk.changes.contents.get(walk.array_node(node.inputs[0]), STILL)
    if found.kind != "turn":
        return found
    turn = turn_of(walk.graph, node.inputs[1])
    return Trace("turn", at=turn) if turn else mixed(node.name, "takes some of the steps")


def _stacked(walk: Walk, node: Node) -> Trace:
    array = walk.array_node(node.inputs[0])
    found = walk.changes.contents.get(array, STILL)
    if found.kind != "turn":
        return found
    whole = is_timed(walk, array) and (
        array_operation(node) != "gather" or _counts(walk.graph, node.inputs[1])
    )
    return KEPT if whole else mixed(node.name, "puts the steps in another order")


def _counts(graph: Graph, ref: TensorRef) -> bool:
    """Whether indices are all of them, from the first on."""
    node = graph.producer(source(graph, ref))
    return node.op in RANGE and scalar(graph, node.inputs[0]) == 0 and scalar(graph, node.inputs[2]) == 1
