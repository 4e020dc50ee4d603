"""Keep what the outputs depend on, nothing else; drop what only placed or annotated the nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from tf1compat.graph.edges import all_behind, places_of, reach
from tf1compat.graph.model import Graph, Node
from tf1compat.rewrite.base import Outcome

#: Attributes that speak of the program that built the graph, not of what it computes.
_REMNANTS = (
    "_class",
    "_output_shapes",
    "_XlaCompile",
    "_XlaScope",
    "_XlaSeparateCompiledGradients",
    "_gradient_op_type",
    "_tpu_replicate",
    "_replication_info",
    "_xla_outside_compilation",
)


def prune(graph: Graph, keep: Iterable[str]) -> Outcome:
    """Only `keep` and what they depend on, control inputs included, is left."""
    needed = reach(all_behind(graph), places_of(graph, keep))
    if len(needed) == len(graph.nodes):
        return Outcome(graph)
    kept = [graph.nodes[place] for place in sorted(needed)]
    gone = len(graph.nodes) - len(kept)
    return Outcome(graph.replacing(kept), gone, "nodes that no output depends on are gone")


def scrub(graph: Graph) -> Outcome:
    """Device pins, colocations and recorded shapes are gone, in the graph and in its functions."""
    functions = {name: replace(each, graph=_bare(each.graph)) for name, each in graph.functions.items()}
    result = replace(_bare(graph), functions=MappingProxyType(functions))
    count = sum(old is not new for old, new in zip(graph.nodes, result.nodes, strict=True))
    summary = "device pins, colocations and recorded shapes dropped"
    return Outcome(result, count, summary)


def _bare(graph: Graph) -> Graph:
    return graph.replacing(map(_bare_node, graph.nodes))


def _bare_node(node: Node) -> Node:
    bare = node.without_attrs(*_REMNANTS)
    return replace(bare, device="") if bare.device else bare
