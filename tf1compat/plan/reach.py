"""What a signature's outputs depend on, as far as its inputs and the constants do not cut it off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, SignaturePlan


def reached(
    graph: Graph, outputs: Iterable[TensorRef], cut: Iterable[str], fed: Iterable[InputBinding] = ()
) -> frozenset[str]:
    """The nodes behind these tensors; a node in `cut` is included, what is behind it is not.

    Nor is what is behind an input in `fed`; one that only some readers take is cut off from these alone.
    """
    fed = tuple(fed)
    ends = {*cut, *(each.tensor.node for each in fed if not each.readers)}
    parted = _without_readings(graph, fed)
    return ancestors(parted, [ref.node for ref in outputs], stop=lambda node: node.name in ends)


def reached_by(graph: Graph, signature: SignaturePlan, frozen: Iterable[str]) -> frozenset[str]:
    """The nodes behind a signature's outputs; its inputs and the frozen nodes end the walk."""
    tensors = [piece.tensor for each in signature.outputs for piece in each.pieces]
    return reached(graph, tensors, frozen, signature.inputs)


def _without_readings(graph: Graph, fed: Iterable[InputBinding]) -> Graph:
    """The graph in which nobody reads what is fed to certain readers only: fit for walking, not for running."""
    cut = {(use.node, use.position) for each in fed for use in each.readers}
    if not cut:
        return graph
    kept = {
        name: tuple(ref for at, ref in enumerate(graph[name].inputs) if (name, at) not in cut)
        for name, _ in cut
        if name in graph
    }
    return graph.replacing(
        replace(node, inputs=kept[node.name]) if node.name in kept else node for node in graph.nodes
    )
