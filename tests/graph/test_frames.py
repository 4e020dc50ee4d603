"""v1 while loops are found with their variables, their invariants and the loops inside them."""

from __future__ import annotations

import pytest

from tests.discovery.loop_text import STEPS, while_loop
from tf1compat.errors import GraphError
from tf1compat.graph.frames import LoopVariable, find_frames, frame_of_nodes
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

LOOP = """
    start = Const() dtype=int32; value=tensor(int32, 0)
    limit = Const() dtype=int32; value=tensor(int32, 5)
    {0}Enter = Enter({1}) T=int32; frame_name="{0}"; is_constant=False
    {0}Limit = Enter({2}) T=int32; frame_name="{0}"; is_constant=True
    {0}Merge = Merge({0}Enter, {0}Next) T=int32; N=2
    {0}Less = Less({0}Merge, {0}Limit) T=int32
    {0}Cond = LoopCond({0}Less)
    {0}Switch = Switch({0}Merge, {0}Cond) T=int32
    {0}one = Const(^{0}Switch) dtype=int32; value=tensor(int32, 1)
    {0}Add = Add({0}Switch:1, {0}one) T=int32
    {0}Next = NextIteration({3}) T=int32
    {0}Exit = Exit({0}Switch) T=int32
"""
SINGLE = LOOP.format("a", "start", "limit", "aAdd")
# The inner loop counts from the outer loop's value; what it ends with is the outer loop's next value.
NESTED = SINGLE.replace("NextIteration(aAdd)", "NextIteration(bExit)") + "\n".join(
    LOOP.format("b", "aAdd", "aLimit", "bAdd").splitlines()[3:]
)


def test_a_loop_is_found_with_its_variable_and_invariant() -> None:
    graph = from_text(SINGLE)
    (frame,) = find_frames(graph)
    assert frame.name == "a"
    assert frame.parent is None
    assert frame.loop_cond == "aCond"
    assert frame.variables == (LoopVariable("aEnter", "aMerge", "aNext", "aSwitch", "aExit"),)
    assert frame.invariants == ("aLimit",)
    assert frame.initial(graph, frame.variables[0]) == TensorRef("start")
    assert frame.next(graph, frame.variables[0]) == TensorRef("aAdd")
    assert frame.nodes == {node.name for node in graph.nodes} - {"start", "limit"}


def test_inner_loops_come_before_the_loops_around_them() -> None:
    inner, outer = find_frames(from_text(NESTED))
    assert (inner.name, inner.parent) == ("b", "a")
    assert (outer.name, outer.parent) == ("a", None)
    assert inner.nodes < outer.nodes


def test_a_constant_belongs_to_the_loop_that_its_control_edge_comes_from() -> None:
    assert frame_of_nodes(from_text(NESTED))["bone"] == ("a", "b")
    assert frame_of_nodes(from_text(NESTED))["aone"] == ("a",)


def test_switch_and_exit_may_have_been_pruned() -> None:
    pruned = SINGLE.replace("    aExit = Exit(aSwitch) T=int32\n", "")
    (frame,) = find_frames(from_text(pruned))
    assert frame.variables[0].exit is None


def test_a_graph_without_loops_has_no_frames() -> None:
    assert find_frames(from_text("x = Placeholder() dtype=float32")) == ()


def test_two_conditions_in_one_frame_are_refused() -> None:
    twice = SINGLE + "\n    second = LoopCond(aLess)"
    with pytest.raises(GraphError, match="two loops share one frame name"):
        find_frames(from_text(twice))


def test_loops_that_share_a_frame_name_are_told_apart() -> None:
    """A graph that is imported twice has the same frame names twice, inner ones too."""
    inner = while_loop("~g_new = Tanh(~g) T=float32\n", {"g": "a/while/h"}, {}, scope="a/while/b")
    inner = inner.replace("Enter(zero)", "Enter(a/while/none)").replace(
        "Enter(steps)", "Enter(a/while/limit)"
    )
    body = "~none = Const(^~h) dtype=int32; value=tensor(int32, 0)\n~h_new = Identity(~b/while/g_exit) T=float32\n"
    loop = while_loop(body, {"h": "x"}, {}, scope="a") + inner
    again = loop.replace("a/while/", "copy/a/while/").replace("Enter(x)", "Enter(a/while/h_exit)")
    graph = from_text(f"{STEPS}\nx = Placeholder() dtype=float32\n{loop}{again}")
    frames = find_frames(graph)
    assert [each.loop_cond for each in frames] == [
        "a/while/b/while/cond", "copy/a/while/b/while/cond", "a/while/cond", "copy/a/while/cond",
    ]  # fmt: skip
    assert len({each.name for each in frames}) == 4
    assert [each.parent for each in frames[:2]] == [each.name for each in frames[2:]]
    assert [len(each.nodes) for each in frames[::2]] == [len(each.nodes) for each in frames[1::2]]
