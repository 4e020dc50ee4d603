"""Numbers by which noise is blended with none."""

import pytest

from tests.discovery.model_text import FORWARD, flow_of
from tf1compat.analysis.idioms.noise.governors import forward_noise
from tf1compat.analysis.idioms.noise.sites import find_noise
from tf1compat.discovery.training_mode.blends import find_blends

BLEND = """
    on = Placeholder() dtype=float32; shape=shape()
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    one = Const() dtype=float32; value=tensor(float32, {0})
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    test = Less(drawn, half) T=float32
    mask = Cast(test) SrcT=bool; DstT=float32
    dropped = Mul(logits, mask) T=float32
    off = Sub(one, on) T=float32
    first = Mul({1}, dropped) T=float32
    second = Mul({2}, {3}) T=float32
    blended = AddV2(first, second) T=float32
"""


def blends(*parts: str) -> list[tuple[str, object, str]]:
    flow = flow_of(FORWARD + BLEND.format(*parts))
    found = find_blends(flow, forward_noise(flow, find_noise(flow.graph)))
    return [(str(each.tensor), each.value, each.role) for each in found]


@pytest.mark.parametrize(("on", "off", "value"), [("on", "off", 0.0), ("off", "on", 1.0)])
def test_a_number_is_set_to_where_there_is_no_noise(on: str, off: str, value: float):
    assert blends("1.0", on, off, "logits") == [("on:0", value, "is_training")]


@pytest.mark.parametrize(
    "parts",
    [
        ("2.0", "on", "off", "logits"),  # no share of one
        ("1.0", "on", "on", "logits"),
        ("1.0", "on", "off", "dropped"),  # noise either way
    ],
)
def test_other_sums_are_no_blend(parts: tuple[str, ...]):
    assert blends(*parts) == []


def test_without_noise_nothing_is_looked_for():
    flow = flow_of(FORWARD)
    assert find_blends(flow, ()) == []
