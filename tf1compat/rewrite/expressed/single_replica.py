"""What replicas said to each other is what one replica has by itself; see `analysis.replicas`."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.replicas import ANNOUNCEMENTS, value_on_one_replica
from tf1compat.rewrite.base import Outcome, passing, redirect, substitute

_MADE_BY = "single_replica"


def keep_one_replica(graph: Graph) -> Outcome:
    """No op is left that reads from, or writes to, another replica."""
    lone = {node.name: ref for node in graph.nodes if (ref := value_on_one_replica(node)) is not None}
    silent = [node for node in graph.nodes if node.op in ANNOUNCEMENTS]
    if not lone and not silent:
        return Outcome(graph)
    several = {
        ref: TensorRef(ref.node)
        for node in graph.nodes
        for ref in node.inputs
        if ref.node in lone and ref.index
    }
    changed = {name: passing(graph[name], ref, _MADE_BY) for name, ref in lone.items()}
    changed |= {node.name: _quiet(node) for node in silent}
    result = redirect(substitute(graph, changed), several)
    return Outcome(
        result, len(changed), "what was added up or handed round among replicas is that of the one"
    )


def _quiet(node: Node) -> Node:
    return replace(node, op="NoOp", inputs=(), attrs=MappingProxyType({}), made_by=_MADE_BY)
