"""What a signature's outputs depend on, as far as its inputs and the constants do not cut it off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tf1compat.analysis.effects import Effects, find_effects
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.plan.model import ConstantPlan, InputBinding, SignaturePlan


def reached(
    graph: Graph, outputs: Iterable[TensorRef], cut: Iterable[str], fed: Iterable[InputBinding] = ()
) -> frozenset[str]:
    """The nodes behind these tensors; a node in `cut` is included, what is behind it is not.

    Nor is what is behind an input in `fed`; one that only some readers take is cut off from these alone.
    """
    fed = tuple(fed)
    ends = {*cut, *(each.tensor.node for each in fed if not each.readers)}
    parted = without_readings(graph, fed)
    return ancestors(parted, [ref.node for ref in outputs], until=ends)


def changed_by(
    graph: Graph, signatures: Iterable[SignaturePlan], constants: Iterable[ConstantPlan]
) -> Mapping[str, str]:
    """The variables whose changes an output depends on, and the op that changes each last."""
    frozen = [each.tensor.node for each in constants]
    written = [each for signature in signatures for each in _effects(graph, signature, frozen).needed]
    return {each.variable: each.node for each in written}


def written_by(graph: Graph, signature: SignaturePlan, frozen: Iterable[str]) -> tuple[str, ...]:
    """The variables that running the original for a signature changes."""
    return _effects(graph, signature, frozen).variables


def _effects(graph: Graph, signature: SignaturePlan, frozen: Iterable[str]) -> Effects:
    cut = {each.tensor.node for each in signature.inputs} | set(frozen)
    return find_effects(graph, _tensors(signature), cut)


def _tensors(signature: SignaturePlan) -> list[TensorRef]:
    return [piece.tensor for each in signature.outputs for piece in each.pieces]


def reached_by(graph: Graph, signature: SignaturePlan, frozen: Iterable[str]) -> frozenset[str]:
    """The nodes behind a signature's outputs; its inputs, the frozen nodes and idle effects end the walk."""
    frozen = tuple(frozen)
    idle = frozenset(_effects(graph, signature, frozen).idle)
    return reached(graph, _tensors(signature), {*frozen, *idle}, signature.inputs) - idle


def is_computed(graph: Graph, signature: SignaturePlan, frozen: Iterable[str], name: str) -> bool:
    """Whether a signature's outputs depend on what a node computes: on a tensor of it that is not given."""
    behind = reached_by(graph, signature, frozen)
    if name not in behind:
        return False
    given = {each.tensor for each in signature.inputs} | {TensorRef(each) for each in frozen}
    read = {ref for each in behind for ref in graph[each].inputs if ref.node == name}
    read |= {ref for ref in _tensors(signature) if ref.node == name}
    return name not in {each.node for each in given} or not read <= given


def waited_for(graph: Graph, signature: SignaturePlan, frozen: Iterable[str]) -> frozenset[str]:
    """The nodes that run before a signature's outputs are there, idle effects among them."""
    return reached(graph, _tensors(signature), frozen, signature.inputs)


def without_readings(graph: Graph, fed: Iterable[InputBinding]) -> Graph:
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
