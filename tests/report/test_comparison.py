from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from tf1compat.report import render
from tf1compat.report.comparison import summarize, to_document, to_json
from tf1compat.verify.comparison import CaseResult


def text(comparison) -> str:
    return render.text(to_document(comparison))


def test_an_output_is_summed_up_over_its_cases(comparison):
    probabilities, state = summarize(comparison)
    assert (probabilities.alias, probabilities.cases, probabilities.largest_absolute) == (
        "probabilities",
        2,
        3e-7,
    )
    assert probabilities.shapes == ((3, 5), (1, 5))
    assert (state.alias, state.cases, state.passed) == ("state", 1, True)


def test_text_gives_figures_refusals_and_verdict(comparison):
    report = text(comparison)
    assert "serving_default  probabilities  2        float32  [1..3, 5]  3.0e-07" in report
    assert "serving_default  batch 0  TensorArray has size zero" in report
    assert "The same model: every output of 2 cases is within the tolerance." in report
    assert "What went wrong" not in report


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "probabilities differs by up to 1.0e-01"),
        ({"largest_absolute": math.nan, "excess": math.nan}, "probabilities differs by up to nan"),
        ({"found_dtype": "float64"}, "probabilities is float64, the original gives float32"),
        ({"found_shape": (3, 4)}, "probabilities has shape [3, 4], the original gives [3, 5]"),
    ],
)
def test_a_difference_fails_and_is_explained(comparison, output, changes, sentence):
    bad = CaseResult("serving_default", "batch 9", (output("probabilities", 0.1, **changes),))
    report = text(replace(comparison, cases=(*comparison.cases, bad)))
    assert f"* serving_default: batch 9\n    {sentence}\n" in report
    assert "NOT THE SAME MODEL: 1 of 3 cases outside the tolerance." in report
    assert "DIFFERS" in report


def test_a_migrated_model_that_does_not_run_is_reported(comparison):
    broken = CaseResult("serving_default", "batch 9", failure="no kernel for Foo")
    assert "the migrated model did not run: no kernel for Foo" in text(replace(comparison, cases=(broken,)))


def test_a_signature_that_was_never_compared_is_not_proven(comparison):
    step = CaseResult("step", "batch 1", refused="no")
    report = text(replace(comparison, cases=(*comparison.cases, step)))
    assert "NOT PROVEN: the original ran no case of step" in report


def test_no_case_at_all_is_not_proven(comparison):
    assert "NOT PROVEN: the original ran no case of anything" in text(replace(comparison, cases=()))


def test_random_outputs_alone_are_not_proven_and_what_to_do_is_said(comparison, output):
    drawn = CaseResult("serving_default", "batch 3", (output("samples", 0.0, drawn=True),))
    found = replace(comparison, cases=(drawn,))
    report = " ".join(text(found).split())
    assert "NOT PROVEN: no value of serving_default was compared, as samples differ" in report
    assert "--allow-random samples" in report
    assert to_json(found)["unproven"] == [
        {"signature": "serving_default", "reason": "drawn", "outputs": ["samples"]}
    ]
    allowed = replace(found, allow_random=("samples",))
    assert "The same model: every output of 1 case is within the tolerance, but for samples" in " ".join(
        text(allowed).split()
    )


def test_outputs_without_an_element_are_not_proven(comparison, output):
    empty = CaseResult(
        "serving_default", "batch 0", (output("y", 0.0, expected_shape=(0,), found_shape=(0,)),)
    )
    report = " ".join(text(replace(comparison, cases=(empty,))).split())
    assert (
        "NOT PROVEN: no output of serving_default had a value to compare; give inputs of your own" in report
    )


def test_json_holds_summary_and_cases(comparison):
    data = to_json(comparison)
    assert data["passed"] is True
    assert data["outputs"][0] == {
        "signature": "serving_default",
        "output": "probabilities",
        "cases": 2,
        "dtypes": ["float32"],
        "shapes": [[3, 5], [1, 5]],
        "largest_absolute": 3e-7,
        "largest_relative": 3e-7,
        "passed": True,
        "drawn": False,
    }
    assert [case["passed"] for case in data["cases"]] == [True, True, None]
    assert data["cases"][2]["refused"] == "TensorArray has size zero"


def test_json_stays_strict_where_a_difference_is_no_number(comparison, output):
    odd = CaseResult(
        "serving_default",
        "odd",
        (output("a", math.nan), output("b", math.inf), output("c", None, found_shape=(1,))),
    )
    data = json.loads(
        render.json_text(to_json(replace(comparison, cases=(odd,)))), parse_constant=pytest.fail
    )
    assert [each["largest_absolute"] for each in data["cases"][0]["outputs"]] == ["NaN", "Infinity", None]
    assert data["passed"] is False


def test_nan_wins_over_every_number_in_a_summary(comparison, output):
    cases = tuple(CaseResult("s", str(value), (output("a", value),)) for value in (1.0, math.nan, 2.0))
    (summary,) = summarize(replace(comparison, cases=cases))
    assert math.isnan(summary.largest_absolute)


def test_shapes_of_different_ranks_are_listed(comparison, output):
    cases = tuple(
        CaseResult("s", str(shape), (output("a", 0.0, expected_shape=shape, found_shape=shape),))
        for shape in ((), (2,))
    )
    assert "[] [2]" in text(replace(comparison, cases=cases))
