"""The ops that read an input say what its values are: one relative a way of writing it."""

from __future__ import annotations

import pytest

from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.verify.inputs.value_demands import (
    MASK,
    ONE_HOT,
    PIXELS,
    PROBABILITIES,
    UNIT,
    Demand,
    demand_of,
)

HEAD = """
    x = Placeholder() dtype=float32; shape=shape(None, 8, 8, 3)
    h = Placeholder() dtype=float32; shape=shape(None, 8, 8, 3)
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    two = Const() dtype=float32; value=tensor(float32, 2.0)
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    tiny = Const() dtype=float32; value=tensor(float32, 1e-08)
    far = Const() dtype=float32; value=tensor(float32, -10000.0)
    c255 = Const() dtype=float32; value=tensor(float32, 255.0)
    c127 = Const() dtype=float32; value=tensor(float32, 127.5)
    share = Const() dtype=float32; value=tensor(float32, 0.003921569)
    vgg = Const() dtype=float32; value=tensor(float32, [123.68, 116.779, 103.939])
    mean = Const() dtype=float32; value=tensor(float32, [0.485, 0.456, 0.406])
    std = Const() dtype=float32; value=tensor(float32, [0.229, 0.224, 0.225])
    many = Const() dtype=float32; value=tensor(float32, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    axis = Const() dtype=int32; value=tensor(int32, 1)
"""


def demanded(*lines: str, start: str = "x", whole: bool = False) -> Demand | None:
    text = HEAD + "\n".join(f"    {line}" for line in lines)
    return demand_of(from_text(text), TensorRef(start), whole=whole)


@pytest.mark.parametrize(
    "lines",
    [
        ("y = RealDiv(x, c255) T=float32",),
        ("y = Mul(x, share) T=float32",),
        ("y = Mul(share, x) T=float32",),
        ("d = RealDiv(x, c127) T=float32", "y = Sub(d, one) T=float32"),
        ("d = Sub(x, c127) T=float32", "y = RealDiv(d, c127) T=float32"),
        ("d = RealDiv(x, c255) T=float32", "e = Sub(d, half) T=float32", "y = Mul(e, two) T=float32"),
        ("d = Sub(x, vgg) T=float32", "y = Relu(d) T=float32"),
        ("s = Split(axis, x) num_split=3; T=float32", "m = Mean(vgg, axis) T=float32", "y = Sub(s:1, c127) T=float32"),
        ("r = ResizeBilinear(x, axis) T=float32", "y = RealDiv(r, c255) T=float32"),
        ("d = RealDiv(x, c255) T=float32", "e = Sub(d, mean) T=float32", "y = RealDiv(e, std) T=float32"),
    ],
)  # fmt: skip
def test_a_normalisation_of_pixels_shows_their_range(lines: tuple[str, ...]) -> None:
    assert demanded(*lines) == PIXELS


@pytest.mark.parametrize(
    "lines",
    [
        ("d = Sub(x, mean) T=float32", "y = RealDiv(d, std) T=float32"),
        ("d = Mul(x, two) T=float32", "y = Sub(d, one) T=float32"),
        ("d = Mul(x, c255) T=float32", "y = Sub(d, vgg) T=float32"),
        ("d = Sub(x, half) T=float32", "y = Mul(d, two) T=float32"),
    ],
)
def test_shares_of_full_brightness_lie_between_zero_and_one(lines: tuple[str, ...]) -> None:
    assert demanded(*lines) == UNIT


def test_standardised_numbers_lie_around_their_mean() -> None:
    found = demanded("d = Sub(x, c127) T=float32", "y = RealDiv(d, two) T=float32")
    assert found == Demand("range", 123.5, 131.5)


@pytest.mark.parametrize(
    "lines",
    [
        ("y = RealDiv(x, h) T=float32",),
        ("y = Mul(x, many) T=float32",),
        ("y = Mul(x, two) T=float32",),
        ("y = Add(x, one) T=float32",),
        ("y = MatMul(x, h) T=float32",),
        ("t = RealDiv(h, x) T=float32",),
    ],
)
def test_other_arithmetic_says_nothing(lines: tuple[str, ...]) -> None:
    assert demanded(*lines) is None


@pytest.mark.parametrize(
    "lines",
    [
        ("y = Cast(x) SrcT=float32; DstT=bool",),
        ("d = Sub(one, x) T=float32", "y = Mul(d, far) T=float32"),
        ("e = ExpandDims(x, axis) T=float32", "d = Sub(one, e) T=float32", "y = Mul(d, far) T=float32"),
        ("p = Mul(h, x) T=float32", "n = Sum(x, axis) T=float32", "y = RealDiv(p, n) T=float32"),
        ("n = Sum(x, axis) T=float32", "m = Maximum(n, one) T=float32", "y = RealDiv(h, m) T=float32"),
    ],
)
def test_what_is_left_out_by_it_makes_a_mask(lines: tuple[str, ...]) -> None:
    assert demanded(*lines) == MASK


def test_integers_that_multiply_activations_are_a_mask_and_numbers_are_not() -> None:
    lines = ("c = Cast(x) SrcT=int32; DstT=float32", "y = Mul(c, h) T=float32")
    assert demanded(*lines, whole=True) == MASK
    assert demanded(*lines) is None


def test_what_is_called_a_mask_is_one_where_nothing_else_is_said() -> None:
    assert demanded("input_mask = Placeholder() dtype=float32", start="input_mask") == MASK


@pytest.mark.parametrize(
    "lines",
    [
        ("y = Log(x) T=float32",),
        ("p = Add(x, tiny) T=float32", "y = Log(p) T=float32"),
        ("y = SoftmaxCrossEntropyWithLogits(h, x) T=float32",),
    ],
)
def test_a_distribution_is_what_logarithms_and_entropies_take(lines: tuple[str, ...]) -> None:
    assert demanded(*lines) == PROBABILITIES


@pytest.mark.parametrize(
    ("lines", "low", "high"),
    [
        (("d = Sub(one, x) T=float32", "y = Log(d) T=float32"), 0.02, 0.98),
        (("y = Sqrt(x) T=float32",), 0.0, 3.0),
        (("d = Add(x, two) T=float32", "y = Rsqrt(d) T=float32"), -1.95, 1.0),
        (("y = Pow(x, half) T=float32",), 0.05, 3.0),
        (("y = Acos(x) T=float32",), -1.0, 1.0),
    ],
)  # fmt: skip
def test_functions_that_are_not_defined_everywhere_bound_their_argument(
    lines: tuple[str, ...], low: float, high: float
) -> None:
    found = demanded(*lines)
    assert found is not None
    assert found.kind == "range"
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


def test_the_class_that_is_read_off_a_row_makes_it_one_hot() -> None:
    assert demanded("y = ArgMax(x, axis) T=float32") == ONE_HOT


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("cut = Softmax(x) T=float32", PROBABILITIES),
        ("cut = Sigmoid(x) T=float32", UNIT),
        ("cut = OneHot(x, axis) T=float32", ONE_HOT),
        ("cut = Relu(x) T=float32", Demand("range", 0.0, 3.0)),
        ("more = Greater(x, one) T=float32\n    cut = Cast(more) SrcT=bool; DstT=float32", MASK),
        ("cut = MatMul(x, h) T=float32", None),
    ],
)
def test_where_the_graph_is_cut_the_op_before_says_what_it_gives(line: str, found: Demand | None) -> None:
    assert demanded(line, start="cut") == found
