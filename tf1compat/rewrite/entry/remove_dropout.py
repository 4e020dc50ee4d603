"""Dropout that keeps everything is gone: its mask is all ones, whatever the random numbers are.

`tf.nn.dropout` up to TF 1.12 computes `floor(keep_prob + uniform)`, later versions `uniform >= rate`, and multiply the
input by it (tensorflow/python/ops/nn_ops.py). With keep_prob = 1 (rate = 0) and uniform in [0, 1), both are one.
"""

from __future__ import annotations

from tf1compat.analysis.same_value import same_value
from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.values import known_scalar
from tf1compat.rewrite.base import Outcome, fresh_name, passing, substitute

_MADE_BY = "remove_dropout"
_ADD = frozenset({"Add", "AddV2"})
_SCALED = frozenset({"Mul", "RealDiv", "Div"})


def remove_dropout(graph: Graph) -> Outcome:
    """A product with a mask that keeps everything passes its other operand on; what else reads the mask reads ones."""
    changed, added = {}, []
    for node in graph.nodes:
        kept, drawn = _kept_operand(graph, node), _drawn(graph, node)
        if kept is not None:
            changed[node.name] = passing(node, kept, _MADE_BY)
        elif drawn is not None:
            one, changed[node.name] = _ones(graph, node, drawn)
            added.append(one)
    if not changed:
        return Outcome(graph)
    products = len(changed) - len(added)
    return Outcome(
        substitute(graph, changed, added), products or len(added), "dropout that keeps everything is gone"
    )


def _ones(graph: Graph, mask: Node, drawn: Node) -> tuple[Node, Node]:
    """A mask of ones in the place of one that is drawn, and the constant that fills it."""
    shape = drawn.inputs[0]
    dtype = DType("bool") if mask.op == "GreaterEqual" else mask.dtype("T") or DType("float32")
    one = make_node(
        fresh_name(graph, f"{mask.name}/kept"), "Const", control_inputs=(shape.node,), made_by=_MADE_BY,
        dtype=dtype, value=TensorValue.of(1, dtype),
    )  # fmt: skip
    attrs = {name: value for name, value in mask.attrs.items() if name == "_output_shapes"}
    filled = make_node(
        mask.name, "Fill", (shape, TensorRef(one.name)), control_inputs=mask.control_inputs, made_by=_MADE_BY,
        T=dtype, index_type=drawn.dtype("T") or DType("int32"), **attrs,
    )  # fmt: skip
    return one, filled


def _kept_operand(graph: Graph, node: Node) -> TensorRef | None:
    if node.op != "Mul":
        return None
    for kept, mask in (node.inputs, node.inputs[::-1]):
        drawn = _drawn(graph, _uncast(graph, mask))
        if drawn is not None and _has_shape_of(graph, node, drawn, kept):
            return kept
    return None


def _drawn(graph: Graph, mask: Node) -> Node | None:
    """The node that draws a mask's random numbers, if the mask keeps everything."""
    if mask.op == "Floor":
        total = graph.input(mask, 0)
        orders = (total.inputs, total.inputs[::-1]) if total.op in _ADD else ()
        return next((_uniform(graph, other) for one, other in orders if known_scalar(graph, one) == 1), None)
    if mask.op == "GreaterEqual" and known_scalar(graph, mask.inputs[1]) == 0:
        return _uniform(graph, mask.inputs[0])
    return None


def _uncast(graph: Graph, mask: TensorRef) -> Node:
    node = graph.producer(mask)
    return graph.input(node, 0) if node.op == "Cast" else node


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
