"""The recurrent layers of one loop, as findings: variables, and states as tensors outside the loop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from tf1compat.discovery.findings import Layer, StateSlice
from tf1compat.discovery.rnn.loops import (
    Carried,
    Loop,
    multiplies_by_variable,
    step_ancestors,
    weights_behind,
)
from tf1compat.discovery.rnn.recurrence import LoopCell, Slot
from tf1compat.graph.frames import ENTER
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef

UNKNOWN_CELL = "custom"


def unknown_states(graph: Graph, loop: Loop, cells: Collection[LoopCell]) -> tuple[Carried, ...]:
    """Recurrent states that belong to no known cell; empty when the loop shows no recurrent network in them.

    Such a state is floating, feeds back into itself, and is made by multiplying with a variable, all of it
    outside of the known cells.
    """
    known = [slot.carried for cell in cells for slot in cell.slots.values()]
    stops = {cell.match.output.node for cell in cells}
    rest = [each for each in loop.states if each not in known and each.dtype and each.dtype.is_floating]
    if any(_is_recurrent(graph, loop, each, stops) for each in rest):
        return tuple(rest)
    return ()


def _is_recurrent(graph: Graph, loop: Loop, carried: Carried, stops: set[str]) -> bool:
    behind = step_ancestors(graph, loop, carried.next, stops)
    weights = (multiplies_by_variable(graph, graph[name]) for name in behind)
    return carried.value.node in behind and any(weights)


def known_layer(graph: Graph, loop: Loop, cell: LoopCell) -> Layer:
    """The layer that a cell makes, its states as tensors outside the loop."""
    found = cell.match
    ends = [found.output, *(each.after for each in found.states.values())]
    starts = {found.input.node, *(each.before.node for each in found.states.values())}
    return Layer(
        found.cell,
        found.units,
        _variables(graph, loop, ends, starts),
        *_outside({part: slot.carried for part, slot in cell.slots.items()}),
        _slices(cell),
        found.features,
    )


def unknown_layer(graph: Graph, loop: Loop, states: tuple[Carried, ...]) -> Layer:
    """States that no known cell explains, as one layer: `state_0`, `state_1`, ... in the author's order."""
    names = [f"state_{index}" for index in range(len(states))]
    variables = _variables(graph, loop, [each.next for each in states], set())
    return Layer(UNKNOWN_CELL, None, variables, *_outside(dict(zip(names, states, strict=True))))


def _outside(
    states: Mapping[str, Carried],
) -> tuple[Mapping[str, TensorRef | None], Mapping[str, TensorRef | None]]:
    initial = {part: each.initial for part, each in states.items()}
    final = {part: each.final for part, each in states.items()}
    return MappingProxyType(initial), MappingProxyType(final)


def _slices(cell: LoopCell) -> Mapping[str, StateSlice]:
    found = {part: _slice(slot) for part, slot in cell.slots.items()}
    return MappingProxyType({part: each for part, each in found.items() if each is not None})


def _slice(slot: Slot) -> StateSlice | None:
    place = slot.place
    if place.begin is None or place.size is None:
        return None
    return StateSlice(1, place.begin, place.size)


def _variables(graph: Graph, loop: Loop, ends: Iterable[TensorRef], inputs: set[str]) -> tuple[str, ...]:
    """The variables that the ends are computed with in a step, in the order in which they were made."""
    behind: set[str] = set()
    for end in ends:
        behind |= step_ancestors(graph, loop, end, inputs)
    entering = (graph[name] for name in behind if graph[name].op in ENTER)
    weights = {name for enter in entering for name in weights_behind(graph, enter.inputs[0])}
    return tuple(node.name for node in graph.nodes if node.name in weights)
