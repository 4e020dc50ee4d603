"""Walks over a graph: what a node depends on, what depends on it, and what stands behind pass-through nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

#: Ops whose output 0 is their input 0, unchanged.
PASS_THROUGH = frozenset({"Identity", "RefIdentity", "StopGradient", "PreventGradient", "Snapshot", "Enter",
                          "RefEnter", "Exit", "RefExit"})  # fmt: skip


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


def _inputs_of(node: Node, *, control: bool) -> Iterator[str]:
    yield from (ref.node for ref in node.inputs)
    if control:
        yield from node.control_inputs


def _readers_of(graph: Graph, node: Node, *, control: bool) -> Iterator[str]:
    yield from (use.node for use in graph.uses_of_node.get(node.name, ()))
    if control:
        yield from graph.waiting_for.get(node.name, ())


def _reach(
    graph: Graph,
    starts: Iterable[str],
    stop: Callable[[Node], bool],
    neighbours: Callable[[Node], Iterable[str]],
) -> frozenset[str]:
    seen: set[str] = set()
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        node = graph[name]
        if not stop(node):
            todo.extend(neighbours(node))
    return frozenset(seen)


def resolve(graph: Graph, ref: TensorRef, through: frozenset[str] = PASS_THROUGH) -> TensorRef:
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
    graph: Graph, *, back_edges: frozenset[str] = frozenset({"NextIteration", "RefNextIteration"})
) -> tuple[Node, ...]:
    """The nodes, each after what it depends on; edges out of `back_edges` ops close loops and are not counted."""
    state: dict[str, int] = {}
    order: list[Node] = []
    for root in graph.nodes:
        stack: list[tuple[str, bool]] = [(root.name, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                order.append(graph[name])
                continue
            if state.get(name):
                continue
            state[name] = 1
            stack.append((name, True))
            node = graph[name]
            for before in _inputs_of(node, control=True):
                if not state.get(before) and graph[before].op not in back_edges:
                    stack.append((before, False))
    # NextIteration nodes are roots themselves, so every node has been visited.
    return tuple(order)
