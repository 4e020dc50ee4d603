"""Branches that begin or end after a number of training's steps."""

import pytest

from tests.discovery.model_text import FORWARD, flow_of
from tf1compat.discovery.training_mode.delays import find_delays

STEPS = """
    step = VariableV2() dtype=int64; shape=shape()
    one = Const() dtype=int64; value=tensor(int64, 1)
    more = {0}
    delay = Const() dtype=int64; value=tensor(int64, 100)
    later = {1} T=int64
"""
COUNTED = "AssignAdd(step, one) T=int64"


def delays(comparison: str, counting: str = COUNTED) -> list[tuple[str, object, str]]:
    found = find_delays(flow_of(FORWARD + STEPS.format(counting, comparison)))
    return [(str(each.tensor), each.value, each.role) for each in found]


@pytest.mark.parametrize(
    ("comparison", "value"),
    [
        ("GreaterEqual(step, delay)", True), ("Greater(delay, step)", False), ("Less(step, delay)", False),
        ("LessEqual(delay, step)", True), ("Equal(step, delay)", False), ("NotEqual(step, delay)", True),
    ],
)  # fmt: skip
def test_a_finished_training_is_beyond_any_number(comparison: str, value: bool):
    assert delays(comparison) == [("later:0", value, "is_training")]


def test_steps_are_told_by_what_is_added_to_them():
    assert delays("Greater(step, delay)", "Assign(step, delay) T=int64") == []
    assert delays("Greater(step, delay)", "AssignSub(step, one) T=int64") == []


def test_two_numbers_of_steps_are_not_compared_with_a_number():
    assert delays("Greater(step, step)") == []
