from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.discovery.batch_norm.norm_text import UNFUSED_MODEL
from tests.discovery.model_text import model_of
from tf1compat.discovery.batch_norm import untouched
from tf1compat.discovery.findings import Average
from tf1compat.errors import SourceError
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

FOUND = (Average(TensorRef("mean"), "m"), Average(TensorRef("variance"), "v"))
MODEL = model_of(from_text(UNFUSED_MODEL), keys=("m", "v"))


@pytest.mark.parametrize(
    ("mean", "variance", "expected"),
    [
        ([0, 0], [1, 1], True),
        ([0, 0], [0, 0], True),
        ([0, 0], [1, 0.5], False),
        ([0, 0.1], [1, 1], False),
        ([1], [1], False),
    ],
)
def test_averages_are_untouched_at_what_they_begin_with(
    mean: list[float], variance: list[float], expected: bool, monkeypatch: pytest.MonkeyPatch
):
    values = {"m": np.array(mean, np.float32), "v": np.array(variance, np.float32)}
    monkeypatch.setattr(untouched, "read_tensor", lambda checkpoint, key: values[key])
    assert untouched.untouched_in(MODEL)(FOUND) is expected


def test_what_cannot_be_read_is_taken_as_trained(monkeypatch: pytest.MonkeyPatch):
    def refuse(checkpoint: object, key: str) -> None:
        raise SourceError(f"{Path('model')} has no {key}")

    monkeypatch.setattr(untouched, "read_tensor", refuse)
    assert not untouched.untouched_in(MODEL)(FOUND)


def test_a_variable_is_saved_where_the_checkpoint_has_its_key():
    assert untouched.is_saved_in(MODEL)("m")
    assert not untouched.is_saved_in(MODEL)("other")
