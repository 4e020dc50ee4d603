"""The way through all stages: plans that were edited, results that are wrong, places that are taken."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import tf1compat
from tf1compat import pipeline
from tf1compat.graph.attributes import Array
from tf1compat.plan import document
from tf1compat.report.migration import MigrationResult
from tf1compat.savedmodel.record import read_record

pytestmark = pytest.mark.tensorflow

NAME = "birnn_classifier/tf1.15.5"


@pytest.fixture
def source(fixture_folder: Callable[[str], Path]) -> Path:
    return fixture_folder(NAME)


def test_a_wrong_result_is_not_published(
    source: Path, tmp_path: Path, tensorflow: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tf1compat.restore import values

    right = values.read_values

    def with_one_weight_flipped(*arguments: object) -> dict[str, Array]:
        found = right(*arguments)  # type: ignore[arg-type]
        found["dense/kernel"][0, 0] *= -1
        return found

    monkeypatch.setattr(values, "read_values", with_one_weight_flipped)
    result = tf1compat.migrate(source, tmp_path / "out")
    assert result.output is None
    assert result.comparison is not None
    assert not result.comparison.passed
    assert list(tmp_path.iterdir()) == []


def test_an_edited_plan_is_carried_out(source: Path, tmp_path: Path, tensorflow: ModuleType) -> None:
    plan = document.to_json(tf1compat.plan(source))
    outputs = plan["signatures"]["serving_default"]["outputs"]
    plan["signatures"]["serving_default"]["outputs"] = {"scores": outputs["probabilities"]}
    edited = document.from_json(json.loads(json.dumps(plan)))
    result = tf1compat.migrate(source, tmp_path / "out", plan=edited)
    model = tf1compat.load(result.output)
    assert list(model.signatures["serving_default"].outputs) == ["scores"]
    feeds = {"inputs": np.ones((2, 4), np.int32), "sequence_length": np.array([4, 2], np.int32)}
    assert model.run("scores", feeds).shape == (2, 5)


def test_the_record_holds_the_figures(
    migrated: Callable[..., MigrationResult], tensorflow: ModuleType
) -> None:
    result = migrated(NAME, labels="checkpoint:class_mapping")
    assert result.output is not None
    record = read_record(result.output)
    assert record["source"]["digest"] == result.plan.digest
    assert record["versions"]["source_tensorflow"] == "1.15.5"
    assert record["versions"]["tensorflow"] == tensorflow.__version__
    assert record["verification"]["passed"] is True
    assert document.from_json(record["plan"]) == result.plan


def test_verify_compares_a_published_model_with_its_source(
    migrated: Callable[..., MigrationResult], source: Path
) -> None:
    result = migrated(NAME, labels="checkpoint:class_mapping")
    assert result.output is not None
    feeds = {"inputs": np.ones((3, 4), np.int32), "sequence_length": np.array([4, 2, 1], np.int32)}
    comparison = tf1compat.verify(source, result.output, feeds=feeds)
    assert comparison.passed
    assert len(comparison.cases) == 1


def test_overwriting_replaces_the_model(source: Path, tmp_path: Path, tensorflow: ModuleType) -> None:
    output = tmp_path / "out"
    tf1compat.migrate(source, output, verify=False)
    before = read_record(output)["plan"]["labels"]
    with pytest.raises(tf1compat.Tf1CompatError, match="--overwrite"):
        tf1compat.migrate(source, output, verify=False)
    tf1compat.migrate(source, output, verify=False, overwrite=True, labels="checkpoint:class_mapping")
    assert before is None
    assert read_record(output)["plan"]["labels"]["names"]
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_graph_cut_at_an_inner_tensor(source: Path, tmp_path: Path, tensorflow: ModuleType) -> None:
    signature = "serving_default(hidden=concat:0) -> logits=dense/BiasAdd:0"
    result = tf1compat.migrate(source, tmp_path / "out", signatures=[signature])
    assert result.comparison is not None
    assert result.comparison.passed
    assert [each.name for each in result.plan.variables] == ["dense/kernel", "dense/bias"]
    assert len(tf1compat.load(result.output).variables) == 2


def test_jit_marks_the_signatures(source: Path, tmp_path: Path, tensorflow: ModuleType) -> None:
    output = tf1compat.migrate(source, tmp_path / "out", jit=True, verify=True).output
    from tensorflow.core.protobuf import saved_model_pb2

    assert output is not None
    content = saved_model_pb2.SavedModel.FromString((output / "saved_model.pb").read_bytes())
    functions = content.meta_graphs[0].graph_def.library.function
    assert any(each.attr["_XlaMustCompile"].b for each in functions if "_XlaMustCompile" in each.attr)


def test_progress_is_told(source: Path, tmp_path: Path, tensorflow: ModuleType) -> None:
    stages: list[str] = []
    pipeline.migrate(source, tmp_path / "out", verify=False, progress=stages.append)
    assert stages[0] == "reading the model"
    assert stages[-1] == "writing the SavedModel"


def test_a_plan_for_other_files_is_refused(
    source: Path, tmp_path: Path, fixture_folder: Callable[[str], Path]
) -> None:
    plan = replace(tf1compat.plan(source), digest="sha256:0")
    with pytest.raises(tf1compat.Tf1CompatError, match="made for other files"):
        tf1compat.migrate(source, tmp_path / "out", plan=plan)
    assert list(tmp_path.iterdir()) == []


def test_old_projects_may_call_from_inside_a_v1_graph(
    source: Path, tmp_path: Path, tensorflow: ModuleType
) -> None:
    feeds = {"inputs": np.ones((2, 4), np.int32), "sequence_length": np.array([4, 2], np.int32)}
    with tf1compat.restore(source) as legacy:
        output = tf1compat.migrate(source, tmp_path / "out", verify=False).output
        found = tf1compat.load(output).run("probabilities", feeds)
        given = {"inputs:0": feeds["inputs"], "Placeholder": feeds["sequence_length"], "keep_prob": 1.0}
        np.testing.assert_allclose(found, legacy.run("Softmax:0", given), atol=1e-5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("disable_eager_execution", "published"),
        ("disable_v2_behavior", "TensorFlow 2's behaviour is turned off"),
    ],
)
def test_programs_that_turn_tf2_off(source: Path, tmp_path: Path, call: str, said: str) -> None:
    code = (
        f"import sys, tensorflow as tf, tf1compat; tf.compat.v1.{call}()\n"
        "try: print(tf1compat.migrate(sys.argv[1], sys.argv[2]).output and 'published')\n"
        "except tf1compat.Tf1CompatError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(source), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said in done.stdout
    assert [each.name for each in tmp_path.iterdir()] == (["out"] if said == "published" else [])
