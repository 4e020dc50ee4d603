"""What is made of results at the end without a name, for metrics alone: scaled back, decided, put together."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.head import Head, Search, is_final, tensor_readers
from tf1compat.discovery.outputs.result import may_result, role_of
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import (
    AVERAGE,
    CAST,
    CONSTANT,
    DIVISION,
    EXPONENTIAL,
    JOINING,
    MULTIPLICATION,
    ROUNDING,
    SIGN,
    SUBTRACTION,
    SUM,
    SUMS,
    TRANSPOSE,
)

#: What a result is scaled back, decided or put together by; a metric's own steps are others.
_FINISHING = (
    SUM | AVERAGE | SIGN | ROUNDING | TRANSPOSE | JOINING | MULTIPLICATION | DIVISION | SUMS | EXPONENTIAL
)


def find_measured(search: Search) -> Iterator[Head]:
    """What metrics hold against labels and no loss is made of: results scaled back, decided or put together."""
    flow = search.flow
    in_losses = flow.behind(map(TensorRef, flow.losses))
    after = flow.ahead(search.predicting) - in_losses if flow.losses else frozenset[str]()
    for node in flow.graph.in_order(after):
        ref = TensorRef(node.name)
        if _is_measured(flow, node) and ref not in search.found:
            yield Head(ref, role_of(flow, ref), "what a metric holds against the labels", predicts=False)


def _is_measured(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node finishes a result that labels are held against, as it is or as another type of number."""
    shifted = (
        node.op in SUBTRACTION and flow.graph.producer(source(flow.graph, node.inputs[1])).op in CONSTANT
    )
    if not (node.op in _FINISHING or shifted) or not may_result(flow, node) or not is_final(flow, node):
        return False
    readers = tensor_readers(flow, TensorRef(node.name))
    cast = (name for name in readers if flow.graph[name].op in CAST)
    readers = readers.union(*(tensor_readers(flow, TensorRef(name)) for name in cast))
    return bool(readers & flow.judged) and flow.graph.static_shape(TensorRef(node.name)).rank != 0
