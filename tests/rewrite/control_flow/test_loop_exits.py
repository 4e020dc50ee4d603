"""Each variable of a loop leaves it by one Switch and one Exit."""

from __future__ import annotations

import pytest

from tests.discovery.loop_text import STEPS, while_loop
from tf1compat.errors import RewriteError
from tf1compat.graph.frames import find_frames
from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.control_flow.loop_exits import lead_out_once
from tf1compat.rewrite.control_flow.loops import functionalise_loops

LOOP = (
    STEPS
    + "\nstart = Placeholder() dtype=float32\nw = Placeholder() dtype=float32\n"
    + while_loop("~h_new = MatMul(~h, ~w) T=float32\n", {"h": "start"}, {"w": "w"}, scope="a")
)


def test_a_second_exit_reads_the_first() -> None:
    text = LOOP + "again = Exit(a/while/h_switch) T=float32\ny = Tanh(again) T=float32\n"
    graph = lead_out_once(from_text(text)).graph
    assert graph["again"].op == "Identity"
    assert graph["again"].inputs == (TensorRef("a/while/h_exit"),)
    assert lint(functionalise_loops(graph).graph) == ()


def test_a_second_switch_is_the_first() -> None:
    text = LOOP + "twice = Switch(a/while/h_merge, a/while/cond) T=float32\ny = Exit(twice) T=float32\n"
    graph = lead_out_once(from_text(text)).graph
    assert graph["y"].inputs == (TensorRef("a/while/h_exit"),)
    (frame,) = find_frames(graph)
    assert "y" not in frame.nodes


def test_what_is_computed_on_the_way_out_moves_out() -> None:
    text = (
        LOOP
        + """
        product = MatMul(a/while/h_switch, a/while/w) T=float32
        counted = Mul(product, a/while/scaled) T=float32
        a/while/scaled = Cast(a/while/step_merge) SrcT=int32; DstT=float32
        y = Exit(counted) T=float32
    """
    )
    graph = lead_out_once(from_text(text)).graph
    assert lint(graph) == ()
    assert graph["y"].op == "Identity"
    assert graph["product"].inputs == (TensorRef("a/while/h_exit"), TensorRef("w"))
    scaled = graph.input(graph["counted"], 1)
    assert scaled.inputs == (TensorRef("a/while/step_exit"),)
    (frame,) = find_frames(graph)
    assert not {"product", "counted", "y", scaled.name} & frame.nodes
    assert lint(functionalise_loops(graph).graph) == ()


def test_an_exit_that_was_pruned_is_made_anew() -> None:
    text = LOOP.replace("a/while/h_exit = Exit(a/while/h_switch) T=float32", "")
    graph = lead_out_once(
        from_text(text + "last = Tanh(a/while/h_switch) T=float32\ny = Exit(last) T=float32")
    ).graph
    assert graph.input(graph["last"], 0).op == "Exit"
    assert lint(functionalise_loops(graph).graph) == ()


def test_plain_loops_are_left_alone() -> None:
    graph = from_text(LOOP)
    assert lead_out_once(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    text = LOOP + "last = Tanh(a/while/h_switch) T=float32\ny = Exit(last) T=float32\n"
    once = lead_out_once(from_text(text))
    assert once.count == 2
    again = lead_out_once(once.graph)
    assert (again.graph, again.count) == (once.graph, 0)


@pytest.mark.parametrize("read", ["a/while/h_switch:1", "a/while/h_next"])
def test_what_has_no_value_on_the_way_out_is_refused(read: str) -> None:
    text = LOOP + f"both = Add(a/while/h_switch, {read}) T=float32\ny = Exit(both) T=float32\n"
    with pytest.raises(RewriteError, match=r"has no value|where it"):
        lead_out_once(from_text(text))


def test_a_loop_that_begins_on_the_way_out_is_refused() -> None:
    text = LOOP + "deeper = Enter(a/while/h_switch) T=float32; frame_name='other'\n"
    with pytest.raises(RewriteError, match=r"'deeper' \(Enter\)"):
        lead_out_once(from_text(text))
