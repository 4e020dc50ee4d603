"""A loaded model is run by aliases, and says what it needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tf1compat
from tf1compat.errors import FeedError, SourceError
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def model(migrated: Callable[..., MigrationResult]) -> Any:
    return tf1compat.load(str(migrated("char_rnn/tf1.4.1").output))


@pytest.fixture
def feeds(model: Any) -> dict[str, Any]:
    inputs = model.signatures["step"].inputs
    return {
        "x": np.zeros((2, 3, inputs["x"].shape[2])),
        "init_state": np.zeros((2, 3, inputs["init_state"].shape[2])),
    }


def test_signatures_say_what_goes_in_and_out(model: Any) -> None:
    assert list(model.signatures) == ["serving_default", "step"]
    assert set(model.signatures["step"].inputs) == {"x", "init_state"}
    assert set(model.signatures["step"].outputs) == {"probabilities", "logits", "init_state"}


def test_results_come_in_the_form_of_the_fetches(model: Any, feeds: dict[str, Any]) -> None:
    single = model.run("probabilities", feeds)
    listed = model.run(["probabilities", ("rnn_state_c", "rnn_state_h")], feeds)
    named = model.run({"p": "probabilities", "more": ["init_state"]}, feeds)
    np.testing.assert_array_equal(single, listed[0])
    np.testing.assert_array_equal(single, named["p"])
    assert isinstance(listed[1], tuple)
    np.testing.assert_array_equal(np.stack(listed[1]), named["more"][0])


@pytest.mark.parametrize(
    ("change", "fetch", "message"),
    [({"y": 0}, "probabilities", "has no input 'y'"), ({"x": None}, "probabilities", "needs a value for 'x'"),
     ({"x": np.zeros((2, 3, 5))}, "probabilities", r"'x' has the shape \(None, None, 66\), found \(2, 3, 5\)"),
     ({"x": "text"}, "probabilities", "'x' is float32"), ({}, "probabilties", "did you mean 'probabilities'")],
)  # fmt: skip
def test_what_does_not_fit_is_said(
    model: Any, feeds: dict[str, Any], change: dict[str, Any], fetch: str, message: str
) -> None:
    given = {name: value for name, value in (feeds | change).items() if value is not None}
    with pytest.raises(FeedError, match=message):
        model.run(fetch, given, signature="serving_default")


def test_an_unknown_signature_is_answered_with_the_nearest(model: Any, feeds: dict[str, Any]) -> None:
    with pytest.raises(FeedError, match="no signature 'stepp'; did you mean 'step'"):
        model.predict("stepp", feeds)


def test_what_the_model_refuses_at_run_time_is_a_feed_error(model: Any, feeds: dict[str, Any]) -> None:
    with pytest.raises(FeedError, match="signature 'step'"):
        model.predict("step", feeds | {"init_state": feeds["init_state"][:, :1]})


def test_a_model_without_labels_has_none(model: Any) -> None:
    assert model.labels is None


def test_what_is_no_saved_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no saved_model\.pb in it"):
        tf1compat.load(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"rubbish")
    with pytest.raises(SourceError, match="cannot be loaded"):
        tf1compat.load(tmp_path)
