"""Small models of genuine TensorFlow 1 with class labels: what the names are of, wherever they are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.packed import names_of, unpack
from tf1compat.plan.label_plan import with_label_outputs
from tf1compat.report.migration import MigrationResult

FAMILY = "labelled"
EVERY = names_of(FAMILY, "tf1.4.1", "tf1.15.5")
LABELLED = [each for each in EVERY if not each.endswith("/estimator")]
#: Of one release all, of the other what its ops make different.
MIGRATED = [
    each for each in LABELLED if "1.15.5" in each or each.endswith(("/predictions", "/tagging", "_table"))
]
#: What is a second name of `class_ids`.
ARGMAX = {"predictions": "predictions", "predictions_cast": "predictions", "one_against_all": "predictions"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labelled")


def opened(name: str, place: Path) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """The folder of a model, what is known of it, and the options that label it."""
    folder = unpack(FAMILY, name, place)
    truth = json.loads((folder / "truth.json").read_text())
    labels = truth["labels"]
    if labels is not None and not labels.startswith("table:"):
        labels = str(folder / labels)
    return folder, truth, {"labels": labels, **truth.get("options", {})}


def test_models_are_there() -> None:
    assert len(EVERY) >= 26


@pytest.mark.parametrize("name", LABELLED)
def test_names_are_those_of_the_neurons(name: str, place: Path) -> None:
    folder, truth, options = opened(name, place)
    plan = tf1compat.plan(folder, **options)
    assert plan.labels is not None
    assert list(plan.labels.names) == truth["names"]
    (scores,) = [each for each in plan.signatures[0].outputs if each.alias == plan.labels.scores]
    assert str(scores.tensor) == truth["scores"]
    added = {each.alias for each in with_label_outputs(plan)[0].outputs} & {"class_ids", "classes"}
    assert added == ({"class_ids", "classes"} if truth["classes"][0] is not None else set())
    argmax = ARGMAX.get(name.partition("/")[2])
    if argmax is not None:
        assert argmax in {each.alias for each in tf1compat.plan(folder).signatures[0].outputs}
        assert argmax not in {each.alias for each in plan.signatures[0].outputs}


@pytest.mark.parametrize("name", [each for each in LABELLED if not each.endswith("/offset")])
def test_they_are_offered_where_they_lie(name: str, place: Path) -> None:
    folder, truth, options = opened(name, place)
    offers = {each.source: each for each in tf1compat.plan(folder).label_offers}
    assert offers[options["labels"]].count == len(truth["names"])


@pytest.mark.parametrize("release", ["tf1.4.1", "tf1.15.5"])
def test_two_outputs_that_fit_are_asked_for(release: str, place: Path) -> None:
    folder, _, options = opened(f"{release}/two_outputs", place)
    with pytest.raises(tf1compat.Tf1CompatError, match=r"\('color_probabilities', 'shape_probabilities'\)"):
        tf1compat.plan(folder, labels=options["labels"])
    assert "--labels" not in str(tf1compat.inspect(folder))


@pytest.mark.parametrize("release", ["tf1.4.1", "tf1.15.5"])
def test_the_vocabulary_of_an_estimator_is_a_table(release: str, place: Path) -> None:
    folder, _, _ = opened(f"{release}/estimator", place)
    first = tf1compat.plan(folder).label_offers[0]
    assert first.preview == ("worm", "cat", "big dog", "fish")
    plan = tf1compat.plan(folder, labels=first.source)
    assert plan.labels is not None
    assert plan.labels.scores == "probabilities"
    aliases = [each.alias for each in with_label_outputs(plan)[0].outputs]
    assert [each for each in aliases if each.startswith(("class_ids", "classes"))] == ["class_ids", "classes"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", MIGRATED)
def test_classes_are_those_of_the_session(
    name: str, place: Path, tmp_path: Path, migrate_sharing: Callable[..., MigrationResult]
) -> None:
    folder, truth, options = opened(name, place)
    result = migrate_sharing(folder, tmp_path / "out", **options)
    assert result.output is not None, str(result)
    model = tf1compat.load(result.output)
    assert list(model.labels or ()) == truth["names"]
    with np.load(folder / "golden.npz") as golden:
        for number, classes in enumerate(truth["classes"]):
            feeds = {
                each.alias: golden[f"{number}|in|{each.tensor}"] for each in result.plan.signatures[0].inputs
            }
            found = model.predict("serving_default", feeds)
            if classes is None:
                assert "classes" not in found
            else:
                assert np.vectorize(bytes.decode)(found["classes"]).tolist() == classes
