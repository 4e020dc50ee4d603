"""Loops: what goes round has the sizes of what enters; those over steps or examples end after the last one."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.shapes.arrays import length_of, lengthen
from tf1compat.analysis.shapes.dimensions import Dim, dim_of, has_symbol, size_of
from tf1compat.analysis.shapes.sizes import vector_of
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.analysis.time.in_turn import taken_in_turn
from tf1compat.graph.frames import NEXT_ITERATION, Frame, find_frames
from tf1compat.graph.model import Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_role, position_of_size
from tf1compat.ops.families import CONSTANT, ORDERINGS


def compare_turns(walk: Walk, name: str) -> None:
    """What goes round a loop has to have a symbol where what enters it has, and the other way about."""
    node = walk.graph[name]
    rounds = [ref for ref in node.inputs if walk.graph.producer(ref).op in NEXT_ITERATION]
    entered, back = walk.of(TensorRef(name)), walk.of(rounds[0]) if rounds else None
    if entered is None or back is None or len(entered) != len(back):
        return
    for axis, (first, last) in enumerate(zip(entered, back, strict=True)):
        if has_symbol(last) and not has_symbol(first) and first is not None and last is not None:
            walk.want(node.inputs[0], axis, last, node)
        if has_symbol(first) and not has_symbol(last) and first is not None and last is not None:
            walk.want(rounds[0], axis, first, node)


def time_the_loops(walk: Walk, within: frozenset[str]) -> bool:
    """Loops that read an element in each turn run once for each; whether more of them is known now."""
    before = len(walk.changes.arrays), len(walk.changes.vectors)
    for frame in find_frames(walk.graph):
        if not within.isdisjoint(frame.nodes):
            for length in {length for length in _lengths(walk, frame) if length is not None}:
                _time(walk, frame, length)
    return before != (len(walk.changes.arrays), len(walk.changes.vectors))


def _lengths(walk: Walk, frame: Frame) -> Iterator[Dim | None]:
    """How long the arrays and the sequences are of which a loop reads an entry in each turn."""
    for node in (walk.graph[name] for name in frame.nodes):
        if array_role(node) == "read":
            yield length_of(walk, walk.array_node(node.inputs[0]))
        elif (taken := taken_in_turn(walk.graph, node)) is not None:
            dims = walk.of(taken[0])
            yield dims[taken[1]] if dims is not None and taken[1] < len(dims) else None


def _time(walk: Walk, frame: Frame, length: Dim) -> None:
    """The loop ends with the elements that there are, and the arrays that it fills are as long."""
    size = size_of(length, walk.numbers)
    if size is None:
        return
    number = (dim_of(size),)
    for array in _arrays(walk, frame):
        size = position_of_size(walk.graph[array])
        if size is not None and vector_of(walk, walk.graph[array].inputs[size]) == number:
            lengthen(walk, array, length)
    for node, position in _bounds(walk, frame):
        if vector_of(walk, node.inputs[position]) == number:
            walk.changes.vectors[node.name, position] = (length,)


def _arrays(walk: Walk, frame: Frame) -> Iterator[str]:
    entering = (*frame.invariants, *(each.enter for each in frame.variables))
    for name in entering:
        array = walk.array_node(TensorRef(name))
        if position_of_size(walk.graph[array]) is not None:
            yield array


def _bounds(walk: Walk, frame: Frame) -> Iterator[tuple[Node, int]]:
    """Where a number enters the comparisons that end a loop: outside of it, or beside the comparison."""
    merges = {each.merge for each in frame.variables}
    behind = ancestors(walk.graph, [frame.loop_cond], control=False, stop=lambda node: node.name in merges)
    entered = {each for each in frame.invariants if each in behind}
    for name in entered:
        yield walk.graph[name], 0
    for name in behind & frame.nodes:
        node = walk.graph[name]
        if node.op in ORDERINGS:
            inner = (at for at, ref in enumerate(node.inputs) if walk.graph.producer(ref).op in CONSTANT)
            yield from ((node, at) for at in inner)
