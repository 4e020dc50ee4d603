"""Results that only training needs: computed from the very labels, in their shape, or as parts of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding
from tf1compat.discovery.outputs.networks.find import Network
from tf1compat.discovery.outputs.networks.objectives import judged_against
from tf1compat.names import is_default_name
from tf1compat.ops.families import CONCATENATIONS

_TELLING = frozenset({"probabilities", "logits", "class_ids"})
_RESULTS = _TELLING | {"value"}
#: What a loss may rearrange in the shape of its labels; a choice, it does not.
_SHAPED = frozenset({"logits", "value"})


@dataclass(frozen=True)
class Forced:
    """The results that only training computes, for they need the labels."""

    heads: tuple[OutputFinding, ...]
    reason: str


def find_forced(flow: ForwardGraph, networks: Sequence[Network]) -> Iterator[Forced]:
    """The results of each network that feel its labels, where it gives telling ones that do not."""
    labels = judged_against(flow)
    for network in networks:
        felt = flow.reached(labels) if labels else frozenset()
        forced = tuple(each for each in network.heads if each.tensor.node in felt)
        free = [each for each in network.heads if each.tensor.node not in felt and each.role in _TELLING]
        if forced and free:
            named = ", ".join(f"'{each}'" for each in labels)
            yield Forced(forced, f"computed from the labels {named}, as only training can")


def find_needless(flow: ForwardGraph, networks: Sequence[Network]) -> Iterator[Forced]:
    """The results that nobody named and that others stand for: parts of a whole, and what only a loss rearranged."""
    shaped = flow.ahead(each.node for each in flow.labels)
    for network in networks:
        for head, whole in _parts(flow, network):
            yield Forced((head,), f"a part of '{whole}'")
        unnamed = [each for each in network.heads if each.role in _SHAPED and _is_unnamed(flow, each)]
        needing = tuple(each for each in unnamed if each.tensor.node in shaped)
        others = [each for each in network.heads if each.role in _RESULTS and each.tensor.node not in shaped]
        if needing and others:
            yield Forced(needing, "has its shape from the labels, as only a loss needs it")


def _parts(flow: ForwardGraph, network: Network) -> Iterator[tuple[OutputFinding, str]]:
    """Each unnamed result that is put, with others, into a whole that is offered too."""
    heads = {each.tensor: each for each in network.heads}
    for whole in (flow.graph.producer(ref) for ref in heads):
        parts = [heads[ref] for ref in whole.inputs if ref in heads] if whole.op in CONCATENATIONS else []
        if len(parts) > 1:
            yield from ((each, whole.name) for each in parts if _is_unnamed(flow, each))


def _is_unnamed(flow: ForwardGraph, head: OutputFinding) -> bool:
    return is_default_name(head.tensor.node, flow.graph.producer(head.tensor).op)
