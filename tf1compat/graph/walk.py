"""Walks over a graph: what a node depends on, what depends on it, and what stands behind pass-through nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from tf1compat.graph.model import Graph, Node, NodeTable
from tf1compat.graph.remember import once_per_graph
from tf1compat.names import TensorRef

#: Ops whose output 0 is their input 0, unchanged.
PASS_THROUGH = frozenset({"Identity", "RefIdentity", "StopGradient", "PreventGradient", "Snapshot", "Enter",
                          "RefEnter", "Exit", "RefExit"})  # fmt: skip


_BACK_EDGES = frozenset({"NextIteration", "RefNextIteration"})


def _never(_: Node) -> bool:
    return False


def ancestors(
    graph: Graph,
    starts: Iterable[str],
    *,
    control: bool = True,
    stop: Callable[[Node], bool] = _never,
) -> frozenset[str]:
    """The starts and everything they depend on; a node for which `stop` holds is included, not passed."""
    return _reach(graph, starts, stop, lambda node: _inputs_of(node, control=control))


def descendants(
    graph: Graph,
    starts: Iterable[str],
    *,
    control: bool = False,
    stop: Callable[[Node], bool] = _never,
) -> frozenset[str]:
    """The starts and everything that depends on them; a node for which `stop` holds is included, not passed."""
    return _reach(graph, starts, stop, lambda node: _readers_of(graph, node, control=control))


def _inputs_of(node: Node, *, control: bool) -> list[str]:
    names = [ref.node for ref in node.inputs]
    return [*names, *node.control_inputs] if control else names


def _readers_of(graph: Graph, node: Node, *, control: bool) -> list[str]:
    names = [use.node for use in graph.uses_of_node.get(node.name, ())]
    return [*names, *graph.waiting_for.get(node.name, ())] if control else names


def _reach(
    graph: Graph,
    starts: Iterable[str],
    stop: Callable[[Node], bool],
    neighbours: Callable[[Node], Iterable[str]],
) -> frozenset[str]:
    nodes, seen = graph.by_name, set[str]()
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        node = nodes[name]
        if not stop(node):
            todo.extend(neighbours(node))
    return frozenset(seen)


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
        return _order(graph)
    return _sorted(graph, graph.by_name if within is None else within, back_edges)


@once_per_graph
def _order(graph: Graph) -> tuple[Node, ...]:
    return _sorted(graph, graph.by_name, _BACK_EDGES)


def _sorted(graph: NodeTable, names: Collection[str], back_edges: frozenset[str]) -> tuple[Node, ...]:
    nodes, seen = graph.by_name, set[str]()
    order: list[Node] = []
    for root in graph.in_order(names):
        stack: list[tuple[str, bool]] = [(root.name, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                order.append(nodes[name])
                continue
            if name in seen:
                continue
            seen.add(name)
            stack.append((name, True))
            for before in _inputs_of(nodes[name], control=True):
                if before not in seen and before in names and nodes[before].op not in back_edges:
                    stack.append((before, False))
    # NextIteration nodes are roots themselves, so every node has been visited.
    return tuple(order)
