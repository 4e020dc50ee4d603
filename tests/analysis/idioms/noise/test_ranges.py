"""Between which numbers lies what is made of random numbers."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.ranges import Ranges
from tf1compat.names import TensorRef

#: What is one number, whatever is drawn.
POINTS = {
    "sum = Add(one, u)\ny = Floor(sum) T=float32": 1,
    "rest = Sub(one, u)\ny = Ceil(rest) T=float32": 1,
    "rest = Sub(one, u)\ny = Sign(rest) T=float32": 1,
    "sum = Add(half, u)\ny = Round(sum) T=float32": 1,
    "y = Less(u, one) T=float32": 1,
    "y = LessEqual(u, one) T=float32": 1,
    "y = Greater(u, zero) T=float32": 1,
    "y = GreaterEqual(u, zero) T=float32": 1,
    "y = Less(u, zero) T=float32": 0,
    "y = Greater(two, u) T=float32": 1,
    "wide = Mul(u, two)\nturned = Sub(wide, one)\ny = Less(turned, one) T=float32": 1,
    "y = Mul(n, zero) T=float32": 0,
    "none = Mul(n, zero)\ny = Add(none, one) T=float32": 1,
    "test = Less(u, one)\ny = Cast(test) SrcT=bool; DstT=float32": 1,
    "test = Less(u, one)\nnot = LogicalNot(test)\ny = Cast(not) SrcT=bool; DstT=float32": 0,
    "sum = Add(one, u)\ny = Cast(sum) SrcT=float32; DstT=int32": 1,
    "test = Less(u, one)\ny = Select(test, two, u) T=float32": 2,
    "y = NotEqual(u, two) T=float32": 1,
    "truncated = TruncatedNormal(shape) dtype=float32\nbound = Add(two, two)\ny = Less(truncated, bound)": 1,
    "y = Fill(shape, two) T=float32": 2,
    "y = OnesLike(u) T=float32": 1,
    "sum = Add(one, u)\nmask = Floor(sum)\ny = Pack(mask, one) N=2": 1,
}
#: What is not.
OPEN = [
    "sum = Add(half, u)\ny = Floor(sum) T=float32",
    "sum = Add(keep, u)\ny = Floor(sum) T=float32",
    "y = Round(u) T=float32",
    "sum = Add(one, u)\nmask = Floor(sum)\ny = Pack(mask, two) N=2",
    "y = Less(u, half) T=float32",
    "y = Greater(n, zero) T=float32",
    "y = Mul(x, zero) T=float32",
    "y = RealDiv(one, n) T=float32",
    "y = Equal(u, half) T=float32",
    "y = Square(u) T=float32",
    "test = Less(u, half)\ny = Select(test, two, one) T=float32",
    "y = Unheard(u) T=float32",
]


@pytest.mark.parametrize("text", POINTS)
def test_what_is_one_number_whatever_is_drawn(text: str):
    assert Ranges(drawn(text)).point(TensorRef("y")) == POINTS[text]


@pytest.mark.parametrize("text", OPEN)
def test_what_depends_on_what_is_drawn_or_fed(text: str):
    assert Ranges(drawn(text)).point(TensorRef("y")) is None


def test_an_assumption_makes_a_number_of_a_tensor():
    graph = drawn("sum = Add(keep, u)\ny = Floor(sum) T=float32")
    assert Ranges(graph, {TensorRef("keep"): 1.0}).point(TensorRef("y")) == 1
    assert Ranges(graph, {TensorRef("keep"): 0.0}).point(TensorRef("y")) == 0
    assert Ranges(graph, {TensorRef("keep"): 0.5}).point(TensorRef("y")) is None


def test_whole_numbers_lie_between_their_ends():
    text = """
        low = Const() dtype=int32; value=tensor(int32, 1)
        high = Const() dtype=int32; value=tensor(int32, 4)
        y = RandomUniformInt(shape, low, high) Tout=int32; T=int32
    """
    numbers = Ranges(drawn(text)).of(TensorRef("y"))
    assert numbers is not None
    assert numbers.tolist() == [1, 3]


def test_a_quotient_whose_divisor_passes_through_zero_is_not_known():
    assert Ranges(drawn("y = RealDiv(one, n) T=float32")).of(TensorRef("y")) is None
    bounded = Ranges(drawn("far = Add(u, one)\ny = RealDiv(one, far) T=float32")).of(TensorRef("y"))
    assert bounded is not None
    assert bounded.tolist() == pytest.approx([0.5, 1.0])


CARRIED = """
    test = Less(u, one) T=float32
    mask = Cast(test) SrcT=bool; DstT=float32
    enter = Enter(mask) T=float32; frame_name="f"
    merge = Merge(enter, next) T=float32; N=2
    going = LoopCond(flag)
    flag = Placeholder() dtype=bool
    switch = Switch(merge, going) T=float32
    inside = Identity(switch:1) T=float32
    next = NextIteration({0}) T=float32
    y = Identity(inside) T=float32
"""


def test_what_a_loop_hands_on_as_it_is_stays_what_it_was():
    assert Ranges(drawn(CARRIED.format("inside"))).point(TensorRef("y")) == 1
    assert (
        Ranges(drawn("changed = Neg(inside) T=float32\n" + CARRIED.format("changed"))).point(TensorRef("y"))
        is None
    )
