"""Orders that a graph fixes, as far as they say that batch and time change places."""

from __future__ import annotations

from tf1compat.analysis.pattern import source
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONCATENATIONS, TRANSPOSE
from tf1compat.ops.registry import data_operands
from tf1compat.ops.values import constant, scalar

__all__ = ["constant", "scalar", "swaps_batch_and_time"]


def swaps_batch_and_time(graph: Graph, node: Node) -> bool:
    """Whether a node transposes by exchanging the first two axes and keeping the rest."""
    if node.op not in TRANSPOSE:
        return False
    order = constant(graph, node.inputs[1])
    if order is not None:
        return list(order[:2]) == [1, 0] and list(order[2:]) == list(range(2, len(order)))
    return _starts_with_swap(graph, node.inputs[1])


def _starts_with_swap(graph: Graph, order: TensorRef) -> bool:
    """`concat([[1, 0], range(2, rank)])` of a rank that is only known at run time."""
    node = graph.producer(source(graph, order))
    first = constant(graph, data_operands(node)[0]) if node.op in CONCATENATIONS else None
    return first is not None and list(first) == [1, 0]
