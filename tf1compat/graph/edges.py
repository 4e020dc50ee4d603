"""The edges of a graph between the places of its nodes, for walks that visit many of them.

A walk by name goes from a name to its node, to what the node reads, and to the names of that: each of them lies
somewhere else in memory, and in a large graph none is at hand. Places are small numbers that lie side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph

#: By place, the places that edges lead to.
Edges: TypeAlias = Sequence[Sequence[int]]
_NOWHERE: frozenset[int] = frozenset()


@cached_on_graph
def read_by(graph: Graph) -> Edges:
    """For each node, the nodes whose outputs it reads; what is not in the graph has the place after its last."""
    places, missing = graph.places, len(graph.nodes)
    return [tuple([places.get(ref.node, missing) for ref in node.inputs]) for node in graph.nodes]


@cached_on_graph
def all_behind(graph: Graph) -> Edges:
    """For each node, the nodes that it reads or waits for."""
    return with_waits(graph, lambda _: True)


def with_waits(graph: Graph, counts: Callable[[int], bool]) -> Edges:
    """For each node, the nodes that it reads, and those that it waits for as far as they count."""
    places, missing = graph.places, len(graph.nodes)
    edges = list(read_by(graph))
    for place, node in enumerate(graph.nodes):
        if node.control_inputs:
            waits = [places.get(name, missing) for name in node.control_inputs]
            edges[place] = (*edges[place], *filter(counts, waits))
    return edges


@cached_on_graph
def readers_of(graph: Graph) -> Edges:
    """For each node, the nodes that read its outputs."""
    return turned(read_by(graph))


@cached_on_graph
def all_ahead(graph: Graph) -> Edges:
    """For each node, the nodes that read its outputs or wait for it."""
    return turned(all_behind(graph))


def turned(edges: Edges) -> Edges:
    """The same edges, the other way."""
    found: list[list[int]] = [[] for _ in range(len(edges) + 1)]
    for place, others in enumerate(edges):
        for each in others:
            found[each].append(place)
    return found[:-1]


def reach(
    edges: Edges,
    starts: Iterable[int],
    *,
    ends: Container[int] = _NOWHERE,
    barred: AbstractSet[int] = _NOWHERE,
) -> set[int]:
    """All that edges lead to from the starts, and these; `ends` are included and not passed, `barred` are neither.

    Raises IndexError where an edge leads out of the graph.
    """
    seen = {each for each in starts if each not in barred}
    todo = list(seen)
    while todo:
        place = todo.pop()
        if place in ends:
            continue
        for each in edges[place]:
            if each not in seen and each not in barred:
                seen.add(each)
                todo.append(each)
    return seen


def places_of(graph: Graph, names: Iterable[str]) -> set[int]:
    """The places of these names' nodes."""
    return set(map(graph.places.__getitem__, names))


def names_at(graph: Graph, places: Collection[int]) -> frozenset[str]:
    """The names of the nodes in these places."""
    nodes = graph.nodes
    return frozenset([nodes[place].name for place in places])
