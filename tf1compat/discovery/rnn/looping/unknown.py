"""Recurrent states that no known cell explains, told apart into the cells that their author wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.discovery.rnn.looping.loops import (
    Carried,
    Loop,
    multiplies_by_variable,
    step_ancestors,
    weights_behind,
)
from tf1compat.discovery.rnn.states.carrying import made_of
from tf1compat.graph.frames import ENTER
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.families import MULTIPLICATION


@dataclass(frozen=True)
class UnknownCell:
    """Carried states that are read together, in the author's order."""

    states: tuple[Carried, ...]


def find_unknown_cells(
    graph: Graph, loop: Loop, claimed: Collection[Carried], stops: Collection[str]
) -> tuple[UnknownCell, ...]:
    """The cells that the states nobody claimed belong to; `stops` are the nodes that known cells end with.

    States belong together where a step reads both. A cell is recurrent where its old state is multiplied by a
    weight, or by what a weight made: sums that a loop runs up, and what it keeps for its own ends, are not.
    """
    rest = [each for each in loop.states if each not in claimed and each.dtype and each.dtype.is_floating]
    reads = {each: _reads(graph, loop, each, rest, stops) for each in rest}
    groups = _together(rest, reads)
    return tuple(UnknownCell(each) for each in groups if _is_recurrent(graph, loop, each, stops))


def _reads(
    graph: Graph, loop: Loop, carried: Carried, rest: list[Carried], stops: Collection[str]
) -> frozenset[Carried]:
    """The states whose old values a new one is made from, not through another new one."""
    made = {each: {ref.node for ref in made_of(graph, each.next, each.value)} for each in rest}
    others = set().union(*(made[each] for each in rest)) - made[carried]
    behind = step_ancestors(graph, loop, carried.next, others.union(stops))
    return frozenset(each for each in rest if each.value.node in behind)


def _together(
    rest: list[Carried], reads: dict[Carried, frozenset[Carried]]
) -> tuple[tuple[Carried, ...], ...]:
    groups: list[set[Carried]] = []
    for each in rest:
        joined = {each} | reads[each]
        for group in [group for group in groups if group & joined]:
            joined |= group
            groups.remove(group)
        groups.append(joined)
    return tuple(tuple(each for each in rest if each in group) for group in groups)


def _is_recurrent(graph: Graph, loop: Loop, group: Iterable[Carried], stops: Collection[str]) -> bool:
    old = {each.value.node for each in group}
    return any(_weighs(graph, loop, each, old, stops) for each in group)


def _weighs(graph: Graph, loop: Loop, carried: Carried, old: set[str], stops: Collection[str]) -> bool:
    """Whether the old states are weighed on the way to a new one."""
    behind = step_ancestors(graph, loop, carried.next, stops) - loop.inner
    if not behind & old:
        return False
    nodes = [graph[name] for name in behind]
    contractions = [node for node in nodes if multiplies_by_variable(graph, node)]
    return any(_feels(graph, loop, node, old, stops) for node in contractions) or any(
        _is_gate(graph, loop, node, old, stops) for node in nodes if node.op in MULTIPLICATION
    )


def _feels(graph: Graph, loop: Loop, node: Node, old: set[str], stops: Collection[str]) -> bool:
    return any(step_ancestors(graph, loop, each, stops) & old for each in node.inputs)


def _is_gate(graph: Graph, loop: Loop, node: Node, old: set[str], stops: Collection[str]) -> bool:
    """Whether one factor is made from the old states, and the other with weights."""
    behind = [step_ancestors(graph, loop, each, stops) for each in node.inputs]
    weighed = [any(_is_weight(graph, name) for name in each) for each in behind]
    stateful = [bool(each & old) for each in behind]
    return (stateful[0] and weighed[1]) or (stateful[1] and weighed[0])


def _is_weight(graph: Graph, name: str) -> bool:
    node = graph[name]
    floating = node.op in ENTER and dtype_of(graph, node.inputs[0]).is_floating
    return floating and bool(weights_behind(graph, node.inputs[0]))
