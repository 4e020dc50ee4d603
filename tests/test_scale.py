"""What a migration costs grows with the graph and no faster: told by counting calls, which no busy machine changes."""

from __future__ import annotations

import cProfile
import pstats

import pytest

from benchmarks.scale import FAMILIES, stacked
from tf1compat.discovery import discover
from tf1compat.plan.make import Wishes, make_plan
from tf1compat.rewrite import rewrite

pytestmark = pytest.mark.slow

SMALL, LARGE = 1_000, 4_000


def calls_per_node(family: str, nodes: int) -> float:
    """How many calls of functions discovery, plan and rewrite take for each node of a stack."""
    model, signature = stacked(family, nodes)
    graph = model.meta_graph.graph
    profile = cProfile.Profile()
    with profile:
        rewrite(graph, make_plan(model, discover(model), Wishes([signature])))
    return float(pstats.Stats(profile).total_calls) / len(graph.nodes)  # type: ignore[attr-defined]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_node_of_a_large_graph_takes_no_more_calls_than_one_of_a_small_graph(family: str) -> None:
    calls_per_node(family, 100)  # what is read once for all stays out
    assert calls_per_node(family, LARGE) <= 1.2 * calls_per_node(family, SMALL)


def test_a_chain_deeper_than_pythons_stack_is_no_obstacle() -> None:
    model, signature = stacked("chain", 20_000)
    plan = make_plan(model, discover(model), Wishes([signature]))
    rewritten = rewrite(model.meta_graph.graph, plan)
    assert len(rewritten.signatures[0].graph.nodes) >= 19_000
