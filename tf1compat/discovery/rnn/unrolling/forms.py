"""Which tensors of a graph are computed alike: by the same ops from the same ops, and so on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.model import Graph, Node


def forms(graph: Graph, names: Collection[str], depth: int) -> Mapping[str, int]:
    """A number for each of these nodes; those with the same number are computed alike, as far as `depth` ops back.

    Constants of one number are alike if they are equal, all others if they are constants; so are nodes with a name
    that is not given, if they have the same op.
    """
    nodes = [graph[name] for name in names]
    found = _numbered((node.name, _label(node)) for node in nodes)
    outside = {ref.node: graph[ref.node].op for node in nodes for ref in node.inputs if ref.node not in found}
    count = len(set(found.values()))
    for _ in range(depth):
        known: Mapping[str, object] = {**outside, **found}
        found = _numbered((node.name, _behind(node, known)) for node in nodes)
        if len(set(found.values())) == count:
            break  # no two nodes that were alike have turned out to differ
        count = len(set(found.values()))
    return found


def _numbered(labels: Iterator[tuple[str, object]]) -> dict[str, int]:
    numbers: dict[object, int] = {}
    return {name: numbers.setdefault(label, len(numbers)) for name, label in labels}


def _label(node: Node) -> object:
    value = node.attrs.get("value")
    if node.op == "Const" and isinstance(value, TensorValue) and value.array.size == 1:
        return node.op, str(value.array.ravel()[0])
    return node.op


def _behind(node: Node, known: Mapping[str, object]) -> object:
    return known[node.name], *[(known[ref.node], ref.index) for ref in node.inputs]
