"""What a migration costs grows with the graph and no faster: told by counting calls, which no busy machine changes."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable

import pytest

from benchmarks.scale import FAMILIES, stacked
from tf1compat.analysis.effects import find_effects
from tf1compat.discovery import discover
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.options import PlanOptions
from tf1compat.plan.make import make_plan
from tf1compat.rewrite import rewrite
from tf1compat.rewrite.arrays.flows import find_flows

pytestmark = pytest.mark.slow

SMALL, LARGE = 1_000, 4_000


def calls_per_node(family: str, nodes: int) -> float:
    """How many calls of functions discovery, plan and rewrite take for each node of a stack."""
    model, signature = stacked(family, nodes)
    graph = model.meta_graph.graph
    taken = calls(lambda: rewrite(graph, make_plan(model, discover(model), PlanOptions([signature]))))
    return taken / len(graph.nodes)


def calls(work: Callable[[], object]) -> int:
    """How many calls of functions one call takes."""
    profile = cProfile.Profile()
    with profile:
        work()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_node_of_a_large_graph_takes_no_more_calls_than_one_of_a_small_graph(family: str) -> None:
    calls_per_node(family, 100)  # what is read once for all stays out
    assert calls_per_node(family, LARGE) <= 1.2 * calls_per_node(family, SMALL)


def written_often(times: int) -> Graph:
    """An array that is written time after time, as a loop in Python does it."""
    writes = "".join(
        f"write_{number} = TensorArrayWriteV3(array, step, x, "
        f"{f'write_{number - 1}' if number else 'array:1'}) T=float32\n"
        for number in range(times)
    )
    return from_text(f"""
        x = Placeholder() dtype=float32
        step = Const() dtype=int32; value=tensor(int32, 0)
        array = TensorArrayV3(step) dtype=float32
        {writes}
        size = TensorArraySizeV3(array, write_{times - 1})
    """)


def test_a_write_to_an_array_takes_no_longer_after_many_others() -> None:
    few, many = written_often(100), written_often(400)
    assert calls(lambda: find_flows(many)) <= 1.2 * 4 * calls(lambda: find_flows(few))


def counting(times: int) -> Graph:
    """An output that waits for many variables' counting."""
    counters = "".join(
        f"v{number} = VariableV2() dtype=float32; shape=shape()\n"
        f"count_{number} = AssignAdd(v{number}, x) T=float32\n"
        for number in range(times)
    )
    waits = ", ".join(f"^count_{number}" for number in range(times))
    return from_text(f"x = Placeholder() dtype=float32\n{counters}y = Identity(x, {waits}) T=float32")


def test_a_count_on_the_side_takes_no_longer_beside_many_others() -> None:
    few, many = counting(100), counting(400)
    outputs = [TensorRef("y")]
    find_effects(counting(1), outputs)  # what is found out once for each op stays out
    assert calls(lambda: find_effects(many, outputs)) <= 1.2 * 4 * calls(lambda: find_effects(few, outputs))


def test_a_chain_deeper_than_pythons_stack_is_no_obstacle() -> None:
    model, signature = stacked("chain", 20_000)
    plan = make_plan(model, discover(model), PlanOptions([signature]))
    rewritten = rewrite(model.meta_graph.graph, plan)
    assert len(rewritten.signatures[0].graph.nodes) >= 19_000
