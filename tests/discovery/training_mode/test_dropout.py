"""What decides a mask, and what looks like dropout and is none."""

import pytest

from tests.discovery.model_text import FORWARD, flow_of
from tests.discovery.training_mode.test_freezes import NEW_DROPOUT, OLD_DROPOUT
from tf1compat.discovery.training_mode.dropout import find_masks, find_origin, near_masks
from tf1compat.discovery.training_mode.freezes import find_freezes

FED = "keep = Placeholder() dtype=float32; shape=shape()"
CONSTANT = "keep = Const() dtype=float32; value=tensor(float32, 0.5)"
#: By hand, scaled by a constant that was worked out when the graph was built.
READY_SCALED = """
    rate = Const() dtype=float32; value=tensor(float32, 0.75)
    scale = Const() dtype=float32; value=tensor(float32, 4.0)
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    above = GreaterEqual(drawn, rate) T=float32
    scaled = Mul(logits, scale) T=float32
    nothing = ZerosLike(logits) T=float32
    dropped = SelectV2(above, scaled, nothing) T=float32
"""
EXPLORING = """
    keep = Placeholder() dtype=float32; shape=shape()
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    explores = Less(drawn, keep) T=float32
    other = Neg(logits) T=float32
    chosen = Select(explores, other, logits) T=float32
"""


def frozen(text: str) -> list[tuple[str, float]]:
    return [(str(each.tensor), each.value) for each in find_freezes(flow_of(FORWARD + text))]


def test_a_constant_that_also_scales_is_a_rate():
    assert frozen(OLD_DROPOUT.replace(FED, CONSTANT)) == [("keep:0", 1.0)]


def test_a_constant_without_any_scaling_is_noise_that_the_author_may_have_meant():
    assert frozen(OLD_DROPOUT.replace(FED, CONSTANT).replace("RealDiv(logits, keep)", "Neg(logits)")) == []


def test_a_scale_that_was_worked_out_before_goes_with_its_rate():
    assert frozen(READY_SCALED) == [("rate:0", 0.0), ("scale:0", 1.0)]
    _, scale = find_freezes(flow_of(FORWARD + READY_SCALED))
    assert str(scale.follows) == "rate:0"
    assert frozen(READY_SCALED.replace("float32, 4.0", "float32, 3.0")) == []


def test_a_constant_that_does_more_than_drop_out_is_left_as_it_is():
    shared = "used = Mul(logits, keep) T=float32\n    probabilities = Softmax(used) T=float32\n"
    assert frozen(OLD_DROPOUT.replace(FED, CONSTANT) + shared) == []


def test_a_rate_that_is_worked_out_is_frozen_where_it_comes_out():
    step = "step = VariableV2() dtype=float32; shape=shape()\n"
    worked = step + "    keep = Exp(step) T=float32; _output_shapes=[shape()]"
    assert frozen(OLD_DROPOUT.replace(FED, worked)) == [("keep:0", 1.0)]


def test_a_rate_that_is_learned_is_left_to_what_was_learned():
    learned = "keep = VariableV2() dtype=float32; shape=shape()"
    trained = "\n    step = ApplyGradientDescent(keep, width, width) T=float32\n"
    assert frozen(OLD_DROPOUT.replace(FED, learned)) == [("keep:0", 1.0)]
    assert frozen(OLD_DROPOUT.replace(FED, learned) + trained) == []


def test_a_random_choice_between_two_values_is_exploration_and_no_dropout():
    assert frozen(EXPLORING) == []


@pytest.mark.parametrize(("dropout", "neutral"), [(OLD_DROPOUT, 1.0), (NEW_DROPOUT, 1.0)])
def test_the_origin_is_what_the_author_would_set(dropout: str, neutral: float):
    flow = flow_of(FORWARD + dropout)
    (mask,) = find_masks(flow)
    origin = find_origin(flow, mask, near_masks(flow, [mask]))
    assert origin is not None
    assert (str(origin.tensor), origin.neutral) == ("keep:0", neutral)
