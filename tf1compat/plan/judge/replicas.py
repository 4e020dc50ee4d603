"""That the replica which is served sees only its part of what is fed."""

from __future__ import annotations

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.networks.replicas import find_partings, source_of_parts
from tf1compat.graph.model import Node
from tf1compat.plan.judge.choice import Case
from tf1compat.plan.judge.notes import Note


def replica_hazards(case: Case) -> tuple[Note, ...]:
    """That the outputs are computed from a part of what is fed, with the signature that feeds that part itself."""
    outputs = case.findings.outputs
    left = {each.tensor for each in outputs if not each.signature and each.role != "loss"} - {*case.outputs}
    partings = find_partings(case.flow, case.behind, left)
    return tuple(_note(case.flow, node, case.cut({node.name})) for node in partings)


def _note(flow: ForwardGraph, node: Node, signature: str) -> Note:
    fed = source_of_parts(flow, node)
    return Note(
        "replica-part",
        node.name,
        f"'{node.name}' ({node.op}) gives each replica of the model a part of '{fed}'; the replica that is served "
        "computes its part alone, as it did in training",
        f"to feed that part itself, as a batch of any size: --signature '{signature}'",
    )
