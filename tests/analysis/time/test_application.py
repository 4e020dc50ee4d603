"""One application of an unrolled network in the place of all of them."""

from __future__ import annotations

import pytest

from tf1compat.analysis.time.application import TAKERS, Application, one_application
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

STEPS = """
    x = Placeholder() dtype=float32; shape=shape(2, 2, 3)
    start = Placeholder() dtype=float32; shape=shape(2, 3)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    {0}
    first = Add({1}, start) T=float32
    last = Add({2}, first) T=float32
    {3}
"""
UNSTACKED = "steps = Unpack(x) num=2; T=float32; axis=1", "steps:0", "steps:1"
STACKED = "y = Pack(first, last) N=2; T=float32; axis=1"
JOINED = "y = ConcatV2(first, last, axis) N=2; T=float32; Tidx=int32"


def applied(taken: tuple[str, str, str], joined: str) -> Graph:
    graph = from_text(STEPS.format(*taken, joined))
    exchanged = {TensorRef("first"): TensorRef("start")}
    return one_application(graph, Application(2, (TensorRef.parse(taken[2]),), ("y",), exchanged))


def test_the_last_application_takes_the_one_step_and_the_state_of_the_first():
    graph = applied(UNSTACKED, STACKED)
    step, state = graph["last"].inputs
    assert (graph.producer(step).op, graph.producer(step).inputs) == ("Squeeze", (TensorRef("x"),))
    assert state == TensorRef("start")
    assert graph["y"].inputs == (TensorRef("last"),)
    assert lint(graph) == ()


def test_steps_that_were_put_end_to_end_are_the_last_one_itself():
    graph = applied(UNSTACKED, JOINED)
    assert (graph["y"].op, graph["y"].inputs) == ("Identity", (TensorRef("last"),))


SLICED = (
    """
    begins = Const() dtype=int32; value=tensor(int32, [0, 1, 0])
    ends = Const() dtype=int32; value=tensor(int32, [0, 2, 0])
    ones = Const() dtype=int32; value=tensor(int32, [1, 1, 1])
    zeros = Const() dtype=int32; value=tensor(int32, [0, 0, 0])
    at_0 = StridedSlice(x, zeros, ones, ones) T=float32; begin_mask=5; end_mask=5; shrink_axis_mask=2
    at_1 = StridedSlice(x, begins, ends, ones) T=float32; begin_mask=5; end_mask=5; shrink_axis_mask=2
    """,
    "at_0:0",
    "at_1:0",
)


def test_a_slice_takes_the_first_step_where_there_is_no_other():
    graph = applied(SLICED, STACKED)
    taken = graph.producer(graph["last"].inputs[0])
    bounds = [graph.producer(ref).attrs["value"] for ref in taken.inputs[1:3]]
    assert [each.array.tolist() for each in bounds] == [[0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("op", ["Unpack", "Split", "SplitV", "StridedSlice", "Slice"])
def test_all_ways_to_take_a_step_are_known(op: str):
    assert op in TAKERS
