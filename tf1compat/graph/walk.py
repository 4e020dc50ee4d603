"""Walks over a graph: what a node depends on, what depends on it, and what stands behind pass-through nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.edges import (
    Edges,
    all_ahead,
    all_behind,
    names_at,
    places_of,
    reach,
    read_by,
    readers_of,
)
from tf1compat.graph.model import Graph, Node, NodeTable
from tf1compat.names import TensorRef

#: Ops whose output 0 is their input 0, unchanged.
PASS_THROUGH = frozenset({"Identity", "RefIdentity", "StopGradient", "PreventGradient", "Snapshot", "Enter",
                          "RefEnter", "Exit", "RefExit"})  # fmt: skip


Key = TypeVar("Key", int, str)
_BACK_EDGES = frozenset({"NextIteration", "RefNextIteration"})


def ancestors(
    graph: Graph,
    starts: Iterable[str],
    *,
    control: bool = True,
    stop: Callable[[Node], bool] | None = None,
    until: Collection[str] = (),
) -> frozenset[str]:
    """The starts and everything they depend on; a node in `until`, or for which `stop` holds, is included, not
    passed."""
    return _walked(graph, all_behind(graph) if control else read_by(graph), starts, stop, until)


def descendants(
    graph: Graph,
    starts: Iterable[str],
    *,
    control: bool = False,
    stop: Callable[[Node], bool] | None = None,
) -> frozenset[str]:
    """The starts and everything that depends on them; a node for which `stop` holds is included, not passed."""
    return _walked(graph, all_ahead(graph) if control else readers_of(graph), starts, stop, ())


def executed(graph: Graph, tensors: Iterable[TensorRef], fed: Collection[TensorRef] = ()) -> frozenset[str]:
    """The nodes that a session executes to fetch these tensors while others are fed: the graph as it prunes it."""
    given = frozenset(fed)
    todo = [ref.node for ref in tensors if ref not in given]
    found = set(todo)
    while todo:
        node = graph[todo.pop()]
        behind = (*(ref.node for ref in node.inputs if ref not in given), *node.control_inputs)
        fresh = [each for each in dict.fromkeys(behind) if each not in found]
        found.update(fresh)
        todo += fresh
    return frozenset(found)


def _walked(
    graph: Graph,
    edges: Edges,
    starts: Iterable[str],
    stop: Callable[[Node], bool] | None,
    until: Collection[str],
) -> frozenset[str]:
    ends = places_of(graph, filter(graph.__contains__, until)) if stop is None else _Stops(graph.nodes, stop)
    return names_at(graph, reach(edges, places_of(graph, starts), ends=ends))


@dataclass(frozen=True)
class _Stops:
    """The places of the nodes for which `stop` holds; it is asked for those only that a walk comes to."""

    nodes: Sequence[Node]
    stop: Callable[[Node], bool]

    def __contains__(self, place: object) -> bool:
        return isinstance(place, int) and self.stop(self.nodes[place])


def resolve(graph: NodeTable, ref: TensorRef, through: frozenset[str] = PASS_THROUGH) -> TensorRef:
    """The tensor behind any chain of pass-through nodes."""
    seen = set()
    while ref not in seen:
        seen.add(ref)
        node = graph.producer(ref)
        if node.op not in through or ref.index != 0 or not node.inputs:
            return ref
        ref = node.inputs[0]
    return ref


def topological(
    graph: NodeTable,
    *,
    within: Collection[str] | None = None,
    back_edges: frozenset[str] = _BACK_EDGES,
) -> tuple[Node, ...]:
    """The nodes `within` (all, if None), each after what it depends on; edges out of `back_edges` ops close loops
    and are not counted."""
    if within is None and isinstance(graph, Graph) and back_edges == _BACK_EDGES:
        return tuple(map(graph.nodes.__getitem__, order(graph)))
    names = graph.by_name if within is None else within
    return _sorted(graph, names, back_edges)


@cached_on_graph
def order(graph: Graph) -> tuple[int, ...]:
    """The places of all nodes, each after those of the nodes that it depends on."""
    closing = {place for place, node in enumerate(graph.nodes) if node.op in _BACK_EDGES} | {len(graph.nodes)}
    edges = all_behind(graph)
    return tuple(
        _post_order(range(len(edges)), lambda place: [each for each in edges[place] if each not in closing])
    )


def _sorted(graph: NodeTable, names: Collection[str], back_edges: frozenset[str]) -> tuple[Node, ...]:
    nodes = graph.by_name

    def behind(name: str) -> list[str]:
        before = (*(ref.node for ref in nodes[name].inputs), *nodes[name].control_inputs)
        return [each for each in before if each in names and nodes[each].op not in back_edges]

    found = _post_order((node.name for node in graph.in_order(names)), behind)
    return tuple(nodes[name] for name in found)


def _post_order(roots: Iterable[Key], behind: Callable[[Key], Iterable[Key]]) -> Iterator[Key]:
    """The roots and all behind them, each after what is behind it."""
    seen = set[Key]()
    for root in roots:
        stack = [(root, False)]
        while stack:
            each, leaving = stack.pop()
            if leaving:
                yield each
            elif each not in seen:
                seen.add(each)
                stack.append((each, True))
                stack += [(before, False) for before in behind(each) if before not in seen]
    # NextIteration nodes are roots themselves, so every node is visited.
