"""The parameters of a distribution that a value is drawn from: the mean and the spread of a code, or of an action."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.head import Head, Search, tensor_readers
from tf1compat.discovery.outputs.result import may_result
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops.families import (
    ADDITIONS,
    CONSTANT,
    DRAWS,
    EXPONENTIAL,
    MULTIPLICATION,
    NEGATION,
    SCALING,
    SQUARE_ROOT,
    SUMS,
)

#: What makes a deviation of what a layer gave: of the logarithm of a variance, most often.
_OF_SPREAD = EXPONENTIAL | SQUARE_ROOT | SCALING | SUMS | NEGATION


def find_spread(search: Search) -> Iterator[Head]:
    """Mean and spread of what is drawn by `mean + spread * noise`, which no run draws twice alike."""
    flow = search.flow
    for node in flow.graph.nodes:
        if node.op in ADDITIONS and node.name in flow.predicted and node.name not in flow.inside_loops:
            parts = _parts(flow, node)
            if parts is not None and all(may_result(flow, flow.graph.producer(each)) for each in parts):
                for each, what in zip(parts, ("mean", "spread"), strict=True):
                    yield Head(each, "value", f"the {what} of what '{node.name}' draws", predicts=False)


def _parts(flow: ForwardGraph, node: Node) -> tuple[TensorRef, TensorRef] | None:
    """The mean, and the spread as the author held it, of a sum with noise that is scaled by what a layer gave."""
    for at, noisy in enumerate(node.inputs):
        scaled = flow.graph.producer(source(flow.graph, noisy))
        if scaled.op in MULTIPLICATION and any(_is_noise(flow, ref) for ref in scaled.inputs):
            spread = [ref for ref in scaled.inputs if not _is_noise(flow, ref)]
            mean = source(flow.graph, node.inputs[1 - at])
            if len(spread) == 1 and {mean.node, source(flow.graph, spread[0]).node} <= flow.computed:
                return mean, _held(flow, source(flow.graph, spread[0]))
    return None


def _is_noise(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a tensor is drawn, standardised by constants or not, and made of nothing that is computed."""
    node = flow.graph.producer(source(flow.graph, ref))
    while node.op in MULTIPLICATION | ADDITIONS and node.name not in flow.computed:
        drawn = [
            each for each in node.inputs if flow.graph.producer(source(flow.graph, each)).op not in CONSTANT
        ]
        if not drawn:
            return False
        node = flow.graph.producer(source(flow.graph, drawn[0]))
    return node.op in DRAWS


def _held(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """The spread in the last form in which something else reads it too, or that has a name: a loss, most often."""
    while True:
        node = flow.graph.producer(ref)
        named = not is_default_name(node.name, node.op)
        if named or len(tensor_readers(flow, ref)) > 1 or node.name in flow.parametric:
            return ref
        made = [source(flow.graph, each) for each in node.inputs if each.node in flow.computed]
        if node.op not in _OF_SPREAD or len(made) != 1:
            return ref
        ref = made[0]
