"""Replicas that share a batch: the one that is served sees only its part of what is fed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import SPLITS, source
from tf1compat.discovery.cuts import cut_signature
from tf1compat.discovery.findings import Freeze, InputFinding, Note, OutputFinding
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef

_CUTS = frozenset({"Slice", "StridedSlice"})


def replica_hazards(
    flow: ForwardGraph,
    inputs: Sequence[InputFinding],
    outputs: Sequence[OutputFinding],
    freezes: Sequence[Freeze],
) -> tuple[Note, ...]:
    """That the outputs are computed from a part of what is fed, of which results that are left have the other parts."""
    offered = [each for each in outputs if each.signature and each.role != "loss"]
    left = [each.tensor for each in outputs if not each.signature and each.role != "loss"]
    if not left:
        return ()
    behind, beside = flow.behind(each.tensor for each in offered), flow.behind(left)
    return tuple(
        _note(flow, node, cut_signature(flow, {node.name}, inputs, offered, freezes))
        for node in _parting(flow, behind, beside)
    )


def _parting(flow: ForwardGraph, behind: frozenset[str], beside: frozenset[str]) -> Iterator[Node]:
    """The nodes that cut a part out of what is fed, where another part goes to the results that are left."""
    graph, fed = flow.graph, frozenset(flow.sources)
    cut = {_fed_to(flow, node) for node in graph.in_order(beside - behind) if node.op in _CUTS}
    for node in graph.in_order(behind):
        if node.op in SPLITS and node.name in beside and _fed_to(flow, node) in fed:
            own, others = _read(flow, node, behind), _read(flow, node, beside)
            if own and others and not own & others:
                yield node
        elif node.op in _CUTS and node.name not in beside and _fed_to(flow, node) in fed & cut:
            yield node


def _fed_to(flow: ForwardGraph, node: Node) -> TensorRef:
    """The tensor that a node cuts, which `Split` takes behind the axis."""
    return source(flow.graph, node.inputs[1 if node.op == "Split" else 0])


def _read(flow: ForwardGraph, node: Node, among: Iterable[str]) -> set[int]:
    uses = flow.graph.uses_of_node.get(node.name, ())
    return {flow.graph[use.node].inputs[use.position].index for use in uses if use.node in among}


def _note(flow: ForwardGraph, node: Node, signature: str) -> Note:
    fed = _fed_to(flow, node)
    return Note(
        "replica-part",
        node.name,
        f"'{node.name}' ({node.op}) gives each replica of the model a part of '{fed}'; the replica that is served "
        "computes its part alone, as it did in training",
        f"to feed that part itself, as a batch of any size: --signature '{signature}'",
    )
