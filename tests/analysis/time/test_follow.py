"""What becomes of the steps of a sequence, op by op."""

from __future__ import annotations

import pytest

from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.shapes.free import Question, walked
from tf1compat.analysis.shapes.walk import Changes
from tf1compat.analysis.time.networks import Network, time_axis
from tf1compat.analysis.time.time_axis import NO_TIME, TimeAxis
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

LAST, MIXED, COUNTED = TimeAxis("last"), TimeAxis("mixed"), TimeAxis("counted")
ALONG, FIRST, FLAT = TimeAxis("along", 1), TimeAxis("along", 0), TimeAxis("flat", 1)
GIVEN = """
    x = Placeholder() dtype=float32; shape=shape(None, None, 3)
    ids = Placeholder() dtype=int32; shape=shape(None, None)
    lengths = Placeholder() dtype=int32; shape=shape(None)
    w = Const() dtype=float32; value=tensor(float32, [[1.0], [2.0], [3.0]])
    row = Const() dtype=float32; value=tensor(float32, [1.0, 2.0, 3.0])
    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    two = Const() dtype=int32; value=tensor(int32, 2)
    minus = Const() dtype=int32; value=tensor(int32, -1)
    swap = Const() dtype=int32; value=tensor(int32, [1, 0, 2])
    flat_sizes = Const() dtype=int32; value=tensor(int32, [-1, 3])
    flat = Reshape(x, flat_sizes) T=float32; _output_shapes=[shape(None, 3)]
    sizes = Shape(x) T=float32
"""


def steps_of(line: str, tensor: str = "y", networks: tuple[Network, ...] = ()) -> TimeAxis:
    lengths, ref = TensorRef("lengths"), TensorRef.parse(tensor)
    sequence = {0: BATCH, 1: TIME}
    axes = {TensorRef("x"): sequence, TensorRef("ids"): sequence, lengths: {0: BATCH}}
    question = Question(
        from_text(GIVEN + line), {}, axes, frozenset(axes), (ref,), networks=networks,
        lengths=frozenset({"lengths"}),
    )  # fmt: skip
    changes, grown = Changes(inputs={each: dict(at) for each, at in axes.items()}), True
    while grown:
        walk, grown = walked(question, changes)
    return time_axis(walk, ref)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("y = Tanh(x) T=float32", ALONG),
        ("y = Mul(x, row) T=float32", ALONG),
        ("y = Transpose(x, swap) T=float32", FIRST),
        ("y = ExpandDims(x, zero) T=float32", TimeAxis("along", 2)),
        ("y = ExpandDims(x, two) T=float32", ALONG),
        ("y = GatherV2(w, ids, zero) Tparams=float32", ALONG),
        ("y = OneHot(ids, two, one, zero) axis=-1", ALONG),
        ("y = Softmax(x) T=float32", ALONG),
        ("y = Sum(x, two) T=float32", ALONG),
        ("y = Mean(x, zero) T=float32", FIRST),
        ("y = Identity(flat) T=float32", FLAT),
        ("y = MatMul(flat, w) T=float32", FLAT),
        ("y = Reshape(flat, sizes) T=float32", ALONG),
        ("y = ConcatV2(x, x, two) N=2; T=float32", ALONG),
        ("y = Shape(x) T=float32", NO_TIME),
        ("y = Neg(w) T=float32", NO_TIME),
    ],
)
def test_steps_stay_apart(line: str, expected: TimeAxis) -> None:
    assert steps_of(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "y = Mean(x, one) T=float32",
        "y = Max(x, one) T=float32",
        "y = Softmax(ids) T=float32",
        "y = ReverseV2(x, one) T=float32",
        "y = Cumsum(x, one) T=float32",
        "y = ConcatV2(x, x, one) N=2; T=float32",
        "y = Conv2D(x, w) T=float32",
        "y = MatMul(flat, w) T=float32; transpose_a=True",
        "y = AnythingNew(x) T=float32",
        "t = Transpose(x, swap) T=float32\ny = AddV2(x, t) T=float32",
        "t = Transpose(x, swap) T=float32; _output_shapes=[shape(None, None, 3)]\ny = Reshape(t, sizes) T=float32",
        "o = Placeholder() dtype=float32; shape=shape(None, None, 3)\ny = AddV2(x, o) T=float32",
    ],
)
def test_steps_are_mixed(line: str) -> None:
    assert steps_of(line) == MIXED


def sliced(begin: str, end: str, masks: str) -> str:
    return (
        f"b = Const() dtype=int32; value=tensor(int32, {begin})\ne = Const() dtype=int32; value=tensor(int32, {end})\n"
        f"s = Const() dtype=int32; value=tensor(int32, {[1] * (begin.count(',') + 1)})\n"
        f"y = StridedSlice(x, b, e, s) T=float32; {masks}"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (sliced("[0, -1]", "[0, 0]", "begin_mask=1; end_mask=1; shrink_axis_mask=2"), LAST),
        (sliced("[0, 0]", "[0, 1]", "begin_mask=1; end_mask=1; shrink_axis_mask=2"), MIXED),
        (sliced("[0, 1]", "[0, 0]", "begin_mask=1; end_mask=3; shrink_axis_mask=0"), MIXED),
        (sliced("[0, 0]", "[0, 0]", "begin_mask=3; end_mask=3; shrink_axis_mask=0"), ALONG),
        (sliced("[0]", "[1]", "begin_mask=0; end_mask=0; shrink_axis_mask=1"), FIRST),
    ],
    ids=["last step", "first step", "all but the first", "all steps", "one example"],
)
def test_of_a_slice_only_the_last_step_or_all_are_kept(line: str, expected: TimeAxis) -> None:
    assert steps_of(line) == expected


def test_the_step_that_the_lengths_point_at_is_the_last() -> None:
    last = "last = Sub(lengths, one) T=int32\n"
    assert steps_of(last + "y = GatherNd(x, last) Tparams=float32") == LAST
    other = "where = Placeholder() dtype=int32; shape=shape(None)\n"
    assert steps_of(other + "y = GatherNd(x, where) Tparams=float32") == MIXED


def test_what_came_last_does_not_reach_the_steps() -> None:
    last = "last = Sub(lengths, one) T=int32\nend = GatherNd(x, last) Tparams=float32\n"
    assert steps_of(last + "y = Tanh(end) T=float32") == LAST
    assert steps_of(last + "y = AddV2(x, end) T=float32") == MIXED


def test_steps_may_be_counted_but_not_in_a_step() -> None:
    counted = "used = Sign(ids) T=int32\ny = Sum(used, one) T=int32\n"
    assert steps_of(counted) == COUNTED
    assert steps_of(counted + "z = Mul(x, y) T=float32", "z") == MIXED


def test_a_network_that_takes_one_step_at_a_time_gives_one_at_a_time() -> None:
    made = "rnn = Op(x) T=float32\n"
    outputs, final = TensorRef("rnn"), TensorRef("rnn", 1)
    network = Network(((TensorRef("x"), ALONG),), {outputs: ALONG}, frozenset({final}))
    assert steps_of(made, "rnn", (network,)) == ALONG
    assert steps_of(made, "rnn:1", (network,)) == LAST
    elsewhere = Network(((TensorRef("x"), FIRST),), {outputs: ALONG}, frozenset({final}))
    assert steps_of(made, "rnn", (elsewhere,)) == MIXED
