"""Replicas that share a batch: the one that is served sees only its part of what is fed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import SLICES, SPLITS
from tf1compat.ops.registry import data_operands


def find_partings(
    flow: ForwardGraph, behind: frozenset[str], left: Collection[TensorRef]
) -> tuple[Node, ...]:
    """The nodes that cut a part out of what is fed, of which results that are left have the other parts.

    `behind`: the nodes that the outputs are computed from; `left`: the results that are not offered.
    """
    return tuple(_partings(flow, behind, flow.behind(left))) if left else ()


def _partings(flow: ForwardGraph, behind: frozenset[str], beside: frozenset[str]) -> Iterator[Node]:
    """The nodes that cut a part out of what is fed, where another part goes to the results that are left."""
    graph, fed = flow.graph, frozenset(flow.sources)
    cut = {source_of_parts(flow, node) for node in graph.in_order(beside - behind) if node.op in SLICES}
    for node in graph.in_order(behind):
        if node.op in SPLITS and node.name in beside and source_of_parts(flow, node) in fed:
            own, others = _read(flow, node, behind), _read(flow, node, beside)
            if own and others and not own & others:
                yield node
        elif node.op in SLICES and node.name not in beside and source_of_parts(flow, node) in fed & cut:
            yield node


def source_of_parts(flow: ForwardGraph, node: Node) -> TensorRef:
    """The tensor that a node cuts, which `Split` takes behind the axis."""
    return source(flow.graph, data_operands(node)[0])


def _read(flow: ForwardGraph, node: Node, among: Iterable[str]) -> set[int]:
    uses = flow.graph.uses_of_node.get(node.name, ())
    return {flow.graph[use.node].inputs[use.position].index for use in uses if use.node in among}
