"""What a loop takes of sequences by the number of its turn, and what it computes with that number."""

from __future__ import annotations

import pytest

from tf1compat.analysis.time.in_turn import (
    collected_along,
    number_felt,
    sequence_read,
    taken_in_turn,
    turn_of,
)
from tf1compat.analysis.time.same_slice import first_like
from tf1compat.graph.frames import find_frames
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

LOOP = """
    x = Placeholder() dtype=float32; shape=shape(2, 3, 4)
    zero = Const() dtype=int32; value=tensor(int32, {begin})
    three = Const() dtype=int32; value=tensor(int32, 3)
    h0 = Const() dtype=float32; value=tensor(float32, [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    w/x = Enter(x) T=float32; frame_name="f"; is_constant=True
    w/n = Enter(three) T=int32; frame_name="f"; is_constant=True
    w/e = Enter(zero) T=int32; frame_name="f"
    w/h = Enter(h0) T=float32; frame_name="f"
    w/at = Merge(w/e, w/at_next) N=2; T=int32
    w/state = Merge(w/h, w/state_next) N=2; T=float32
    w/less = Less(w/at, w/n) T=int32
    w/go = LoopCond(w/less)
    w/at_switch = Switch(w/at, w/go) T=int32
    w/state_switch = Switch(w/state, w/go) T=float32
    w/one = Const(^w/at_switch) dtype=int32; value=tensor(int32, 1)
    w/none = Const(^w/at_switch) dtype=int32; value=tensor(int32, 0)
    w/all = Const(^w/at_switch) dtype=int32; value=tensor(int32, [-1, 1, -1])
    w/ones = Const(^w/at_switch) dtype=int32; value=tensor(int32, [1, 1])
    w/at_new = Add(w/at_switch:1, w/one) T=int32
    w/at_next = NextIteration(w/at_new) T=int32
    w/begin = Pack(w/none, w/at_switch:1) N=2; T=int32; axis=0
    w/end = Pack(w/none, w/at_new) N=2; T=int32; axis=0
    w/each = StridedSlice(w/x, w/begin, w/end, w/ones) T=float32; begin_mask=1; end_mask=1; shrink_axis_mask=2
    w/again = StridedSlice(w/x, w/begin, w/end, w/ones) T=float32; begin_mask=1; end_mask=1; shrink_axis_mask=2
    w/row = GatherV2(w/x, w/at_switch:1, w/one) Tparams=float32; Tindices=int32; Taxis=int32
    w/place = Pack(w/none, w/at_switch:1, w/none) N=3; T=int32; axis=0
    w/slice = Slice(w/x, w/place, w/all) T=float32; Index=int32
    w/number = Cast(w/at_switch:1) SrcT=int32; DstT=float32
    w/new = Add(w/state_switch:1, {added}) T=float32
    w/state_next = NextIteration(w/new) T=float32
    w/exit = Exit(w/state_switch) T=float32
"""


def loop(added: str = "w/each", begin: int = 0) -> Graph:
    return from_text(LOOP.format(added=added, begin=begin))


@pytest.mark.parametrize("name", ["w/each", "w/row", "w/slice"])
def test_a_slice_or_a_gather_by_the_loop_s_number_takes_a_step(name: str):
    graph = loop()
    assert taken_in_turn(graph, graph[name]) == (TensorRef("w/x"), 1)


def test_a_number_that_does_not_begin_with_the_first_step_takes_none():
    graph = loop(begin=1)
    assert turn_of(graph, TensorRef("w/at_switch", 1)) == ""
    assert taken_in_turn(graph, graph["w/each"]) is None


def test_what_enters_is_a_sequence_where_each_turn_takes_its_own_step_alone():
    assert sequence_read(loop(), "w/x") == 1
    mixed = LOOP.format(added="w/mean", begin=0) + "w/mean = Sum(w/x, w/one) T=float32\n"
    assert sequence_read(from_text(mixed), "w/x") is None


@pytest.mark.parametrize(("added", "node"), [("w/each", None), ("w/number", "w/number")])
def test_a_number_that_a_state_comes_of_is_told_with_its_node(added: str, node: str | None):
    graph = loop(added)
    (frame,) = find_frames(graph)
    (counter,) = (each for each in frame.variables if each.merge == "w/at")
    assert number_felt(graph, frame, counter) == node


def test_the_same_slice_made_twice_is_one():
    graph = loop()
    assert first_like(graph, TensorRef("w/again")) == TensorRef("w/each")
    assert first_like(graph, TensorRef("w/row")) == TensorRef("w/row")


COLLECTED = """
    w/grown = ConcatV2(w/state_switch:1, w/each, w/{axis}) N=2; T=float32; Tidx=int32
"""


@pytest.mark.parametrize(("rows", "expected"), [("shape(0, 4)", 0), ("shape(2, 4)", None)])
def test_a_value_that_grows_from_nothing_is_collected(rows: str, expected: int | None):
    text = LOOP.format(added="w/each", begin=0).replace("NextIteration(w/new)", "NextIteration(w/grown)")
    begun = "h0 = Placeholder() dtype=float32; shape=" + rows
    lines = [begun if line.strip().startswith("h0 =") else line for line in text.splitlines()]
    graph = from_text("\n".join(lines) + COLLECTED.format(axis="none"))
    (frame,) = find_frames(graph)
    (variable,) = (each for each in frame.variables if each.merge == "w/state")
    assert collected_along(graph, frame, variable) == expected


LENGTHS = """
    w/lengths_enter = Enter(zero) T=int32; frame_name="f"; is_constant=False
    w/lengths = Merge(w/lengths_enter, w/lengths_next) T=int32; N=2
    w/lengths_switch = Switch(w/lengths, w/go_on) T=int32
    w/later = Add(w/at_switch:1, w/lengths_switch:1) T=int32
    w/lengths_next = NextIteration(w/later) T=int32
    w/lengths_exit = Exit(w/lengths_switch) T=int32
"""


def test_lengths_that_a_loop_writes_down_are_nothing_that_comes_of_the_number():
    text = LOOP.format(added="w/each", begin=0)
    names = {"go_on": next(each.split()[0] for each in text.splitlines() if "= LoopCond(" in each)}
    graph = from_text(text + LENGTHS.replace("w/go_on", names["go_on"]))
    (frame,) = find_frames(graph)
    (counter,) = (each for each in frame.variables if each.merge == "w/at")
    assert number_felt(graph, frame, counter) is None
    assert number_felt(graph, frame, counter, {"w/lengths_exit"}) == "w/later"
