"""What authors wrote themselves around scores: a softmax by hand, and decisions by a threshold."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.forms import as_named, before_arranging, unshifted
from tf1compat.discovery.outputs.head import Head, Search, is_final, readers
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

_THRESHOLDS = families.ABOVE | families.ROUND
_SCORES = frozenset({"probabilities", "logits"})


def find_softmaxes_by_hand(search: Search) -> Iterator[Head]:
    """Exponentials that were divided by their sum, and what they are the exponentials of."""
    flow = search.flow
    for node in flow.graph.nodes:
        if node.op in families.DIVISION and is_final(flow, node) and node.name not in flow.inside_branches:
            powers = flow.graph.producer(source(flow.graph, node.inputs[0]))
            if powers.op in families.EXPONENTIAL and _sums(flow.graph, node.inputs[1], powers):
                yield Head(
                    as_named(flow, node), "probabilities", "exponentials divided by their sum, a softmax"
                )
                yield Head(
                    unshifted(flow.graph, powers.inputs[0]),
                    "logits",
                    f"what the softmax '{node.name}' is taken of",
                )


def _sums(graph: Graph, ref: TensorRef, powers: Node) -> bool:
    """Whether a tensor is the sum of these exponentials, its axis put back or tiled by hand or not."""
    node = before_arranging(graph, ref)
    summed = graph.producer(source(graph, node.inputs[0])) if node.op in families.SUM else node
    return (
        node.op in families.SUM
        and summed.op in families.EXPONENTIAL
        and (summed == powers or summed.inputs == powers.inputs)
    )


def find_decisions(search: Search) -> Iterator[Head]:
    """Scores that were rounded or held against a threshold, as a number where the author made one of it."""
    flow = search.flow
    scores = {ref.node: each for ref, each in search.found.items() if each.role in _SCORES}
    for node in flow.graph.nodes:
        if node.op in _THRESHOLDS and is_final(flow, node) and node.name not in flow.inside_branches:
            given = source(flow.graph, node.inputs[0])
            if given.node in scores and _is_fixed(flow.graph, node):
                yield Head(_cast(flow, node), "class_ids", f"a decision by the threshold on '{given}'")


def _is_fixed(graph: Graph, node: Node) -> bool:
    return all(graph.producer(source(graph, ref)).op in families.CONSTANT for ref in node.inputs[1:])


def _cast(flow: ForwardGraph, node: Node) -> TensorRef:
    casts = [
        name
        for name in readers(flow, node)
        if flow.graph[name].op in families.CAST and name in flow.predicted
    ]
    return as_named(flow, flow.graph[casts[0]] if len(casts) == 1 else node)
