"""What is found in a graph is found once, and belongs to that graph alone."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text


def test_a_finding_is_made_once_for_each_graph() -> None:
    asked: list[int] = []

    @cached_on_graph
    def count(graph: Graph) -> int:
        asked.append(len(graph.nodes))
        return len(graph.nodes)

    graph = from_text("a = NoOp()\nb = NoOp()")
    assert (count(graph), count(graph)) == (2, 2)
    assert count(replace(graph, nodes=graph.nodes[:1])) == 1
    assert asked == [2, 1]
    assert graph == from_text("a = NoOp()\nb = NoOp()")
