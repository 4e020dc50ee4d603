"""Steps of one against one run, on a model that adds up what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.plan.model import AxesPlan, InputBinding, SignaturePlan, StatePlan, StepPlan
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.judge import Tolerance
from tf1compat.verify.reloaded.fresh import Answer
from tf1compat.verify.stepwise import stepwise

FLOAT = DType("float32")
EXACT = Tolerance(1e-5, 1e-5)
OUTPUTS = (AxesPlan("sums", None, 1), AxesPlan("flat", None, 1, flat=True), AxesPlan("end", 0, None))


def unmoved(case: Case, expected: Answer, weights: bool) -> dict[str, Any]:
    """A model that is well-conditioned."""
    return {}


def signature(time: int | None = None) -> SignaturePlan:
    inputs = (
        InputBinding("x", TensorRef("x"), FLOAT, Shape.of(None, time)),
        InputBinding("lengths", TensorRef("lengths"), DType("int32"), Shape.of(None)),
        InputBinding("state", TensorRef("zeros"), FLOAT, Shape.of(None)),
    )
    axes = (AxesPlan("x", 0, 1), AxesPlan("lengths", 0, None, counts=True))
    return SignaturePlan("step", inputs, (), StepPlan((StatePlan("state", "zeros", None),), axes, OUTPUTS))


def case(batch: int, time: int, name: str = "case") -> Case:
    x = np.arange(batch * time, dtype=np.float32).reshape(batch, time) + 1
    feeds = {"x": x, "lengths": np.ones(batch, np.int32), "state": np.full(batch, 10, np.float32)}
    return Case("step", name, feeds)


class Adder:
    """Answers with running sums; `forgets` makes it begin with zero each time."""

    def __init__(self, forgets: bool = False) -> None:
        self.forgets = forgets
        self.asked: list[Case] = []

    def __call__(self, cases: Sequence[Case]) -> list[Answer]:
        self.asked += cases
        return [Answer(self.outputs(each.feeds)) for each in cases]

    def outputs(self, feeds: Any) -> dict[str, Any]:
        start = feeds["state"] * (not self.forgets)
        sums = start[:, None] + np.cumsum(feeds["x"], axis=1)
        return {"sums": sums, "flat": sums.reshape(-1), "end": sums[:, -1], "state": sums[:, -1]}


def test_steps_that_carry_the_state_come_to_the_same() -> None:
    adder = Adder()
    result = stepwise(signature(), [case(2, 3)], adder, EXACT, unmoved)
    assert result is not None
    assert result.passed
    assert result.case == "3 steps of one against one run of 3 (case)"
    assert [each.alias for each in result.outputs] == ["sums", "flat", "end", "state"]
    assert len(adder.asked) == 4


def test_lengths_are_full_in_the_run_and_one_in_each_step() -> None:
    adder = Adder()
    stepwise(signature(), [case(2, 3)], adder, EXACT, unmoved)
    assert [each.feeds["lengths"].tolist() for each in adder.asked] == [[3, 3], [1, 1], [1, 1], [1, 1]]


def test_a_state_that_is_lost_is_seen() -> None:
    result = stepwise(signature(), [case(2, 3)], Adder(forgets=True), EXACT, unmoved)
    assert result is not None
    assert not result.passed
    assert {each.alias for each in result.outputs if not each.passed} == {"sums", "flat", "end", "state"}


def test_the_longest_case_is_taken_and_empty_ones_are_not() -> None:
    result = stepwise(
        signature(), [case(0, 9, "empty"), case(1, 2), case(2, 5, "long")], Adder(), EXACT, unmoved
    )
    assert result is not None
    assert result.case.endswith("(long)")


def test_there_is_nothing_to_compare_with_one_step_or_a_fixed_number_of_them() -> None:
    assert stepwise(signature(), [case(2, 1)], Adder(), EXACT, unmoved) is None
    assert stepwise(signature(time=3), [case(2, 3)], Adder(), EXACT, unmoved) is None
    assert stepwise(SignaturePlan("step", (), ()), [case(2, 3)], Adder(), EXACT, unmoved) is None


def test_a_step_that_does_not_run_is_a_failure() -> None:
    def broken(cases: Sequence[Case]) -> list[Answer]:
        return [
            Answer({}, "no kernel") if each.name.startswith("step") else Adder()([each])[0] for each in cases
        ]

    result = stepwise(signature(), [case(2, 3)], broken, EXACT, unmoved)
    assert result is not None
    assert result.failure == "no kernel"


def test_steps_may_differ_by_as_much_as_the_whole_run_itself_moves() -> None:
    def moves(case: Case, expected: Answer, weights: bool) -> dict[str, Any]:
        return {alias: np.full(value.shape, 100.0) for alias, value in expected.outputs.items()}

    result = stepwise(signature(), [case(2, 3)], Adder(forgets=True), EXACT, moves)
    assert result is not None
    assert result.passed
    assert [each.original_moves for each in result.outputs] == [100.0] * 4


def test_sequences_of_different_lengths_are_stepped_as_far_as_the_shortest_goes():
    whole = signature()
    both = SignaturePlan(
        "step",
        (*whole.inputs, InputBinding("other", TensorRef("other"), FLOAT, Shape.of(None, None))),
        (),
        StepPlan(
            whole.step.states if whole.step else (),
            (AxesPlan("x", 0, 1), AxesPlan("lengths", 0, None, counts=True), AxesPlan("other", 0, 1)),
            OUTPUTS,
        ),
    )
    ran = case(2, 5)
    unequal = Case("step", "unequal", {**ran.feeds, "other": np.zeros((2, 3), np.float32)})
    adder = Adder()
    result = stepwise(both, [unequal], adder, EXACT, unmoved)
    assert result is not None
    assert result.passed
    assert adder.asked[0].feeds["x"].shape == (2, 3)
    assert len(adder.asked) == 4
