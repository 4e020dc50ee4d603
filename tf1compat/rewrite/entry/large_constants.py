"""Large constants enter the graph as variables do, so that no signature holds them."""

from __future__ import annotations

from collections.abc import Collection

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT
from tf1compat.rewrite.base import Outcome, substitute

_MADE_BY = "large_constants"


def constants_to_entries(graph: Graph, names: Collection[str]) -> Outcome:
    """Each constant of these names is a placeholder of its name, type and shape."""
    found = [node for node in graph.nodes if node.op in CONSTANT and node.name in names]
    if not found:
        return Outcome(graph)
    changed = {node.name: _entry(graph, node) for node in found}
    return Outcome(
        substitute(graph, changed), len(found), "large constants became variables, kept out of the graph"
    )


def _entry(graph: Graph, node: Node) -> Node:
    dtype, shape = node.dtype("dtype") or DType("float32"), graph.static_shape(TensorRef(node.name))
    return make_node(node.name, "Placeholder", made_by=_MADE_BY, dtype=dtype, shape=shape)
