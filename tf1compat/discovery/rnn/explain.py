"""Why a tensor is, or is not, the state of a recurrent cell: every kind of cell held against it.

Inside a loop the tensors to judge are those that the loop carries on and the node has a part in; elsewhere it is
the node's own output.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tf1compat.analysis.pattern import Mismatch, source
from tf1compat.discovery.rnn.cells import CELLS, CellMatch
from tf1compat.discovery.rnn.looping.loops import Loop, find_loops, step_ancestors
from tf1compat.discovery.rnn.looping.recurrence import Attempt, LoopCell, attempts, find_cells
from tf1compat.discovery.rnn.unrolling.applications import find_applications
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
    cell: str | None  # of which it is the new state; None where no kind fits
    part: str | None  # which part of that state: c or h
    misses: tuple[Miss, ...]


def explain(graph: Graph, training_nodes: frozenset[str], name: str) -> tuple[Explanation, ...]:
    """What every tensor that this node has a part in is taken for; raises UnknownNameError.

    `name` is that of a node or of one of its tensors.
    """
    node = graph.producer(graph.find(name))
    loops = [loop for loop in find_loops(graph, training_nodes) if _has_part_in(graph, node, loop)]
    if not loops:
        return (_of_tensor(graph, training_nodes, TensorRef(node.name)),)
    innermost = min(loops, key=lambda loop: len(loop.frame.nodes))
    found = tuple(_of_loop(graph, innermost, node))
    return found or (_of_tensor(graph, training_nodes, TensorRef(node.name)),)


def _has_part_in(graph: Graph, node: Node, loop: Loop) -> bool:
    ends = {each.final.node for each in loop.states if each.final is not None}
    return node.name in loop.frame.nodes or node.name in ends


def _of_loop(graph: Graph, loop: Loop, node: Node) -> Iterator[Explanation]:
    parts = _parts(cell.match for cell in find_cells(graph, loop))
    by_tensor: dict[TensorRef, list[Attempt]] = {}
    for attempt in attempts(graph, loop):
        by_tensor.setdefault(attempt.tensor, []).append(attempt)
    for tensor, group in by_tensor.items():
        if _concerns(graph, loop, node, group[0]):
            outcomes = [(each.kind.name, each.outcome) for each in group]
            yield _explanation(tensor, loop.scope, parts.get(tensor), outcomes)


def _parts(cells: Iterable[CellMatch]) -> dict[TensorRef, tuple[str, str]]:
    """Of what is a part of a known cell's state: the cell, and the part."""
    return {step.after: (cell.cell, part) for cell in cells for part, step in cell.states.items()}


def _concerns(graph: Graph, loop: Loop, node: Node, attempt: Attempt) -> bool:
    """Whether a node carries a state, or takes part in making it."""
    variable = attempt.carried.variable
    if node.name in (variable.enter, variable.merge, variable.next_iteration, variable.switch, variable.exit):
        return True
    return node.name in step_ancestors(graph, loop, attempt.carried.next)


def _of_tensor(graph: Graph, training_nodes: frozenset[str], tensor: TensorRef) -> Explanation:
    found = source(graph, tensor)
    parts = _parts(each.match for call in find_applications(graph, training_nodes) for each in call)
    outcomes = [(kind.name, kind.judge(graph, found)) for kind in CELLS]
    return _explanation(tensor, None, parts.get(found), outcomes)


def _explanation(
    tensor: TensorRef,
    carried_by: str | None,
    known: tuple[str, str] | None,
    outcomes: Sequence[tuple[str, CellMatch | LoopCell | Mismatch]],
) -> Explanation:
    cell, part = known or (None, None)
    misses = [
        Miss(name, each.reason, each.at, each.depth) for name, each in outcomes if isinstance(each, Mismatch)
    ]
    by_cell = {each.cell: each for each in sorted(misses, key=lambda each: each.depth)}  # the nearest of each
    nearest_first = sorted(by_cell.values(), key=lambda each: -each.depth)
    return Explanation(tensor, carried_by, cell, part, tuple(nearest_first))
