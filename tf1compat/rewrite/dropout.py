"""Dropout that keeps everything is gone: its mask is all ones, whatever the random numbers are.

`tf.nn.dropout` up to TF 1.12 computes `floor(keep_prob + uniform)`, later versions `uniform >= rate`, and multiply the
input by it (tensorflow/python/ops/nn_ops.py). With keep_prob = 1 (rate = 0) and uniform in [0, 1), both are one.
"""

from __future__ import annotations

from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import Outcome, substitute
from tf1compat.rewrite.known import known_number

_ADD = frozenset({"Add", "AddV2"})


def remove_dropout(graph: Graph) -> Outcome:
    """A product with a mask that keeps everything passes its other operand on."""
    changed = {}
    for node in graph.nodes:
        kept = _kept_operand(graph, node)
        if kept is not None:
            attrs = {key: value for key, value in node.attrs.items() if key in ("T", "_output_shapes")}
            changed[node.name] = make_node(node.name, "Identity", (kept,), made_by="remove_dropout", **attrs)
    return Outcome(
        substitute(graph, changed) if changed else graph, len(changed), "dropout that keeps everything is gone"
    )


def _kept_operand(graph: Graph, node: Node) -> TensorRef | None:
    if node.op != "Mul":
        return None
    left, right = node.inputs
    if _keeps_everything(graph, graph.producer(right)):
        return left
    if _keeps_everything(graph, graph.producer(left)):
        return right
    return None


def _keeps_everything(graph: Graph, mask: Node) -> bool:
    if mask.op == "Floor":
        total = graph.input(mask, 0)
        return total.op in _ADD and any(
            known_number(graph, one) == 1.0 and _is_unit_uniform(graph, other)
            for one, other in (total.inputs, total.inputs[::-1])
        )
    if mask.op == "Cast":
        test = graph.input(mask, 0)
        return (
            test.op == "GreaterEqual"
            and known_number(graph, test.inputs[1]) == 0.0
            and _is_unit_uniform(graph, test.inputs[0])
        )
    return False


def _is_unit_uniform(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is `random_uniform` over [0, 1): `RandomUniform * (1 - 0) + 0`."""
    node = graph.producer(ref)
    if node.op == "RandomUniform":
        return True
    if node.op in _ADD and known_number(graph, node.inputs[1]) == 0.0:
        return _is_unit_uniform(graph, node.inputs[0])
    if node.op == "Mul" and known_number(graph, node.inputs[1]) == 1.0:
        return _is_unit_uniform(graph, node.inputs[0])
    return False
