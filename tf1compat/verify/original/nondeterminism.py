"""Outputs whose values cannot be compared, as they are drawn at random: what the rewrite's account says of them."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Graph
from tf1compat.ops.families import DRAWS
from tf1compat.plan.model import MigrationPlan
from tf1compat.rewrite import rewrite

#: By signature, the aliases of such outputs.
Drawn = Mapping[str, frozenset[str]]


def drawn_outputs(graph: Graph, plan: MigrationPlan) -> Drawn:
    """The outputs that depend on a draw which the migrated model still makes: frozen dropout makes none.

    A plan from before its graph was rewritten says nothing of it, and the graph is rewritten to find out. Where the
    original has nothing that draws, no output is excused, whatever the plan says.
    """
    if not graph.library and not any(node.op in DRAWS for node in graph.nodes):
        return {}
    if plan.drawn is None:
        return rewrite(graph, plan).drawn
    return {signature: frozenset(aliases) for signature, aliases in plan.drawn.items()}
