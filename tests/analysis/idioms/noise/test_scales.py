"""The constants that make up for what a mask takes away."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.quantiles import Quantiles
from tf1compat.analysis.idioms.noise.scales import scales_of
from tf1compat.analysis.idioms.noise.sites import find_noise

MASK = """
    four = Const() dtype=float32; value=tensor(float32, 4.0)
    other = Const() dtype=float32; value=tensor(float32, 0.25)
    test = Less(u, quarter)
    mask = Cast(test) SrcT=bool; DstT=float32
"""
SCALED = {
    "before the mask": "scaled = RealDiv(x, other)\ny = Mul(scaled, mask)",
    "in the mask": "scaled = RealDiv(mask, other)\ny = Mul(x, scaled)",
    "after the mask": "m = Mul(x, mask)\ny = RealDiv(m, other)",
    "past what hands on": "m = Mul(x, mask)\nsame = Identity(m)\ny = RealDiv(same, other)",
    "in a choice": "nothing = ZerosLike(x)\nscaled = RealDiv(x, other)\ny = Select(test, scaled, nothing)",
    "after a selection": "places = Where(test)\nvalues = GatherV2(x, places, zero)\ny = RealDiv(values, other)",
}


def scales(text: str) -> dict[str, float]:
    graph = drawn(MASK + text)
    quantiles = Quantiles(graph)
    found = (each for noise in find_noise(graph) for each in scales_of(graph, noise, quantiles))
    return {str(ref): value for ref, value in found}


@pytest.mark.parametrize("place", SCALED)
def test_the_chance_to_keep_is_a_scale_as_a_divisor_and_its_inverse_as_a_factor(place: str):
    assert scales(SCALED[place]) == {"other:0": 1.0}
    times_four = SCALED[place].replace("RealDiv", "Mul").replace("other", "four")
    assert scales(times_four) == {"four:0": 1.0}


@pytest.mark.parametrize("place", SCALED)
def test_any_other_factor_is_the_author_s_own(place: str):
    assert scales(SCALED[place].replace("other", "half")) == {}
    assert scales(SCALED[place].replace("other", "four")) == {}


def test_of_two_scales_the_one_at_the_mask_is_meant():
    """Zoneout scales what is dropped down again."""
    assert scales("s = RealDiv(x, other)\nm = Mul(s, mask)\ny = RealDiv(m, quarter)") == {"other:0": 1.0}


RESTORED = """
    value = Const() dtype=float32; value=tensor(float32, -1.758)
    kept = Mul(x, mask)
    rest = Sub(one, mask)
    standing_in = Mul(value, rest)
    both = Add(kept, standing_in)
    a = Const() dtype=float32; value=tensor(float32, {0})
    b = Const() dtype=float32; value=tensor(float32, {1})
    scaled = Mul(a, both)
    y = Add(scaled, b)
"""


def test_what_restores_mean_and_variance_goes_with_a_value_that_stands_in():
    factor = (0.25 * (1 + 0.75 * 1.758**2)) ** -0.5
    shift = factor * 1.758 * 0.75
    assert scales(RESTORED.format(factor, shift)) == {"a:0": 1.0, "b:0": 0.0}
    assert scales(RESTORED.format(factor + 0.1, shift)) == {}
