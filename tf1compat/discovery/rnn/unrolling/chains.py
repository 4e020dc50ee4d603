"""Calls of one cell, linked into a chain where each takes up the state that the one before left.

Between two calls the state may have been joined into one tensor and cut apart again, held back for sequences that
have ended, in a Select or in a `cond`, and dropped out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tf1compat.analysis.idioms.noise.dropped import undropped
from tf1compat.discovery.rnn.cells import StateStep
from tf1compat.discovery.rnn.states.carrying import outside_branch, place_of
from tf1compat.discovery.rnn.unrolling.applications import Application
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_branch_merge
from tf1compat.ops.families import CONCATENATIONS, GATHER, RESHAPE, SELECTIONS
from tf1compat.ops.registry import data_operands

#: How many tensors are looked at between two steps at most; more than any wrapper of TensorFlow puts there.
_FAR = 64
#: Ops that take from the states of all beams those that go on.
_REORDERED = GATHER | RESHAPE


@dataclass(frozen=True)
class Chain:
    """The calls of a cell in the order in which the state passes through them; at least one."""

    calls: tuple[Application, ...]
    joined: bool  # the parts of the state are carried in one tensor

    @property
    def first(self) -> Application:
        return self.calls[0]

    @property
    def last(self) -> Application:
        return self.calls[-1]


@dataclass(frozen=True)
class _Link:
    """The call before another, as it is to be read, and how its state is handed on."""

    call: int
    reading: Application
    joined: bool


class _Index:
    """The calls by the parts of their states after them."""

    def __init__(self, calls: tuple[tuple[Application, ...], ...]) -> None:
        self._made: dict[tuple[str, TensorRef], list[tuple[int, Application]]] = {}
        for number, call in enumerate(calls):
            for reading in call:
                for part, step in reading.match.states.items():
                    self._made.setdefault((part, step.after), []).append((number, reading))

    def by(self, part: str, ref: TensorRef) -> list[tuple[int, Application]]:
        """The calls, as read, that leave this tensor as this part of their state."""
        return self._made.get((part, ref), [])


def find_chains(graph: Graph, calls: tuple[tuple[Application, ...], ...]) -> tuple[Chain, ...]:
    """Every chain, single calls included, in the order of their first calls.

    Where two calls take up one state, neither continues the chain that left it.
    """
    links = _links(graph, calls)
    followers: dict[int, list[int]] = {}
    for number, link in links.items():
        followers.setdefault(link.call, []).append(number)
    next_call = {before: after[0] for before, after in followers.items() if len(after) == 1}
    starts = [number for number in range(len(calls)) if number not in set(next_call.values())]
    return tuple(_chain(graph, calls, links, next_call, number) for number in starts)


def _chain(
    graph: Graph,
    calls: tuple[tuple[Application, ...], ...],
    links: Mapping[int, _Link],
    next_call: Mapping[int, int],
    number: int,
) -> Chain:
    numbers = [number]
    while numbers[-1] in next_call:
        numbers.append(next_call[numbers[-1]])
    read = {link.call: link.reading for link in links.values()}
    found: list[Application] = []
    for each in numbers:
        found.append(read.get(each) or _last_reading(graph, calls[each], found))
    return Chain(tuple(found), any(links[each].joined for each in numbers[1:]))


def _last_reading(graph: Graph, call: tuple[Application, ...], before: list[Application]) -> Application:
    """A call without another behind it is to be read as the one before it; alone, so that its state keeps its width
    and little of what follows counts as the cell."""
    if before:
        return next(each for each in call if each.variables == before[-1].variables)
    return next((each for each in call if _keeps_width(graph, each)), call[0])


def _keeps_width(graph: Graph, reading: Application) -> bool:
    steps = reading.match.states.values()
    shapes = [(graph.static_shape(each.before).dims, graph.static_shape(each.after).dims) for each in steps]
    return all(not before or not after or before[-1] in (None, after[-1]) for before, after in shapes)


def _links(graph: Graph, calls: tuple[tuple[Application, ...], ...]) -> dict[int, _Link]:
    index = _Index(calls)
    found = {number: _link(graph, index, number, call) for number, call in enumerate(calls)}
    return {number: link for number, link in found.items() if link is not None}


def _link(graph: Graph, index: _Index, number: int, call: tuple[Application, ...]) -> _Link | None:
    """The call whose state this one takes up, all parts of it, with the same weights."""
    parts = call[0].match.states.items()
    origins = [_origins(graph, index, part, step) for part, step in parts]
    for before, reading in origins[0][0]:
        everywhere = all((before, reading) in found for found, _ in origins)
        same = reading.match.cell == call[0].match.cell
        alike = any(each.variables == reading.variables for each in call)
        if everywhere and same and alike and before != number:
            return _Link(before, reading, any(joined for _, joined in origins))
    return None


def _origins(
    graph: Graph, index: _Index, part: str, step: StateStep
) -> tuple[list[tuple[int, Application]], bool]:
    """The calls that left one part of a state, the nearest ones, and whether they left it in a joined tensor."""
    whole = _nearest(graph, index, part, outside_branch(graph, step.before), None)
    if whole:
        return whole, False
    place = place_of(graph, step.before)
    return _nearest(graph, index, part, place.base, place.begin), place.begin is not None


def _nearest(
    graph: Graph, index: _Index, part: str, ref: TensorRef, begin: int | None
) -> list[tuple[int, Application]]:
    todo: list[tuple[TensorRef, int | None]] = [(outside_branch(graph, ref), begin)]
    seen = set(todo)
    for ref, at in todo:
        found = index.by(part, ref) if not at else []
        if found or len(seen) > _FAR:
            return found
        for behind, begins in _behind(graph, ref, at):
            each = (outside_branch(graph, behind), begins)
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return []


def _behind(graph: Graph, ref: TensorRef, begin: int | None) -> Iterator[tuple[TensorRef, int | None]]:
    """What a state that is handed on may be, one op further back: columns from `begin` on, if it is joined."""
    node = graph.producer(ref)
    if node.op in SELECTIONS:
        yield from ((each, begin) for each in node.inputs[1:])
    elif is_branch_merge(graph, node):
        yield from ((each, begin) for each in node.inputs)
    elif node.op in CONCATENATIONS and begin is not None:
        yield from _column(graph, data_operands(node), begin)
    elif node.op in _REORDERED:
        yield node.inputs[0], begin
    else:
        kept = undropped(graph, ref)
        if kept is not None:
            yield kept, begin


def _column(graph: Graph, parts: tuple[TensorRef, ...], begin: int) -> Iterator[tuple[TensorRef, int]]:
    """The part of a concatenation in which the column `begin` lies."""
    for each in parts:
        dims = graph.static_shape(each).dims
        width = dims[-1] if dims else None
        if width is None or begin < width:
            yield each, begin
            return
        begin -= width
