"""The recurrent layers of one loop, from its input to its output."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from tf1compat.discovery.findings import Layer
from tf1compat.discovery.pattern import Mismatch
from tf1compat.discovery.rnn.cells import CELLS, CellMatch
from tf1compat.discovery.rnn.loops import (
    Carried,
    Loop,
    multiplies_by_variable,
    step_ancestors,
    weights_behind,
)
from tf1compat.graph.frames import ENTER
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


def find_cells(graph: Graph, loop: Loop) -> tuple[CellMatch, ...]:
    """The known cells of a loop, each after those whose output reaches its input."""
    matches = (_cell_of(graph, loop, each) for each in loop.states)
    return _in_dataflow_order(graph, loop, [each for each in matches if each is not None])


def _cell_of(graph: Graph, loop: Loop, carried: Carried) -> CellMatch | None:
    for kind in CELLS:
        outcome = kind.judge(graph, loop, carried)
        if not isinstance(outcome, Mismatch):
            return outcome
    return None


def _in_dataflow_order(graph: Graph, loop: Loop, cells: list[CellMatch]) -> tuple[CellMatch, ...]:
    behind = {id(each): step_ancestors(graph, loop, each.input) for each in cells}
    return tuple(
        sorted(cells, key=lambda each: sum(other.output.node in behind[id(each)] for other in cells))
    )


def unknown_states(graph: Graph, loop: Loop, cells: Collection[CellMatch]) -> tuple[Carried, ...]:
    """Recurrent states that belong to no known cell; empty when the loop shows no recurrent network in them.

    Such a state is floating, feeds back into itself, and is made by multiplying with a variable, all of it
    outside of the known cells.
    """
    known = [state for cell in cells for state in cell.states.values()]
    stops = {cell.output.node for cell in cells}
    rest = [each for each in loop.states if each not in known and each.dtype and each.dtype.is_floating]
    if any(_is_recurrent(graph, loop, each, stops) for each in rest):
        return tuple(rest)
    return ()


def _is_recurrent(graph: Graph, loop: Loop, carried: Carried, stops: set[str]) -> bool:
    behind = step_ancestors(graph, loop, carried.next, stops)
    weights = (multiplies_by_variable(graph, graph[name]) for name in behind)
    return carried.value.node in behind and any(weights)


def known_layer(graph: Graph, loop: Loop, cell: CellMatch) -> Layer:
    """The layer that a cell makes, its states as tensors outside the loop."""
    ends = [cell.output, *(each.next for each in cell.states.values())]
    variables = _variables(graph, loop, ends, {cell.input.node})
    return Layer(cell.cell, cell.units, variables, *_outside(cell.states))


def unknown_layer(graph: Graph, loop: Loop, states: tuple[Carried, ...]) -> Layer:
    """States that no known cell explains, as one layer: `state_0`, `state_1`, ... in the author's order."""
    names = [f"state_{index}" for index in range(len(states))]
    variables = _variables(graph, loop, [each.next for each in states], set())
    return Layer("custom", None, variables, *_outside(dict(zip(names, states, strict=True))))


def _outside(
    states: Mapping[str, Carried],
) -> tuple[Mapping[str, TensorRef | None], Mapping[str, TensorRef | None]]:
    initial = {part: each.initial for part, each in states.items()}
    final = {part: each.final for part, each in states.items()}
    return MappingProxyType(initial), MappingProxyType(final)


def _variables(graph: Graph, loop: Loop, ends: Iterable[TensorRef], inputs: set[str]) -> tuple[str, ...]:
    """The variables that the ends are computed with in a step, in the order in which they were made."""
    behind: set[str] = set()
    for end in ends:
        behind |= step_ancestors(graph, loop, end, inputs)
    entering = (graph[name] for name in behind if graph[name].op in ENTER)
    weights = {name for enter in entering for name in weights_behind(graph, enter.inputs[0])}
    return tuple(node.name for node in graph.nodes if node.name in weights)
