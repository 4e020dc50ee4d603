"""How much was covered is said in every format."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tf1compat.report import render
from tf1compat.report.comparison import to_document, to_json
from tf1compat.verify.comparison import CaseResult
from tf1compat.verify.coverage import BranchCoverage, Coverage, TableCoverage


@pytest.fixture
def covered(comparison, output):
    cases = (
        CaseResult("serving_default", "batch 3", (
            output("probabilities", 3e-7), output("noise", 0.0, drawn=True),
            output("nothing", 0.0, expected_shape=(0,), found_shape=(0,)),
        )),
    )  # fmt: skip
    found = Coverage(
        "serving_default", 3, {"batch": {1: 1, 5: 2}, "time": {7: 3}},
        (TableCoverage("embedding", "embedding", 40, 10), TableCoverage("words", "lookup", 3, 3)),
        (BranchCoverage("cond/pred", (False, True)), BranchCoverage("large", (True,))),
        ("decoder/embedding",),
    )  # fmt: skip
    return replace(comparison, cases=cases, coverage=(found,))


def test_text_says_what_was_reached(covered):
    lines = [" ".join(line.split()) for line in render.text(to_document(covered)).splitlines()]
    assert lines[lines.index("What was covered") :][4:12] == [
        "serving_default sizes of batch 1 (1 case), 5 (2 cases)",
        "serving_default sizes of time 7 (3 cases)",
        "serving_default rows of embedding 10 of 40 (25 %)",
        "serving_default keys of words 3 of 3 (100 %)",
        "serving_default branches taken both ways 1 of 2; large always yes",
        "serving_default outputs: values compared probabilities",
        "serving_default outputs: only shape compared nothing",
        "serving_default outputs: drawn at random, only shape compared noise",
    ]
    assert "Inside loops, so not looked at: decoder/embedding." in lines


@pytest.mark.parametrize("form", [render.markdown, render.html])
def test_the_other_formats_say_it_too(covered, form):
    report = form(to_document(covered))
    assert "What was covered" in report
    assert "10 of 40 (25 %)" in report


def test_json_has_the_figures(covered):
    assert to_json(covered)["coverage"] == [
        {
            "signature": "serving_default",
            "cases": 3,
            "sizes": {"batch": {"1": 1, "5": 2}, "time": {"7": 3}},
            "tables": [
                {"table": "embedding", "kind": "embedding", "size": 40, "touched": 10},
                {"table": "words", "kind": "lookup", "size": 3, "touched": 3},
            ],
            "branches": [
                {"predicate": "cond/pred", "taken": [False, True]},
                {"predicate": "large", "taken": [True]},
            ],
            "unseen": ["decoder/embedding"],
            "outputs": {"compared": ["probabilities"], "only_shape": ["nothing"], "random": ["noise"]},
        }
    ]


def test_nothing_is_said_where_nothing_was_measured(comparison):
    assert "What was covered" not in render.text(to_document(comparison))


def test_ill_conditioned_outputs_are_reported_with_both_figures(comparison, output):
    far = output("left", 16.0, excess=0.0, original_moves=float("inf"))
    found = replace(comparison, cases=(CaseResult("serving_default", "batch 1", (far,)),))
    assert "ill-conditioned: the original itself moves by inf" in render.text(to_document(found))
    assert to_json(found)["outputs"][0]["original_moves"] == "Infinity"
    beyond = replace(far, excess=1.0, original_moves=15.0)
    found = replace(comparison, cases=(CaseResult("serving_default", "batch 1", (beyond,)),))
    report = " ".join(render.text(to_document(found)).split())
    assert (
        "left differs by up to 1.6e+01; the original itself moves by 1.5e+01 where its inputs and weights"
        in report
    )


def test_a_type_of_fewer_digits_is_named(comparison):
    found = replace(comparison, coarse={"serving_default": {"state": "half"}})
    assert "that of the type for what is computed in half" in " ".join(
        render.text(to_document(found)).split()
    )
    assert to_json(found)["computed_in"] == {"serving_default": {"state": "half"}}
