"""Outputs that no two runs need agree on: reachability from ops that draw at random or read the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import DRAWS


def nondeterministic(graph: Graph, outputs: Iterable[tuple[str, TensorRef]]) -> frozenset[str]:
    """The aliases of the outputs that depend on a draw which the graph, or a function that it calls, makes."""
    drawing = _drawing_functions(graph.functions)
    draws = {node.name for node in graph.nodes if _draws(node, drawing)}
    if not draws:
        return frozenset()
    return frozenset(
        alias for alias, ref in outputs if not draws.isdisjoint(ancestors(graph, [ref.node], control=False))
    )


def _drawing_functions(functions: Mapping[str, Function]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            name for name, each in functions.items() if any(_draws(node, found) for node in each.graph.nodes)
        )
        if more == found:
            return found
        found = more


def _draws(node: Node, drawing: frozenset[str]) -> bool:
    called = (value.name for value in node.attrs.values() if isinstance(value, FunctionRef))
    return node.op in DRAWS or any(name in drawing for name in called)
