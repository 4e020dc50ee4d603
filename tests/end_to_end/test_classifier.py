"""A BiRNN classifier with ragged lengths and dropout: each neuron keeps its class, from every label source."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import forbidden_in, golden_cases, largest_difference, read_truth, saved_again
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

TOLERANCE = 1e-5
LABEL_SOURCES = ("checkpoint:class_mapping", "class_mapping.npy", "class_mapping.txt")
Folder = Callable[[str], Path]

#: What the migrated model calls what the author held in Python.
ALIASES = {
    "probabilities": "probabilities", "logits": "logits",
    "fw_final_c": "rnn_forward_state_c", "fw_final_h": "rnn_forward_state_h",
    "bw_final_c": "rnn_backward_state_c", "bw_final_h": "rnn_backward_state_h",
}  # fmt: skip


@pytest.fixture(scope="module", params=("1.4.1", "1.15.5"))
def source(request: pytest.FixtureRequest, fixture_folder: Folder) -> Path:
    """The fixture's own folder."""
    return fixture_folder(f"birnn_classifier/tf{request.param}")


@pytest.fixture(scope="module")
def result(source: Path, migrated: Callable[..., MigrationResult]) -> MigrationResult:
    return migrated(f"birnn_classifier/{source.name}", labels="checkpoint:class_mapping")


@pytest.fixture(scope="module", params=("migrated", "saved again"))
def model(
    request: pytest.FixtureRequest,
    result: MigrationResult,
    tensorflow: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """The model loaded from disk: as it was written, and after TensorFlow loaded it and saved it again."""
    assert result.output is not None
    if request.param == "migrated":
        return tf1compat.load(result.output)
    return tf1compat.load(saved_again(result.output, tmp_path_factory.mktemp("again") / "model"))


def _feeds(fed: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": fed["inputs:0"], "sequence_length": fed["Placeholder:0"]}


def test_the_migration_is_verified_with_dropout_frozen_and_said(result: MigrationResult) -> None:
    assert result.comparison is not None
    assert result.comparison.passed
    assert [(str(each.tensor), each.value) for each in result.plan.constants] == [("keep_prob:0", 1.0)]
    assert "dropout-frozen" in {each.code for each in result.plan.hazards}


def test_every_golden_value_is_met(model: Any, source: Path) -> None:
    outputs = read_truth(source)["outputs"]
    for golden in golden_cases(source):
        found = model.run(list(ALIASES.values()), _feeds(golden.fed))
        for name, value in zip(ALIASES, found, strict=True):
            assert largest_difference(value, golden.fetched[outputs[name]]) < TOLERANCE, (golden.case, name)


def test_classes_are_those_of_the_tf1_session(model: Any, source: Path) -> None:
    truth = read_truth(source)
    for golden in golden_cases(source):
        found = model.run(["classes", "class_ids"], _feeds(golden.fed))
        assert [each.decode() for each in found[0]] == truth["golden_classes"][golden.case]
        assert found[1].dtype == np.int64
        np.testing.assert_array_equal(found[1], golden.fetched[truth["outputs"]["prediction"]])


def test_labels_stay_with_the_model(model: Any, source: Path) -> None:
    assert list(model.labels) == read_truth(source)["classes"]


def test_the_model_holds_the_variables_of_inference_and_no_more(model: Any, source: Path) -> None:
    names = [each.name.removesuffix(":0") for each in model.variables]
    assert sorted(names) == sorted(read_truth(source)["inference_variables"])


def test_nothing_of_tf1_is_left_in_the_graph(model: Any) -> None:
    assert forbidden_in(model.path) == set()


def test_every_trainable_variable_has_a_gradient(model: Any, source: Path, tensorflow: ModuleType) -> None:
    golden = max(golden_cases(source), key=lambda each: each.fed["inputs:0"].size)
    feeds = {alias: tensorflow.constant(value) for alias, value in _feeds(golden.fed).items()}
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_sum(model.saved_model.serving_default(**feeds)["logits"] ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    assert len(gradients) == len(read_truth(source)["trainable_variables"])
    assert all(each is not None for each in gradients)
    assert all(float(tensorflow.norm(tensorflow.convert_to_tensor(each))) > 0 for each in gradients)


@pytest.mark.parametrize("labels", LABEL_SOURCES)
def test_classes_are_the_same_from_each_label_source(
    labels: str, source: Path, tmp_path: Path, tensorflow: ModuleType
) -> None:
    truth = read_truth(source)
    copy = tmp_path / "model"
    shutil.copytree(source, copy)
    place = labels if labels.startswith("checkpoint:") else str(copy / labels)
    output = tf1compat.migrate(copy, tmp_path / "migrated", labels=place, verify=False).output
    shutil.rmtree(copy)
    again = tf1compat.load(output)
    assert list(again.labels) == truth["classes"]
    for golden in golden_cases(source):
        (classes,) = again.run(["classes"], _feeds(golden.fed))
        assert [each.decode() for each in classes] == truth["golden_classes"][golden.case]


def test_a_label_list_of_the_wrong_length_is_refused_with_both_numbers(source: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("number\nurl\ndate\n", encoding="utf-8")
    with pytest.raises(tf1compat.Tf1CompatError, match=r"has 3 labels, but .* has 5 neurons"):
        tf1compat.migrate(source, tmp_path / "migrated", labels=str(labels))
    assert not (tmp_path / "migrated").exists()


def test_forward_and_backward_states_carry_the_right_names(result: MigrationResult, source: Path) -> None:
    outputs = read_truth(source)["outputs"]
    aliases = {each.alias: str(each.tensor) for each in result.plan.signatures[0].outputs}
    assert {alias: outputs[name] for name, alias in ALIASES.items()}.items() <= aliases.items()
