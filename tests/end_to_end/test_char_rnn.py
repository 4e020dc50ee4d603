"""A char-rnn of each TF1 version, migrated without a tensor named by hand, against its TF1 session."""

from __future__ import annotations

import json
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

VERSIONS = ("0.12.1", "1.0.1", "1.4.1", "1.8.0", "1.15.5")
TOLERANCE = 1e-5
Migrated = Callable[..., MigrationResult]
Folder = Callable[[str], Path]


@pytest.fixture(scope="module", params=VERSIONS)
def source(request: pytest.FixtureRequest, fixture_folder: Folder) -> Path:
    """The fixture's own folder."""
    return fixture_folder(f"char_rnn/tf{request.param}")


@pytest.fixture(scope="module")
def result(source: Path, migrated: Migrated) -> MigrationResult:
    return migrated(f"char_rnn/{source.name}")


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


def _aliases(truth: dict[str, Any]) -> dict[str, str]:
    """What the migrated model calls each golden tensor."""
    outputs = truth["outputs"]
    return {
        outputs["probabilities"]: "probabilities",
        outputs["final_c"]: "rnn_state_c",
        outputs["final_h"]: "rnn_state_h",
    }


def test_the_migration_is_verified_and_published(result: MigrationResult) -> None:
    assert result.output is not None
    assert result.comparison is not None
    assert result.comparison.passed
    assert result.comparison.largest_absolute < TOLERANCE
    assert {case.signature for case in result.comparison.compared} == {"serving_default", "step"}


def test_verification_tries_single_elements_and_the_empty_sequence(result: MigrationResult) -> None:
    assert result.comparison is not None
    cases = {case.case: case.refused for case in result.comparison.cases}
    assert any("batch 1" in case and "time 1" in case for case in cases)
    refused = [why for case, why in cases.items() if "time 0" in case]
    assert refused
    assert all("TensorArray has size zero" in str(why) for why in refused)


def test_every_golden_value_is_met(model: Any, source: Path) -> None:
    truth = read_truth(source)
    aliases = _aliases(truth)
    compared = 0
    for golden in golden_cases(source):
        found = model.run(
            {alias: alias for alias in aliases.values()},
            {"x": golden.fed["x:0"], "init_state": golden.fed["init_state:0"]},
        )
        for tensor, alias in aliases.items():
            assert largest_difference(found[alias], golden.fetched[tensor]) < TOLERANCE, (golden.case, alias)
            compared += 1
    assert compared >= 30


def test_step_gives_the_state_back_in_the_shape_that_it_takes(model: Any, source: Path) -> None:
    truth = read_truth(source)
    for golden in golden_cases(source):
        feeds = {"x": golden.fed["x:0"], "init_state": golden.fed["init_state:0"]}
        found = model.run(["init_state", "probabilities"], feeds, signature="step")
        expected = np.stack([golden.fetched[truth["outputs"][name]] for name in ("final_c", "final_h")])
        assert largest_difference(found[0], expected) < TOLERANCE, golden.case


def test_sampling_greedily_through_step_writes_what_the_tf1_session_wrote(model: Any, source: Path) -> None:
    truth = read_truth(source)
    vocabulary = json.loads((source / "vocabulary.json").read_text(encoding="utf-8"))
    units = truth["rnns"][0]["layers"][0]["units"]
    greedy = truth["greedy"]
    state = np.zeros((2, 1, units), np.float32)
    text, character = "", ""
    for number in range(len(greedy["prime"]) + greedy["length"] - 1):
        character = greedy["prime"][number] if number < len(greedy["prime"]) else text[-1]
        x = np.zeros((1, 1, len(vocabulary)), np.float32)
        x[0, 0, vocabulary.index(character)] = 1
        found = model.predict("step", {"x": x, "init_state": state})
        state = found["init_state"]
        if number >= len(greedy["prime"]) - 1:
            text += vocabulary[int(found["probabilities"][-1].argmax())]
    assert len(text) == 200
    assert text == greedy["text"]


def test_the_model_holds_the_variables_of_inference_and_no_more(model: Any, source: Path) -> None:
    truth = read_truth(source)
    names = {each.name.removesuffix(":0") for each in model.variables}
    assert names == set(truth["inference_variables"])
    assert len(model.variables) == len(truth["inference_variables"])
    trainable = {each.name.removesuffix(":0") for each in model.trainable_variables}
    assert trainable == set(truth["trainable_variables"]) & names


def test_nothing_of_tf1_is_left_in_the_graph(model: Any) -> None:
    assert forbidden_in(model.path) == set()


def test_it_can_be_differentiated_and_compiled(model: Any, source: Path, tensorflow: ModuleType) -> None:
    golden = max(golden_cases(source), key=lambda each: each.fed["x:0"].size)
    x = tensorflow.constant(golden.fed["x:0"])
    state = tensorflow.constant(golden.fed["init_state:0"])
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_sum(model.saved_model.serving_default(x, state)["logits"] ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    assert all(each is not None and float(tensorflow.norm(each)) > 0 for each in gradients)
    compiled = tensorflow.function(model.saved_model.serving_default, jit_compile=True)
    difference = (
        compiled(x, state)["probabilities"] - model.saved_model.serving_default(x, state)["probabilities"]
    )
    assert float(tensorflow.reduce_max(tensorflow.abs(difference))) < TOLERANCE


def test_the_source_is_not_needed_and_was_not_touched(
    source: Path, tmp_path: Path, tensorflow: ModuleType
) -> None:
    copy = tmp_path / "model"
    shutil.copytree(source, copy)
    before = {each.name: each.read_bytes() for each in copy.iterdir()}
    output = tf1compat.migrate(copy, tmp_path / "migrated", verify=False).output
    assert {each.name: each.read_bytes() for each in copy.iterdir()} == before
    shutil.rmtree(copy)
    golden = golden_cases(source)[-1]
    found = tf1compat.load(output).run("probabilities", {
        "x": golden.fed["x:0"], "init_state": golden.fed["init_state:0"],
    })  # fmt: skip
    assert largest_difference(found, golden.fetched["probabilities:0"]) < TOLERANCE


def test_the_legacy_session_restores_a_folder_without_building_code(
    source: Path, tensorflow: ModuleType
) -> None:
    truth = read_truth(source)
    golden = golden_cases(source)[-1]
    with tf1compat.restore(source) as legacy:
        (rnn,) = legacy.rnns.values()
        state = rnn.final_state
        assert type(state).__name__ == "LSTMStateTuple"
        assert (state.c.name, state.h.name) == (truth["outputs"]["final_c"], truth["outputs"]["final_h"])
        feeds = {legacy.tensor("x"): golden.fed["x:0"], "init_state": golden.fed["init_state:0"]}
        probabilities, final = legacy.run(["probabilities", state], feed_dict=feeds)
    assert largest_difference(probabilities, golden.fetched["probabilities:0"]) < TOLERANCE
    assert largest_difference(final.c, golden.fetched[truth["outputs"]["final_c"]]) < TOLERANCE
    assert largest_difference(final.h, golden.fetched[truth["outputs"]["final_h"]]) < TOLERANCE
