"""A graph under change: each edit costs as much as the nodes that it touches, not as much as the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from tf1compat.graph.edges import all_ahead
from tf1compat.graph.model import Function, Graph, Node, NodeTable, Versions
from tf1compat.names import TensorRef


class Draft(NodeTable):
    """Begins as a graph, takes edits, ends as a graph: the same order of nodes as if each edit had made a new one."""

    def __init__(self, graph: Graph) -> None:
        self._origin = graph
        self._nodes = dict(graph.by_name)
        self._positions = dict(graph.places)
        self._next = len(self._nodes)
        self._functions: dict[str, Function] = dict(graph.functions)
        self._readers: dict[str, dict[str, None]] = {}  # of the nodes that an edit has come to

    @property
    def by_name(self) -> Mapping[str, Node]:
        """Every node as it is now, under its name."""
        return self._nodes

    @property
    def versions(self) -> Versions:
        """The version numbers of the file."""
        return self._origin.versions

    def graph(self) -> Graph:
        """The graph as it is now."""
        nodes = tuple(self._nodes.values())  # each is where it was, or behind all that were there before it
        return replace(self._origin, nodes=nodes, functions=MappingProxyType(dict(self._functions)))

    def in_order(self, names: Iterable[str]) -> list[Node]:
        """The nodes of these names, in the order of the graph."""
        return [self._nodes[name] for name in sorted(names, key=self._positions.__getitem__)]

    def readers(self, name: str) -> dict[str, None]:
        """The nodes that read an output of this one or wait for it."""
        if name not in self._readers:
            self._readers[name] = dict.fromkeys(self._first_readers(name))
        return self._readers[name]

    def _first_readers(self, name: str) -> Iterable[str]:
        """Those that the graph began with."""
        place = self._origin.places.get(name)
        ahead = () if place is None else all_ahead(self._origin)[place]
        return (self._origin.nodes[each].name for each in ahead)

    def reads(self, ref: TensorRef) -> bool:
        """Whether any node reads a tensor."""
        return any(ref in self._nodes[name].inputs for name in self.readers(ref.node))

    def free_name(self, wanted: str) -> str:
        """`wanted`, or with the first number that makes it unique."""
        names = (f"{wanted}_{number}" if number else wanted for number in range(len(self._nodes) + 1))
        return next(name for name in names if name not in self._nodes)

    def put(self, *nodes: Node) -> None:
        """Each node is in the place of the one of its name, or at the end where there was none."""
        for node in nodes:
            if node.name in self._nodes:
                self._leave(self._nodes[node.name])
            else:
                self._positions[node.name] = self._next
                self._next += 1
            self._nodes[node.name] = node
            self._enter(node)

    def remove(self, names: Iterable[str]) -> None:
        """No node of these names is left."""
        for name in names:
            self._leave(self._nodes.pop(name))
            del self._positions[name]

    def redirect(self, replacements: Mapping[TensorRef, TensorRef]) -> None:
        """Every reader of a replaced tensor reads its replacement."""
        readers = {name for ref in replacements for name in self.readers(ref.node)}
        for node in self.in_order(readers):
            inputs = tuple(replacements.get(ref, ref) for ref in node.inputs)
            if inputs != node.inputs:
                self.put(replace(node, inputs=inputs))

    def know(self, *functions: Function) -> None:
        """These functions are in the graph's library."""
        self._functions.update((each.name, each) for each in functions)

    def _enter(self, node: Node) -> None:
        for name in _behind(node):
            self.readers(name)[node.name] = None

    def _leave(self, node: Node) -> None:
        for name in _behind(node):
            self.readers(name).pop(node.name, None)


def _behind(node: Node) -> Iterable[str]:
    return (*(ref.node for ref in node.inputs), *node.control_inputs)
