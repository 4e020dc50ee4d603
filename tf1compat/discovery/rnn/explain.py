"""Why a tensor is, or is not, the state of a recurrent cell: every kind of cell held against it.

Inside a loop the tensors to judge are those that the loop carries on and the node has a part in; elsewhere it is
the node's own output.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tf1compat.discovery.pattern import Mismatch, source
from tf1compat.discovery.rnn.cells import CELLS, CellMatch
from tf1compat.discovery.rnn.looping.loops import Loop, find_loops, step_ancestors
from tf1compat.discovery.rnn.looping.recurrence import Attempt, attempts
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef


@dataclass(frozen=True)
class Miss:
    """How far one kind of cell fits a tensor, and where it stops: `at` is the node that does not fit."""

    cell: str
    reason: str
    at: str
    depth: int  # how many operations below the tensor


@dataclass(frozen=True)
class Explanation:
    """What one tensor is taken for. `misses` are the kinds that it is not, the nearest first."""

    tensor: TensorRef
    carried_by: str | None  # the scope of the loop that carries it on to the next step
    cell: str | None  # None where no kind fits
    misses: tuple[Miss, ...]


def explain(graph: Graph, training_nodes: frozenset[str], name: str) -> tuple[Explanation, ...]:
    """What every tensor that this node has a part in is taken for; raises UnknownNameError.

    `name` is that of a node or of one of its tensors.
    """
    node = graph.producer(graph.find(name))
    loops = [loop for loop in find_loops(graph, training_nodes) if _has_part_in(graph, node, loop)]
    if not loops:
        return (_of_tensor(graph, TensorRef(node.name)),)
    innermost = min(loops, key=lambda loop: len(loop.frame.nodes))
    found = tuple(_of_loop(graph, innermost, node))
    return found or (_of_tensor(graph, TensorRef(node.name)),)


def _has_part_in(graph: Graph, node: Node, loop: Loop) -> bool:
    ends = {each.final.node for each in loop.states if each.final is not None}
    return node.name in loop.frame.nodes or node.name in ends


def _of_loop(graph: Graph, loop: Loop, node: Node) -> Iterator[Explanation]:
    by_tensor: dict[TensorRef, list[Attempt]] = {}
    for attempt in attempts(graph, loop):
        by_tensor.setdefault(attempt.tensor, []).append(attempt)
    for tensor, group in by_tensor.items():
        if _concerns(graph, loop, node, group[0]):
            yield _explanation(tensor, loop.scope, [(each.kind.name, each.outcome) for each in group])


def _concerns(graph: Graph, loop: Loop, node: Node, attempt: Attempt) -> bool:
    """Whether a node carries a state, or takes part in making it."""
    variable = attempt.carried.variable
    if node.name in (variable.enter, variable.merge, variable.next_iteration, variable.switch, variable.exit):
        return True
    return node.name in step_ancestors(graph, loop, attempt.carried.next)


def _of_tensor(graph: Graph, tensor: TensorRef) -> Explanation:
    found = source(graph, tensor)
    return _explanation(tensor, None, [(kind.name, kind.judge(graph, found)) for kind in CELLS])


def _explanation(
    tensor: TensorRef, carried_by: str | None, outcomes: list[tuple[str, object]]
) -> Explanation:
    cell = next((_name(name, each) for name, each in outcomes if not isinstance(each, Mismatch)), None)
    misses = [
        Miss(name, each.reason, each.at, each.depth) for name, each in outcomes if isinstance(each, Mismatch)
    ]
    nearest_first = sorted(misses, key=lambda each: -each.depth)
    by_cell = {each.cell: each for each in reversed(nearest_first)}  # a kind that is judged twice counts once
    return Explanation(
        tensor, carried_by, cell, tuple(each for each in nearest_first if each is by_cell[each.cell])
    )


def _name(kind: str, outcome: object) -> str:
    return outcome.cell if isinstance(outcome, CellMatch) else kind
