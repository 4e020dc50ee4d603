"""Loops, branches and TensorArrays around the steps of a sequence: where they stay apart."""

from __future__ import annotations

import pytest

from tests.analysis.time.test_follow import ALONG, FIRST, MIXED, steps_of

BRANCHES = """
    choice = Placeholder() dtype=bool; shape=shape()
    some = Max(x, all) T=float32
    all = Const() dtype=int32; value=tensor(int32, [0, 1, 2])
    limit = Const() dtype=float32; value=tensor(float32, 1.0)
    chosen = Less(some, limit) T=float32
    switch = Switch(x, {0}) T=float32
    left = Tanh(switch) T=float32
    right = Neg(switch:1) T=float32
    y = Merge(left, right) N=2; T=float32
"""


@pytest.mark.parametrize(("choice", "expected"), [("choice", ALONG), ("chosen", MIXED)])
def test_a_branch_keeps_what_both_sides_keep_unless_the_data_chooses_it(choice: str, expected: object):
    assert steps_of(BRANCHES.format(choice)) == expected


def test_branches_that_lie_otherwise_are_not_of_one_step():
    turned = "left = Tanh(switch) T=float32", "left = Transpose(switch, swap) T=float32"
    assert steps_of(BRANCHES.format("choice").replace(*turned)) == MIXED


LOOP = """
    three = Const() dtype=int32; value=tensor(int32, 3)
    e = Enter(zero) T=int32; frame_name="f"
    v = Enter(x) T=float32; frame_name="f"
    n = Enter(three) T=int32; frame_name="f"; is_constant=True
    at = Merge(e, at_next) N=2; T=int32
    value = Merge(v, value_next) N=2; T=float32
    less = Less(at, n) T=int32
    go = LoopCond(less)
    at_switch = Switch(at, go) T=int32
    value_switch = Switch(value, go) T=float32
    at_one = Const(^at_switch) dtype=int32; value=tensor(int32, 1)
    at_new = Add(at_switch:1, at_one) T=int32
    at_next = NextIteration(at_new) T=int32
    axis = Const(^at_switch) dtype=int32; value=tensor(int32, 1)
    value_new = {0} T=float32
    value_next = NextIteration(value_new) T=float32
    y = Exit(value_switch) T=float32
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Tanh(value_switch:1)", ALONG),
        ("Cumsum(value_switch:1, axis)", MIXED),
    ],
)
def test_a_loop_over_something_else_keeps_what_its_body_keeps(body: str, expected: object):
    assert steps_of(LOOP.format(body)) == expected


ARRAYS = """
    first = Transpose(x, swap) T=float32
    count_sizes = Shape(first) T=float32
    begin = Const() dtype=int32; value=tensor(int32, [0])
    end = Const() dtype=int32; value=tensor(int32, [1])
    count = StridedSlice(count_sizes, begin, end, end) T=int32; Index=int32; shrink_axis_mask=1
    all = Range(zero, count, one) Tidx=int32
    given = TensorArrayV3(count) dtype=float32
    filled = TensorArrayScatterV3(given, all, first, given:1) T=float32
    made = TensorArrayV3(count) dtype=float32
    e = Enter(zero) T=int32; frame_name="f"
    f = Enter(made:1) T=float32; frame_name="f"
    n = Enter(count) T=int32; frame_name="f"; is_constant=True
    g = Enter(given) T=resource; frame_name="f"; is_constant=True
    h = Enter(made) T=resource; frame_name="f"; is_constant=True
    p = Enter(filled) T=float32; frame_name="f"; is_constant=True
    at = Merge(e, at_next) N=2; T=int32
    flow = Merge(f, flow_next) N=2; T=float32
    less = Less(at, n) T=int32
    go = LoopCond(less)
    at_switch = Switch(at, go) T=int32
    flow_switch = Switch(flow, go) T=float32
    at_one = Const(^at_switch) dtype=int32; value=tensor(int32, 1)
    at_new = Add(at_switch:1, at_one) T=int32
    at_next = NextIteration(at_new) T=int32
    step = TensorArrayReadV3(g, at_switch:1, p) dtype=float32
    new = Tanh(step) T=float32
    written = TensorArrayWriteV3(h, {0}, new, flow_switch:1) T=float32
    flow_next = NextIteration(written) T=float32
    done = Exit(flow_switch) T=float32
    y = TensorArrayGatherV3(made, {1}, done) dtype=float32
    backwards = ReverseV2(all, begin) T=int32
"""


@pytest.mark.parametrize(
    ("place", "order", "expected"),
    [
        ("at_switch:1", "all", FIRST),
        ("at_new", "all", MIXED),
        ("at_switch:1", "backwards", MIXED),
    ],
)
def test_steps_that_are_taken_one_a_turn_and_put_back_stay_apart(place: str, order: str, expected: object):
    assert steps_of(ARRAYS.format(place, order)) == expected
