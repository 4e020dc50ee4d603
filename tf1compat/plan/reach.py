"""What a signature's outputs depend on, as far as its inputs and the constants do not cut it off."""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.plan.model import SignaturePlan


def reached(graph: Graph, outputs: Iterable[TensorRef], cut: Iterable[str]) -> frozenset[str]:
    """The nodes behind these tensors; a node in `cut` is included, what is behind it is not."""
    ends = frozenset(cut)
    return ancestors(graph, [ref.node for ref in outputs], stop=lambda node: node.name in ends)


def reached_by(graph: Graph, signature: SignaturePlan, frozen: Iterable[str]) -> frozenset[str]:
    """The nodes behind a signature's outputs; its inputs and the frozen nodes end the walk."""
    fed = {each.tensor.node for each in signature.inputs}
    tensors = [piece.tensor for each in signature.outputs for piece in each.pieces]
    return reached(graph, tensors, fed | set(frozen))
