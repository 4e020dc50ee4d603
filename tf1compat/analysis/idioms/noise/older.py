"""Of two values, which is the state of before, and which was computed from it by weights."""

from __future__ import annotations

from collections.abc import Collection

from tf1compat.analysis.pattern import source
from tf1compat.graph.frames import EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import TRANSPARENT, VARIABLES


def older_of(graph: Graph, one: TensorRef, other: TensorRef) -> list[bool]:
    """Which of two values is a state of before: what a loop carries, or what the other is computed from by weights."""
    carried = [_is_carried(graph, each) for each in (one, other)]
    if carried[0] != carried[1]:
        return carried
    return [_is_computed(graph, other, one), _is_computed(graph, one, other)]


def _is_computed(graph: Graph, ref: TensorRef, before: TensorRef) -> bool:
    """Whether a tensor is computed from another one by weights."""
    behind, ends = _behind(graph, ref, source(graph, before))
    return source(graph, before) in ends and _reads_variables(graph, behind)


def _behind(graph: Graph, ref: TensorRef, end: TensorRef | None = None) -> tuple[set[str], set[TensorRef]]:
    """The nodes that compute a tensor in a turn and in a branch, as far as another one, and the tensors behind them."""
    todo, seen, ends = [ref], set[str](), set[TensorRef]()
    while todo:
        each = todo.pop()
        node = graph.producer(each)
        carries = node.op in SWITCH | MERGE | EXIT
        if each == end or carries:
            ends.add(each if each == end else source(graph, node.inputs[0]))
        elif node.name not in seen:
            seen.add(node.name)
            todo.extend(node.inputs)
    return seen, ends


def applies_weights(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is computed from a variable, in a turn and in a branch."""
    return _reads_variables(graph, _behind(graph, ref)[0])


def _reads_variables(graph: Graph, names: Collection[str]) -> bool:
    """Whether some of these nodes are a variable, or are given one from without."""
    read = {each for name in names for each in graph[name].inputs if graph.producer(each).op in SWITCH}
    given = [source(graph, graph.producer(each).inputs[0]) for each in read]
    return any(graph[name].op in VARIABLES for name in (*names, *(each.node for each in given)))


def _is_carried(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is what a loop variable holds before a turn."""
    node = graph.producer(ref)
    while node.op in TRANSPARENT | SWITCH and node.inputs:
        node = graph.producer(node.inputs[0])
    return node.op in MERGE and any(graph.producer(each).op in NEXT_ITERATION for each in node.inputs)
