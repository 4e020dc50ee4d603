"""Inputs in JSON: nested lists by alias, as such and in the forms that servers take and `predict` gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tf1compat.cli.files import read_feeds
from tf1compat.errors import FeedError
from tf1compat.report.prediction import Prediction


def read(folder: Path, text: str, name: str = "feeds.json") -> dict[str, Any]:
    (folder / name).write_text(text, encoding="utf-8")
    return read_feeds(str(folder / name))


@pytest.mark.parametrize(
    "text",
    [
        '{"x": [[1, 2], [3, 4]], "n": ["a", "b"]}',
        '{"signature_name": "serving_default", "inputs": {"x": [[1, 2], [3, 4]], "n": ["a", "b"]}}',
        '{"instances": [{"x": [1, 2], "n": "a"}, {"x": [3, 4], "n": "b"}]}',
    ],
)
def test_each_form_gives_arrays_by_alias(tmp_path: Path, text: str):
    found = read(tmp_path, text)
    assert {name: each.tolist() for name, each in found.items()} == {"x": [[1, 2], [3, 4]], "n": ["a", "b"]}
    assert read(tmp_path, text, "feeds")["x"].shape == (2, 2), "known by how it begins"


def test_what_predict_gives_is_read_back(tmp_path: Path):
    outputs = {"y": np.array([[1.5, np.nan, -np.inf]], np.float32), "best": np.array([b"a"], object)}
    found = read(tmp_path, json.dumps(Prediction("serving_default", outputs).to_json()))
    np.testing.assert_array_equal(found["y"], outputs["y"])
    assert (found["y"].dtype, found["best"].tolist()) == (np.float32, ["a"])


def test_bytes_are_marked_and_keep_their_zeros(tmp_path: Path):
    assert read(tmp_path, '{"x": [{"b64": "YQA="}], "n": 3}')["x"].tolist() == [b"a\0"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1, 2]", "there are no names in it"),
        ("{}", "there are no names in it"),
        ('{"x": [[1], [1, 2]]}', "the lists of 'x' are of different lengths"),
        ('{"x": [null]}', "'x' holds something that is no number, truth value or text"),
        ('{"x": [{"b64": "?"}]}', "is no base64"),
        ('{"instances": [{"x": 1}, {"y": 1}]}', "its instances have different names"),
        ('{"x": [1,', "cannot be read as arrays"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(tmp_path: Path, text: str, reason: str):
    with pytest.raises(FeedError, match=reason.replace("?", r"\?")):
        read(tmp_path, text)
