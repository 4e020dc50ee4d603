"""Cells of a loop: applications of known cells whose states the loop carries from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells import CELLS, CellKind, CellMatch
from tf1compat.discovery.rnn.looping.loops import Carried, Loop
from tf1compat.discovery.rnn.states.carrying import Place, made_of, place_of
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


@dataclass(frozen=True)
class Slot:
    """Where a loop carries one part of a cell's state: one of its values, or some columns of one."""

    carried: Carried
    place: Place


@dataclass(frozen=True)
class LoopCell:
    """A cell whose states a loop carries."""

    match: CellMatch
    slots: Mapping[str, Slot]  # by part

    @property
    def after(self) -> tuple[TensorRef, ...]:
        """The new states that it makes."""
        return tuple(each.after for each in self.match.states.values())


@dataclass(frozen=True)
class Attempt:
    """One kind of cell held against one tensor that a loop carries on."""

    kind: CellKind
    carried: Carried
    tensor: TensorRef
    outcome: LoopCell | Mismatch


def find_cells(graph: Graph, loop: Loop) -> tuple[LoopCell, ...]:
    """The known cells of a loop, in the order in which it carries their states."""
    cells: dict[TensorRef, LoopCell] = {}
    for attempt in attempts(graph, loop):
        if isinstance(attempt.outcome, LoopCell):
            cells.setdefault(attempt.tensor, attempt.outcome)
    return tuple(cells.values())


def carried_parts(graph: Graph, loop: Loop) -> tuple[TensorRef, ...]:
    """What the loop carries on to the next step, part by part, as the cells and their wrappers made it."""
    return tuple(ref for each in loop.states for ref in made_of(graph, each.next, each.value))


def attempts(graph: Graph, loop: Loop) -> Iterator[Attempt]:
    """Every kind of cell, most particular first, held against every tensor that the loop carries on."""
    for carried in loop.states:
        for tensor in made_of(graph, carried.next, carried.value):
            for kind in CELLS:
                found = kind.judge(graph, tensor)
                outcome = _carried_on(graph, loop, found) if isinstance(found, CellMatch) else found
                yield Attempt(kind, carried, tensor, outcome)


def _carried_on(graph: Graph, loop: Loop, match: CellMatch) -> LoopCell | Mismatch:
    """The cell with the places of its states, if what it makes in one step is what it reads in the next."""
    slots: dict[str, Slot] = {}
    for part, step in match.states.items():
        slot = slot_of(graph, loop, step.before, step.after)
        if slot is None:
            return Mismatch(f"the new '{part}' is not carried on", step.after.node)
        slots[part] = slot
    return LoopCell(match, MappingProxyType(slots))


def slot_of(graph: Graph, loop: Loop, before: TensorRef | None, after: TensorRef) -> Slot | None:
    """Where a loop carries what is `before` in one step and `after` in the next; `before` may be unknown."""
    place = None if before is None else place_of(graph, before)
    for carried in loop.states:
        here = place is None or carried.value == place.base
        if here and after in made_of(graph, carried.next, carried.value):
            return Slot(carried, place or Place(carried.value))
    return None
