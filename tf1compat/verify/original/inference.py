"""The original as the author ran it at inference, where feeding a value is not enough to make the training graph so.

A session takes no value for what stands inside a loop, and none for the statistics that a fused op works out itself.
"""

from __future__ import annotations

from dataclasses import replace

from tf1compat.analysis.idioms.noise.sites import is_drawn
from tf1compat.discovery.batch_norm.inference import with_averages
from tf1compat.graph.frames import frame_of_nodes
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import scrubbed_meta_graph
from tf1compat.ops.families import CONSTANT
from tf1compat.plan.model import ConstantPlan, MigrationPlan
from tf1compat.rewrite.entry.signature_io import freeze
from tf1compat.source.model import LegacyModel


def in_inference(
    model: LegacyModel, plan: MigrationPlan
) -> tuple[LegacyModel, MigrationPlan, tuple[str, ...]]:
    """The model with what cannot be fed put into its graph, the plan with what is left to feed, and what was done."""
    graph = model.meta_graph.graph
    inside = [each for each in plan.constants if _stands_in_graph(graph, each)]
    if not inside and not plan.averages:
        return model, plan, ()
    changed = with_averages(freeze(graph, inside), plan.averages)
    serialized = scrubbed_meta_graph(model.meta_graph.serialized, changed.nodes)
    edited = replace(model, meta_graph=replace(model.meta_graph, graph=changed, serialized=serialized))
    fed = tuple(each for each in plan.constants if each not in inside)
    return edited, replace(plan, constants=fed), _said(len(inside), len(plan.averages))


def _stands_in_graph(graph: Graph, constant: ConstantPlan) -> bool:
    node = graph.get(constant.tensor.node)
    if node is None:
        return False
    return node.op in CONSTANT or node.name in frame_of_nodes(graph) or is_drawn(graph, constant.tensor)


def _said(constants: int, averages: int) -> tuple[str, ...]:
    return (
        *([f"{_counted(constants, 'constant of training')} as at inference"] if constants else []),
        *([f"{_counted(averages, 'statistic of the batch')} read from moving averages"] if averages else []),
    )


def _counted(number: int, thing: str) -> str:
    first, _, rest = thing.partition(" ")
    return f"{number} {thing} is" if number == 1 else f"{number} {first}s {rest} are"
