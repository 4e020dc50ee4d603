"""Whether a graph asks if there are any examples: a size compared with zero, as programs do that may be given none."""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import CAST, COMPARISONS, GATHER, IDENTITIES, PRODUCT, SHAPE, SIZE, STRIDED_SLICE
from tf1compat.ops.values import scalar

_SIZES = SHAPE | SIZE
_OF_SIZES = CAST | GATHER | IDENTITIES | PRODUCT | STRIDED_SLICE


def asks_for_none(graph: Graph, outputs: Iterable[TensorRef]) -> bool:
    """Whether what these outputs come to depends on a comparison of a size with zero."""
    behind = ancestors(graph, [ref.node for ref in outputs])
    return any(_compares_size(graph, graph[name]) for name in behind if graph[name].op in COMPARISONS)


def _compares_size(graph: Graph, node: Node) -> bool:
    sides = list(node.inputs[:2])
    return any(scalar(graph, one) == 0 and _is_size(graph, other) for one, other in (sides, sides[::-1]))


def _is_size(graph: Graph, ref: TensorRef) -> bool:
    node = graph.producer(ref)
    while node.op in _OF_SIZES:
        node = graph.producer(node.inputs[0])
    return node.op in _SIZES
