from __future__ import annotations

import json

import numpy as np
import pytest

from tf1compat.report import render
from tf1compat.report.prediction import Prediction, to_document


def text(**outputs) -> str:
    return render.text(to_document(Prediction("serving_default", outputs)))


def test_values_types_and_shapes_are_shown():
    report = text(scores=np.array([[0.25, 0.75]], np.float32), classes=np.array([b"caf\xc3\xa9"], object))
    assert "scores    float32  [1, 2]" in report
    assert "[[0.25 0.75]]" in report
    assert "classes   string   [1]" in report
    assert "['café']" in report


def test_small_outputs_come_first():
    report = text(a=np.zeros(9), b=np.zeros(2))
    assert report.index("\nb\n-") < report.index("\na\n-")


def test_long_arrays_are_shortened():
    report = text(scores=np.zeros((100, 100)))
    assert "..." in report
    assert len(report.splitlines()) < 30


def test_an_empty_array_of_strings_is_shown():
    assert "[0]" in text(classes=np.zeros((0,), object))


def test_json_decodes_strings_and_names_what_is_no_number():
    prediction = Prediction(
        "step",
        {
            "scores": np.array([[np.nan, 0.5], [np.inf, -np.inf]]),
            "ids": np.array(7, np.int64),
            "flags": np.array([True]),
            "classes": np.array([b"\xff", "é"], object),
            "waves": np.array([1 + 2j]),
        },
    )
    data = json.loads(render.json_text(prediction.to_json()), parse_constant=pytest.fail)
    assert data["signature"] == "step"
    assert data["outputs"] == {
        "scores": {"dtype": "float64", "shape": [2, 2], "values": [["NaN", 0.5], ["Infinity", "-Infinity"]]},
        "ids": {"dtype": "int64", "shape": [], "values": 7},
        "flags": {"dtype": "bool", "shape": [1], "values": [True]},
        "classes": {"dtype": "string", "shape": [2], "values": ["\\xff", "é"]},
        "waves": {"dtype": "complex128", "shape": [1], "values": [[1.0, 2.0]]},
    }
