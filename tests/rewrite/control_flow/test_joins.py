"""Merges are found inner before outer, each with the predicate that chooses between its inputs."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_loop_merge
from tf1compat.rewrite.control_flow.joins import find_join, merges_by_level, predicate_of

COND = """
    p = Placeholder() dtype=bool
    x = Placeholder() dtype=float32
    pivot = Switch(p, p) T=bool
    yes = Identity(pivot:1) T=bool
    id = Identity(p) T=bool
    x/Switch = Switch(x, id) T=float32
    constant = Const(^yes) dtype=float32; value=tensor(float32, 1.0)
    other = Tanh(x/Switch) T=float32
    merge = Merge(other, constant) T=float32; N=2
    turned = Merge(constant, other) T=float32; N=2
"""
CHAINED = """
    y/Switch = Switch(merge, id) T=float32
    after = Merge(y/Switch, constant) T=float32; N=2
"""
LOOP = """
    enter = Enter(merge) T=float32; frame_name="f"
    carried = Merge(enter, next) T=float32; N=2
    next = NextIteration(carried) T=float32
    inside/Switch = Switch(carried, carried) T=float32
    inside = Merge(inside/Switch, inside/Switch:1) T=float32; N=2
"""


def joined(graph: Graph, name: str) -> tuple[str, int]:
    join = find_join(graph, graph[name])
    return join.predicate.node, join.true_input


def test_pivots_and_values_have_the_same_predicate() -> None:
    graph = from_text(COND)
    assert predicate_of(graph, graph["pivot"]) == predicate_of(graph, graph["x/Switch"]) == TensorRef("p")


def test_each_merge_knows_which_input_is_the_true_branch() -> None:
    graph = from_text(COND)
    assert joined(graph, "merge") == ("p", 1)
    assert joined(graph, "turned") == ("p", 0)


def test_branches_are_told_by_side() -> None:
    graph = from_text(COND)
    for name in ("merge", "turned"):
        join = find_join(graph, graph[name])
        assert [join.branch_output(side).node for side in (0, 1)] == ["other", "constant"]


def test_a_merge_behind_another_comes_first() -> None:
    assert merges_by_level(from_text(CHAINED + COND), None) == [["merge", "turned"], ["after"]]


def test_the_merges_of_loops_are_no_joins() -> None:
    graph = from_text(COND + LOOP)
    assert is_loop_merge(graph, graph["carried"])
    assert merges_by_level(graph, None) == [["merge", "turned"], ["inside"]]


def test_only_the_merges_of_a_frame_are_asked_for() -> None:
    graph = from_text(COND + LOOP)
    assert merges_by_level(graph, frozenset({"inside", "carried"})) == [["inside"]]
    assert joined(graph, "inside") == ("carried", 1)


@pytest.mark.parametrize(
    "merge",
    [
        "Merge(other, other) T=float32; N=2",
        "Merge(x, constant) T=float32; N=2",
        "Merge(other, constant, constant) T=float32; N=3",
    ],
    ids=["one side twice", "no side", "three branches"],
)
def test_a_merge_of_anything_else_is_refused_by_name(merge: str) -> None:
    with pytest.raises(RewriteError, match=r"'odd' \(Merge\) joins \d branches"):
        joined(from_text(f"{COND}\n odd = {merge}"), "odd")
