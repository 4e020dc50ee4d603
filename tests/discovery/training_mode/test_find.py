"""Switches in every guise: numbers, variables, constants, and such as choose a rate without any branch."""

import pytest

from tests.discovery.model_text import FORWARD, flow_of
from tests.discovery.training_mode.test_freezes import NEW_DROPOUT, OLD_DROPOUT, SWITCHED
from tf1compat.analysis.idioms.noise.governors import forward_noise
from tf1compat.analysis.idioms.noise.sites import find_noise
from tf1compat.discovery.training_mode.find import find_switches

HELD = "training = VariableV2() dtype=bool; shape=shape()"
FED = "training = Placeholder() dtype=bool; shape=shape()"
CONSTANT = "training = Const() dtype=bool; value=tensor(bool, {})"
IN_BRANCH = (
    OLD_DROPOUT.replace(
        "Placeholder() dtype=float32; shape=shape()", "Const() dtype=float32; value=tensor(float32, 0.5)"
    ).replace("(logits", "(choice:1")
    + "choice = Switch(logits, training) T=float32\n"
    + "joined = Merge(choice, dropped) T=float32\n"
)


def switches(text: str) -> list[tuple[str, object]]:
    flow = flow_of(FORWARD + text)
    return [
        (str(each.tensor), each.value)
        for each in find_switches(flow, forward_noise(flow, find_noise(flow.graph)))
    ]


def test_a_variable_is_a_switch():
    assert switches(SWITCHED.replace(FED, HELD)) == [("training:0", False)]


def test_the_handle_of_a_variable_is_a_switch():
    handle = (
        "training = VarHandleOp() dtype=bool; shape=shape()\n    now = ReadVariableOp(training) dtype=bool"
    )
    assert switches(SWITCHED.replace(FED, handle).replace("(logits, training)", "(logits, now)")) == [
        ("training:0", False)
    ]


def test_a_learning_phase_may_be_a_number():
    phase = (
        "training = Placeholder() dtype=uint8; shape=shape()\n    now = Cast(training) SrcT=uint8; DstT=bool"
    )
    assert switches(SWITCHED.replace(FED, phase).replace("(logits, training)", "(logits, now)")) == [
        ("training:0", 0)
    ]


@pytest.mark.parametrize(("name", "expected"), [("phase", [("phase:0", 0)]), ("time", [])])
def test_a_number_that_is_compared_is_a_switch_only_where_it_is_called_so(
    name: str, expected: list[tuple[str, object]]
):
    compared = (
        f"{name} = Placeholder() dtype=int32; shape=shape()\n    one = Const() dtype=int32; value=tensor(int32, 1)\n"
        f"    now = Equal({name}, one) T=int32"
    )
    assert (
        switches(SWITCHED.replace(FED, compared).replace("(logits, training)", "(logits, now)")) == expected
    )


def test_a_constant_that_keeps_dropout_on_is_a_switch():
    assert switches(IN_BRANCH + CONSTANT.format(True)) == [("training:0", False)]


def test_a_constant_that_keeps_dropout_off_is_left_as_it_is():
    assert switches(IN_BRANCH + CONSTANT.format(False)) == []


def test_a_constant_before_a_mere_draw_is_none_of_the_kind():
    assert switches(SWITCHED.replace(FED, CONSTANT.format(True))) == []


RATES = {
    "by a branch": """
        side = Switch(training, training) T=bool
        taken = Identity(side:1) T=bool
        left = Identity(side) T=bool
        low = Const(^taken) dtype=float32; value=tensor(float32, 0.5)
        full = Const(^left) dtype=float32; value=tensor(float32, 1.0)
        keep = Merge(full, low) T=float32
    """,
    "by a selection": """
        low = Const() dtype=float32; value=tensor(float32, 0.5)
        full = Const() dtype=float32; value=tensor(float32, 1.0)
        keep = Select(training, low, full) T=float32
    """,
    "by arithmetic": """
        number = Cast(training) SrcT=bool; DstT=float32
        half = Const() dtype=float32; value=tensor(float32, 0.5)
        full = Const() dtype=float32; value=tensor(float32, 1.0)
        lost = Mul(half, number) T=float32
        keep = Sub(full, lost) T=float32
    """,
}


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("dropout", [OLD_DROPOUT, NEW_DROPOUT])
def test_a_switch_that_chooses_the_rate_is_turned_to_no_dropout(rate: str, dropout: str):
    made = dropout.replace("keep = Placeholder() dtype=float32; shape=shape()", FED + RATES[rate])
    assert switches(made) == [("training:0", False)]


SELECTED = """
    training = Placeholder() dtype=bool; shape=shape()
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    noisy = Add(logits, drawn) T=float32
    chosen = Select(training, noisy, logits) T=float32
"""


def test_a_selection_between_noise_and_none_is_a_switch():
    assert switches(SELECTED) == [("training:0", False)]
    assert switches(SELECTED.replace("training, noisy, logits", "training, logits, noisy")) == [
        ("training:0", True)
    ]


def test_a_selection_by_flags_that_are_all_one_switch_is_understood():
    flags = SELECTED.replace("Select(training,", "Select(flags,") + "flags = Fill(shape, training) T=bool\n"
    assert switches(flags) == [("training:0", False)]


def test_a_switch_that_gives_the_sizes_of_flags_is_none():
    sizes = SELECTED.replace("Select(training,", "Select(flags,").replace("dtype=bool", "dtype=int32")
    flags = "on = Const() dtype=bool; value=tensor(bool, True)\nflags = Fill(training, on) T=bool\n"
    assert switches(sizes + flags) == []
