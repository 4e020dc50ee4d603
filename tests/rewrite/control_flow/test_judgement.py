"""Frames that have no functional form, each with the node that says why."""

from __future__ import annotations

import pytest

from tests.discovery.loop_text import STEPS, while_loop
from tf1compat.graph.draft import Draft
from tf1compat.graph.frames import find_frames
from tf1compat.graph.text import from_text
from tf1compat.rewrite.control_flow.judgement import objection

LOOP = (
    STEPS
    + "\nstart = Placeholder() dtype=float32\n"
    + while_loop("~h_new = Tanh(~h) T=float32\n", {"h": "start"}, {}, scope="a")
)


def objection_to(text: str) -> tuple[str, str] | None:
    graph = from_text(text)
    (frame,) = find_frames(graph)
    mismatch = objection(Draft(graph), frame, frame.nodes)
    return None if mismatch is None else (mismatch.at, mismatch.reason)


def test_a_loop_that_carries_values_and_lets_them_out_is_fine() -> None:
    assert objection_to(LOOP + "y = Tanh(a/while/h_exit) T=float32") is None


def test_one_who_reads_past_the_exit_is_named() -> None:
    at, reason = objection_to(LOOP + "late = NoOp(^a/while/h_exit)\nexit = Exit(a/while/h_switch) T=float32\n"
                                     "odd = Tanh(exit) T=float32") or ("", "")  # fmt: skip
    assert at == "odd"
    assert reason.startswith("reads 'exit' out of a while loop")


@pytest.mark.parametrize("merge", ["Merge(a/while/h_enter, a/while/h_next, a/while/h_next)"])
def test_a_variable_with_three_values_is_named(merge: str) -> None:
    at, reason = objection_to(LOOP.replace("Merge(a/while/h_enter, a/while/h_next)", merge)) or ("", "")
    assert (at, "joins 3 values" in reason) == ("a/while/h_merge", True)


def test_a_loop_without_variables_is_named() -> None:
    text = "p = Placeholder() dtype=bool\ngo = Enter(p) T=bool; frame_name='f'; is_constant=True\nc = LoopCond(go)"
    at, _ = objection_to(text) or ("", "")
    assert at == "c"
