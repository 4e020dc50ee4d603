"""Results that only training needs: computed from the very labels, in their shape, or as parts of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding
from tf1compat.discovery.outputs.judged.handed import handed_to_teacher
from tf1compat.discovery.outputs.networks.find import Network
from tf1compat.discovery.outputs.networks.objectives import judged_against
from tf1compat.names import TensorRef, is_default_name
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
    handed = handed_to_teacher(flow) if labels else frozenset()
    for network in networks:
        felt = flow.reached(labels) if labels else frozenset()
        forced = tuple(each for each in network.heads if each.tensor.node in felt)
        others = [each for each in network.heads if each.tensor.node not in felt]
        free = [each for each in others if each.role in _TELLING or each.tensor in handed]
        if forced and free:
            named = ", ".join(f"'{each}'" for each in labels)
            yield Forced(forced, f"computed from the labels {named}, as only training can")
        paired = tuple(each for each in _of_training(flow, network) if each not in forced)
        if paired:
            yield Forced(
                paired, "of examples that only a loss needs; others are computed of what no loss needs"
            )


def _of_training(flow: ForwardGraph, network: Network) -> Iterator[OutputFinding]:
    """The results that losses read, of examples of their own, beside those of an input that no loss needs.

    positive = score(sequence, item); negative = score(sequence, other); tested = score(sequence, candidates)
    """
    in_losses = flow.behind(map(TensorRef, flow.losses)) if flow.losses else frozenset[str]()
    fed = {each: _data(flow, each) for each in network.heads if each.role in _RESULTS}
    run = [each for each, refs in fed.items() if any(ref.node not in in_losses for ref in refs)]
    needed = frozenset[TensorRef]().union(*(fed[each] for each in run))
    for each, refs in fed.items() if run else ():
        if each not in run and each.tensor.node in in_losses and refs - needed:
            yield each


def _data(flow: ForwardGraph, head: OutputFinding) -> frozenset[TensorRef]:
    """The examples that a result is computed from, less numbers such as rates."""
    behind = flow.behind([head.tensor])
    fed = (each for each in flow.sources if each.node in behind)
    return frozenset(each for each in fed if flow.graph.static_shape(each).rank != 0)


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
