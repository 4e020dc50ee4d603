"""Outputs that no two runs need agree on: drawn at random, or told by the clock. Their values cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.ops.families import DRAWS
from tf1compat.plan.model import MigrationPlan
from tf1compat.rewrite import rewrite
from tf1compat.rewrite.result import SignatureGraph

#: By signature, the aliases of such outputs.
Drawn = Mapping[str, frozenset[str]]


def drawn_outputs(graph: Graph, plan: MigrationPlan) -> Drawn:
    """The outputs that depend on a draw which the rewritten graph still makes: frozen dropout makes none."""
    if not any(node.op in DRAWS for node in graph.nodes):
        return MappingProxyType({})
    return MappingProxyType({each.name: _drawn(each) for each in rewrite(graph, plan).signatures})


def _drawn(signature: SignatureGraph) -> frozenset[str]:
    graph = signature.graph
    drawing = _drawing_functions(graph.functions)
    draws = {node.name for node in graph.nodes if _draws(node, drawing)}
    return frozenset(
        alias
        for alias, ref in signature.outputs
        if draws and not draws.isdisjoint(ancestors(graph, [ref.node], control=False))
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
