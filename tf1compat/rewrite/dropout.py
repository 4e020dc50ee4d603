"""Dropout that keeps everything is gone: its mask is all ones, whatever the random numbers are.

`tf.nn.dropout` up to TF 1.12 computes `floor(keep_prob + uniform)`, later versions `uniform >= rate`, and multiply the
input by it (tensorflow/python/ops/nn_ops.py). With keep_prob = 1 (rate = 0) and uniform in [0, 1), both are one.
"""

from __future__ import annotations

from tf1compat.discovery.same_value import same_value
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import Outcome, passing, substitute
from tf1compat.rewrite.known import known_scalar

_ADD = frozenset({"Add", "AddV2"})
_SCALED = frozenset({"Mul", "RealDiv", "Div"})


def remove_dropout(graph: Graph) -> Outcome:
    """A product with a mask that keeps everything passes its other operand on."""
    changed = {}
    for node in graph.nodes:
        kept = _kept_operand(graph, node)
        if kept is not None:
            changed[node.name] = passing(node, kept, "remove_dropout")
    return Outcome(
        substitute(graph, changed) if changed else graph,
        len(changed),
        "dropout that keeps everything is gone",
    )


def _kept_operand(graph: Graph, node: Node) -> TensorRef | None:
    if node.op != "Mul":
        return None
    for kept, mask in (node.inputs, node.inputs[::-1]):
        drawn = _drawn(graph, graph.producer(mask))
        if drawn is not None and _has_shape_of(graph, node, drawn, kept):
            return kept
    return None


def _drawn(graph: Graph, mask: Node) -> Node | None:
    """The node that draws a mask's random numbers, if the mask keeps everything."""
    if mask.op == "Floor":
        total = graph.input(mask, 0)
        orders = (total.inputs, total.inputs[::-1]) if total.op in _ADD else ()
        return next((_uniform(graph, other) for one, other in orders if known_scalar(graph, one) == 1), None)
    test = graph.input(mask, 0) if mask.op == "Cast" else mask
    if test.op == "GreaterEqual" and known_scalar(graph, test.inputs[1]) == 0:
        return _uniform(graph, test.inputs[0])
    return None


def _uniform(graph: Graph, ref: TensorRef) -> Node | None:
    """The node behind `random_uniform` over [0, 1): `RandomUniform * (1 - 0) + 0`."""
    node = graph.producer(ref)
    if node.op == "RandomUniform":
        return node
    neutral = 0 if node.op in _ADD else 1 if node.op == "Mul" else None
    if neutral is None or known_scalar(graph, node.inputs[1]) != neutral:
        return None
    return _uniform(graph, node.inputs[0])


def _has_shape_of(graph: Graph, product: Node, drawn: Node, kept: TensorRef) -> bool:
    """Whether the mask does not make the product larger than its other operand."""
    mine, whole = graph.static_shape(kept), graph.static_shape(TensorRef(product.name))
    if mine.dims is not None and mine == whole:
        return True
    shape, scaled = graph.input(drawn, 0), graph.producer(kept)
    given = [kept, *(scaled.inputs if scaled.op in _SCALED else ())]
    return shape.op == "Shape" and any(same_value(graph, shape.inputs[0], each) for each in given)
