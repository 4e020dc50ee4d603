from __future__ import annotations

import json
from dataclasses import replace

from tf1compat.report import render
from tf1compat.report.migration import to_document
from tf1compat.verify.comparison import CaseResult


def text(result) -> str:
    return render.text(to_document(result))


def test_a_published_result_is_reported_with_its_proof(result):
    report = text(result)
    assert "Written to migrated: 1 variable, verified." in report
    assert "prune      900      nodes that no signature needs" in report
    assert "The same model: every output of 2 cases" in report
    assert "tf1compat predict migrated --inputs feeds.npz" in report


def test_a_rewrite_that_changed_nothing_is_not_listed(result):
    assert "dropout    0" not in text(result)


def test_an_unpublished_result_says_why(result, output, comparison):
    failed = replace(comparison, cases=(CaseResult("serving_default", "batch 1", (output("a", 1.0),)),))
    report = text(replace(result, output=None, comparison=failed))
    assert "Nothing was written: the migrated model does not compute what the original computes." in report
    assert "tf1compat predict" not in report


def test_a_result_that_is_not_proven_is_not_said_to_differ(result, comparison):
    refused = replace(comparison, cases=(CaseResult("serving_default", "batch 1", refused="no"),))
    typed = "tf1compat migrate model out"
    unproven = replace(result, output=None, comparison=refused, typed=typed)
    report = " ".join(text(unproven).split())
    assert (
        "Nothing was written, though nothing differs: the migrated model is not proven to compute" in report
    )
    assert unproven.to_json()["verdict"] == "not proven"
    assert (
        'python -c \'import numpy as np; np.savez("feeds.npz", **{"x": np.zeros([1, 1, 3], "float32")})\''
        in report
    )
    assert f"{typed} --inputs feeds.npz" in report
    again = replace(unproven, typed=f"{typed} --inputs mine.npz")
    assert "mine.npz --inputs" not in text(again)
    assert "--inputs" not in text(replace(unproven, typed="")).splitlines()[-1]


def test_a_result_without_verification_says_so(result):
    report = text(replace(result, comparison=None))
    assert "Written to migrated: 1 variable, not verified." in report
    assert "Verdict" not in report


def test_json(result):
    data = json.loads(render.json_text(result.to_json()))
    assert data["output"] == "migrated"
    assert data["signatures"]["serving_default"]["outputs"]["state"] == {
        "dtype": "float32",
        "shape": [2, None, 28],
    }
    assert data["constants"] == {"keep_prob:0": 1.0}
    assert data["labels"] == ["number", "url", "date", "word", "email"]
    assert data["variables"] == 1
    assert data["verification"]["passed"] is True


def test_json_without_output_labels_and_verification(result):
    bare = replace(result, output=None, comparison=None, plan=replace(result.plan, labels=None))
    data = bare.to_json()
    assert (data["output"], data["labels"], data["verification"]) == (None, None, None)


def test_printing_a_result_gives_its_text(result):
    assert str(result) == text(result).rstrip("\n")
