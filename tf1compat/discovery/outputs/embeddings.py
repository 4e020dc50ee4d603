"""Embeddings as results of their own: the table normalised, and how alike its rows are."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.head import Head, Search, readers
from tf1compat.graph.model import Node
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.ops.families import (
    ADDITIONS,
    LOOKUPS,
    MATRIX_PRODUCT,
    RECIPROCAL_ROOT,
    SCALING,
    SQUARE_ROOT,
    VARIABLES,
)


def find_tables(search: Search) -> Iterator[Head]:
    """Of a table that examples are looked up in: its rows normalised, and products of them, whatever is fed."""
    flow, graph = search.flow, search.flow.graph
    tables = _looked_up(flow)
    if not tables:
        return
    made = descendants(graph, tables) - flow.computed - flow.training
    for node in graph.in_order(made & _made_of(flow, tables)):
        if node.op in SCALING and _keeps_shape(flow, node, tables):
            yield Head(
                TensorRef(node.name), "value", "a table of embeddings, its rows scaled", predicts=False
            )
        elif node.op in ADDITIONS and not readers(flow, node) and _adds(flow, node, tables):
            yield Head(TensorRef(node.name), "value", "tables of embeddings, added up", predicts=False)
        elif node.op in MATRIX_PRODUCT and not readers(flow, node) and _is_matrix(flow, node):
            yield Head(
                TensorRef(node.name), "value", "how alike embeddings are, whatever is fed", predicts=False
            )


def _looked_up(flow: ForwardGraph) -> frozenset[str]:
    """The variables of which the loss looks up rows for its examples alone, as when embeddings are all it learns."""
    found = set()
    for node in flow.graph.nodes:
        if node.op in LOOKUPS and node.name in flow.predicted and node.name not in flow.before_parameters:
            table = flow.graph.producer(source(flow.graph, node.inputs[0]))
            if table.op in VARIABLES:
                found.add(table.name)
    return frozenset(found)


def _made_of(flow: ForwardGraph, tables: frozenset[str]) -> frozenset[str]:
    """The nodes that are computed from nothing but these tables and constants."""
    fed = descendants(flow.graph, {ref.node for ref in flow.sources})
    others = {node.name for node in flow.graph.nodes if node.op in VARIABLES and node.name not in tables}
    return frozenset(flow.graph.by_name) - fed - descendants(flow.graph, others)


def _keeps_shape(flow: ForwardGraph, node: Node, tables: frozenset[str]) -> bool:
    shape = flow.graph.static_shape(TensorRef(node.name))
    direct = any(flow.graph.producer(source(flow.graph, ref)).name in tables for ref in node.inputs)
    norms = any(
        flow.graph[name].op in RECIPROCAL_ROOT | SQUARE_ROOT
        for name in ancestors(flow.graph, [node.name], control=False)
    )
    return direct and norms and shape in {flow.graph[name].shape() for name in tables}


def _adds(flow: ForwardGraph, node: Node, tables: frozenset[str]) -> bool:
    return {flow.graph.producer(source(flow.graph, ref)).name for ref in node.inputs} <= tables


def _is_matrix(flow: ForwardGraph, node: Node) -> bool:
    return flow.graph.static_shape(TensorRef(node.name)).rank in (2, None)
