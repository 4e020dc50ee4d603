"""With which chance a value is drawn."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.quantiles import Quantiles, values_at
from tf1compat.names import TensorRef

CHANCES = {
    "mask = Round(u)\ny = Pack(mask, two) N=2": {0.0: 0.25, 1.0: 0.25, 2.0: 0.5},
    "sum = Add(quarter, u)\ny = Floor(sum) T=float32": {0.0: 0.75, 1.0: 0.25},
    "y = Round(u) T=float32": {0.0: 0.5, 1.0: 0.5},
    "y = Greater(n, zero) T=float32": {0.0: 0.5, 1.0: 0.5},
    "test = Less(u, quarter)\ny = Select(test, two, one) T=float32": {1.0: 0.75, 2.0: 0.25},
    "test = Less(u, quarter)\nmask = Cast(test) SrcT=bool; DstT=float32\ny = RealDiv(mask, quarter) T=float32": {
        0.0: 0.75,
        4.0: 0.25,
    },
    "low = Const() dtype=int32; value=tensor(int32, 0)\nhigh = Const() dtype=int32; value=tensor(int32, 4)\n"
    "drawn = RandomUniformInt(shape, low, high) T=int32; Tout=int32\ny = Greater(drawn, low) T=int32": {
        0.0: 0.25,
        1.0: 0.75,
    },
    "chances = Const() dtype=float32; value=tensor(float32, [[0.25, 0.75]])\nlogits = Log(chances)\n"
    "count = Const() dtype=int32; value=tensor(int32, 3)\ny = Multinomial(logits, count) T=float32": {
        0.0: 0.25,
        1.0: 0.75,
    },
}


@pytest.mark.parametrize("text", CHANCES)
def test_each_value_has_its_chance(text: str):
    numbers = Quantiles(drawn(text)).of(TensorRef("y"))
    assert numbers is not None
    assert values_at(numbers) == pytest.approx(CHANCES[text], abs=1e-3)


@pytest.mark.parametrize(
    ("text", "mean", "spread"),
    [
        ("y = Mul(n, half) T=float32", 0.0, 0.5),
        ("y = Add(n, one) T=float32", 1.0, 1.0),
        ("y = Sub(u, half) T=float32", 0.0, 12**-0.5),
        ("y = TruncatedNormal(shape) dtype=float32", 0.0, 0.8796),
    ],
)
def test_mean_and_deviation_are_those_of_the_distribution(text: str, mean: float, spread: float):
    numbers = Quantiles(drawn(text)).of(TensorRef("y"))
    assert numbers is not None
    assert (numbers.mean(), numbers.std()) == pytest.approx((mean, spread), abs=2e-3)


def test_two_draws_do_not_go_together():
    other = "v = RandomUniform(shape) T=int32; dtype=float32\n"
    alike, apart = (Quantiles(drawn(other + f"y = Sub(u, {each})")).of(TensorRef("y")) for each in "uv")
    assert alike is not None
    assert apart is not None
    assert alike.std() == 0
    assert apart.std() == pytest.approx(6**-0.5, abs=1e-2)


def test_scores_that_are_computed_of_the_data_tell_no_chance():
    text = "count = Const() dtype=int32; value=tensor(int32, 1)\ny = Multinomial(x, count) T=float32"
    assert Quantiles(drawn(text)).of(TensorRef("y")) is None
