"""What was not compared is not proven: no verdict passes over a signature without a value of the original's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tf1compat.verify.comparison import CaseResult, Comparison, OutputDifference, Unproven


def output(alias: str = "y", shape: tuple[int, ...] = (2, 3), **changes: Any) -> OutputDifference:
    return replace(OutputDifference(alias, "float32", "float32", shape, shape, 0.0, 0.0, -1e-5), **changes)


def case(*outputs: OutputDifference, signature: str = "serving_default", **changes: Any) -> CaseResult:
    return CaseResult(signature, "batch 2", outputs, **changes)


def comparison(*cases: CaseResult, allow: tuple[str, ...] = ()) -> Comparison:
    return Comparison(cases, 1e-5, 1e-5, "original graph", 1, "2.21.0", allow)


RANDOM = output("z", drawn=True)
WRONG = output(excess=1.0)


@pytest.mark.parametrize(
    ("cases", "unproven"),
    [
        ((case(refused="no"),), Unproven("serving_default", "refused", refusal="no")),
        ((case(RANDOM),), Unproven("serving_default", "drawn", ("z",))),
        ((case(output(shape=(0, 3))),), Unproven("serving_default", "empty")),
        ((case(output("all_classes", (3,))),), Unproven("serving_default", "empty")),
        ((case(RANDOM), case(output(shape=(0, 3)))), Unproven("serving_default", "drawn", ("z",))),
        ((case(output(), with_itself=True), case(refused="no")), Unproven("serving_default", "refused", refusal="no")),
        ((case(output()), case(RANDOM, signature="step")), Unproven("step", "drawn", ("z",))),
        ((case(output()), case(output(shape=(0,)), signature="step")), Unproven("step", "empty")),
    ],
)  # fmt: skip
def test_a_signature_of_which_no_value_was_compared_does_not_pass(
    cases: tuple[CaseResult, ...], unproven: Unproven
) -> None:
    found = comparison(*cases)
    assert not found.passed
    assert found.unproven == (unproven,)


def test_one_value_of_each_signature_is_enough() -> None:
    found = comparison(case(refused="no"), case(RANDOM, output()), case(output(), signature="step"))
    assert found.passed
    assert found.unproven == ()


def test_no_case_at_all_does_not_pass() -> None:
    assert not comparison().passed


def test_random_outputs_pass_where_all_of_them_are_allowed() -> None:
    both = case(RANDOM, output("n", drawn=True))
    assert comparison(both, allow=("z", "n")).passed
    assert comparison(both, allow=("z",)).unproven == (Unproven("serving_default", "drawn", ("z", "n")),)


def test_what_is_allowed_to_be_random_excuses_nothing_else() -> None:
    assert not comparison(case(output(shape=(0, 3))), allow=("y",)).passed
    assert not comparison(case(refused="no"), allow=("y",)).passed
    assert not comparison(case(replace(RANDOM, excess=float("inf"))), allow=("z",)).passed


def test_what_differs_is_disproved_and_not_unproven() -> None:
    assert not comparison(case(WRONG)).passed
    assert comparison(case(WRONG)).unproven == ()
