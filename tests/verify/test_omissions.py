"""What a model is published without: signatures and raw states that fail, but no answer, and nothing that was named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plan.test_omissions import PLAN
from tf1compat.verify.comparison import CaseResult, Comparison, OutputDifference
from tf1compat.verify.omissions import lesser_plan


def output(alias: str, excess: float = -1.0) -> OutputDifference:
    return OutputDifference(alias, "float32", "float32", (2,), (2,), max(excess, 0.0), 0.0, excess)


def case(signature: str, **excess: float) -> CaseResult:
    return CaseResult(signature, "batch 2", tuple(output(alias, each) for alias, each in excess.items()))


def lesser(*cases: CaseResult, asked: bool = False) -> tuple[dict[str, list[str]], list[str]] | None:
    compared = (case("start", state=-1.0), *cases)
    comparison = Comparison(compared, 1e-5, 1e-5, "original graph", 1, "2.21")
    found = lesser_plan(replace(PLAN, asked=asked), comparison)
    if found is None:
        return None
    given = {each.name: [one.alias for one in each.outputs] for each in found.signatures}
    return given, [each.reason for each in found.hazards]


RIGHT = case("serving_default", y=-1.0, state=-1.0)
STEP = case("step", y=-1.0, state=-1.0)


def test_what_passed_needs_nothing_less():
    assert lesser(RIGHT, STEP) is None


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (case("step", y=0.5), "'y': it differs from what the original gives by up to 5.0e-01 (batch 2)"),
        (replace(STEP, failure="no kernel"), "the migrated model did not run it (no kernel)"),
        (
            CaseResult("step", "batch 2", refused="no"),
            "it is not proven, as the original ran no case of it (no)",
        ),
    ],
)
def test_a_step_that_fails_is_left_out(step: CaseResult, why: str):
    given, hazards = lesser(RIGHT, step) or ({}, [])
    assert given == {"serving_default": ["y", "state"]}
    assert hazards[0] == f"the signature 'step' is left out: {why}"
    assert lesser(RIGHT, step, asked=True) is None


def test_a_raw_state_that_differs_is_left_out_where_an_answer_is_equal():
    given, hazards = lesser(case("serving_default", y=-1.0, state=0.5), STEP) or ({}, [])
    assert given["serving_default"] == ["y"]
    assert "the output 'state' of 'serving_default' is left out" in hazards[0]


@pytest.mark.parametrize(
    "default",
    [
        case("serving_default", y=0.5, state=-1.0),
        case("serving_default", y=0.5, state=0.5),
        case("serving_default", state=0.5),
        replace(RIGHT, failure="no kernel"),
        CaseResult("serving_default", "batch 2", refused="no"),
    ],
)
def test_an_answer_that_fails_keeps_all_from_being_published(default: CaseResult):
    assert lesser(default, case("step", y=0.5)) is None
