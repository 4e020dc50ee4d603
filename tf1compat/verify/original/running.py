"""The original as far as it is run: nobody waits for what acts aside, and nothing that is run touches the machine."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.discovery.machine import find_touching
from tf1compat.errors import RestoreError
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import scrubbed_meta_graph
from tf1compat.graph.walk import executed
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.signatures.entering import dead_under
from tf1compat.plan.signatures.running import left_out, untaken_branches, without_waiting
from tf1compat.source.model import LegacyModel
from tf1compat.verify.original.state_feeds import Taps


def without_aside(model: LegacyModel, graph: Graph, plan: MigrationPlan) -> LegacyModel:
    """The model in which no output waits for what the plan leaves out; `graph` is the one that the plan is for."""
    aside = left_out(graph, plan.signatures, plan.constants)
    if not aside:
        return model
    parted = without_waiting(model.meta_graph.graph, aside)
    serialized = scrubbed_meta_graph(model.meta_graph.serialized, parted.nodes)
    return replace(model, meta_graph=replace(model.meta_graph, graph=parted, serialized=serialized))


def refuse_touching(graph: Graph, plan: MigrationPlan, taps: Taps) -> None:
    """Raises RestoreError for an op that touches the machine where signatures are run, unless the plan allows it."""
    dead, untaken = dead_under(graph, plan.constants).nodes, untaken_branches(graph, plan.constants)
    constants = {each.tensor for each in plan.constants}
    for signature in plan.signatures:
        fed = {taps.get((each.tensor, each.readers), each.tensor) for each in signature.inputs}
        outputs = [piece.tensor for each in signature.outputs for piece in each.pieces]
        for found in find_touching(graph, executed(graph, outputs, fed | constants) - dead, untaken):
            if found.acting_op not in plan.allow:
                raise RestoreError(
                    f"{found} behind an output, so the original is not run; cut the graph there with --signature, or "
                    f"accept it with --allow {found.acting_op}"
                )
