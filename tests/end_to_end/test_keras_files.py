"""Files that Keras of many releases wrote: the result gives what `predict` gave in the session that saved them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, read_truth, saved_again
from tests.packed import names_of, unpack
from tf1compat.cli import main
from tf1compat.errors import SourceError
from tf1compat.report.migration import MigrationResult

FAMILY = "keras_files"
RELEASES = ("keras1.2.2", "keras2.0.8", "keras2.2.4", "keras2.3.1", "tf1.15.5", "tf2.11.1")
NAMES = names_of(FAMILY, *RELEASES)
#: What needs code of the author's, or has no architecture.
REFUSED = ("weights_alone", "own_layer", "own_function", "hostile")
BUILT = tuple(each for each in NAMES if not each.endswith(REFUSED))
#: Each kind of model, and each release, at least once.
RUN = (
    "keras1.2.2/early_layers", "keras1.2.2/early_recurrence", "keras2.0.8/both_ways", "keras2.0.8/gated",
    "keras2.2.4/pictures", "keras2.2.4/for_a_gpu", "keras2.2.4/two_sides", "keras2.3.1/normalised",
    "keras2.3.1/in_two_files", "keras2.3.1/nested", "tf1.15.5/of_tensors", "tf1.15.5/for_a_gpu",
    "tf2.11.1/of_tensors", "tf2.11.1/gated", "tf2.11.1/unnamed",
)  # fmt: skip

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: unpack(FAMILY, name, tmp_path / "models")


def model_of(folder: Path) -> Path:
    """What is given of a fixture: the whole file, or the folder where the model is in two."""
    whole = folder / "model.h5"
    return whole if whole.is_file() else folder


def golden(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    with np.load(folder / "golden.npz") as arrays:
        sides: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        for key in arrays.files:
            _, side, name = key.split("|")
            sides[side == "out"][name] = arrays[key]
    return sides


def test_every_release_is_there():
    """So that no test passes for want of models."""
    assert len(BUILT) >= 50
    assert {each.partition("/")[0] for each in BUILT} == set(RELEASES)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_file_describes_is_told_without_tensorflow(name: str, unpacked: Callable[[str], Path]):
    folder = unpacked(name)
    if name.endswith("weights_alone"):
        with pytest.raises(SourceError, match=r"holds weights only.*3 layers with 107 parameters \('hidden'"):
            tf1compat.inspect(folder)
        return
    told, truth = tf1compat.inspect(model_of(folder)).to_json(), read_truth(folder)
    assert told["source"]["kind"] == "keras"
    assert told["source"]["keras_version"] == truth["keras"]
    layers = [[each["kind"], each["scope"]] for each in told["layers"]]
    assert [each for each in layers if each in truth["layers"]] == truth["layers"]
    assert sum(each["parameters"] for each in told["layers"]) == truth["parameters"]
    inputs = [f"{each}:0" for each in truth["inputs"]]
    assert [each["tensor"] for each in told["inputs"]] == inputs or name.startswith("keras1.")
    assert [each["layer"] for each in told["outputs"]] == truth["outputs"]
    assert [each["code"] for each in told["blockers"]] == ["layer-code"] * name.endswith(REFUSED)


def test_looking_imports_no_tensorflow(unpacked: Callable[[str], Path]):
    program = (
        "import sys, tf1compat; print(tf1compat.inspect(sys.argv[1])); "
        "assert not {'tensorflow', 'keras', 'tf_keras'} & set(sys.modules)"
    )
    path = unpacked("keras2.2.4/hostile") / "model.h5"
    ended = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "the layer 'trace' is a Lambda" in ended.stdout


@pytest.mark.parametrize("release", RELEASES[1:])
def test_code_in_a_file_leaves_no_trace(
    release: str, unpacked: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    path = unpacked(f"{release}/hostile") / "model.h5"
    tf1compat.inspect(path)
    refused = r"'trace' is a Lambda.*--custom-objects MODULE:trace, or .*--allow Lambda"
    for call in (tf1compat.plan, lambda each: tf1compat.migrate(each, tmp_path / "out")):
        with pytest.raises(SourceError, match=refused):
            call(path)
    assert list(tmp_path.rglob("trace.txt")) == []


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"class_name": "system", "module": "os", "config": {"name": "x"}}, "'x' needs 'system'"),
        ({"class_name": "Dense", "module": "os", "config": {"name": "x"}}, "'x' needs 'Dense'"),
        ({"class_name": "Dense", "module": "keras_mine", "config": {"name": "x"}}, "'x' needs 'Dense'"),
        ({"class_name": "Dense", "config": {"name": "x", "activation": "mine"}}, "'x' needs 'mine'"),
        (
            {"class_name": "TFOpLambda", "config": {"name": "x", "function": "io.gfile.rmtree"}},
            "'x' needs 'io.gfile.rmtree'",
        ),
        ({"class_name": "TFOpLambda", "config": {"name": "x", "function": "load_op_library"}}, "'load_op_library'"),
        (
            {"class_name": "TimeDistributed", "config": {"name": "x", "layer": {"class_name": "Lambda", "config": {}}}},
            "'x' is a Lambda",
        ),
        (
            {"class_name": "Dense", "config": {"name": "x", "activation": {"class_name": "__lambda__", "config": {}}}},
            "'x' needs '__lambda__'",
        ),
    ],
)  # fmt: skip
def test_what_would_run_code_is_refused_by_its_layer(
    config: dict[str, Any], told: str, unpacked: Callable[[str], Path]
):
    """Each is what Keras would import, look up or unmarshal."""
    import h5py

    path = unpacked("tf2.11.1/unnamed") / "model.h5"
    with h5py.File(path, "r+") as file:
        whole = json.loads(file.attrs["model_config"])
        whole["config"]["layers"].append(config)
        file.attrs["model_config"] = json.dumps(whole)
    with pytest.raises(SourceError, match=told):
        tf1compat.plan(path)
    assert told in " ".join(each.reason for each in tf1compat.inspect(path).judgement.blockers)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", RUN)
def test_the_result_gives_what_predict_gave(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked(name)
    result = migrate_sharing(model_of(folder), tmp_path / "out")
    assert result.comparison is not None
    assert result.comparison.passed
    check_golden(folder, tmp_path / "out")


def check_golden(folder: Path, saved_model: Path) -> None:
    model = tf1compat.load(saved_model)
    feeds, expected = golden(folder)
    taken = model.signatures["serving_default"].inputs
    if not set(feeds) <= set(taken):  # Keras 1 numbered its inputs by class
        feeds = dict(zip(taken, feeds.values(), strict=True))
    found = model.predict("serving_default", feeds)
    assert set(found) == set(expected) == set(read_truth(folder)["outputs"])
    for alias, value in expected.items():
        check_equal(found[alias], value, alias)


@pytest.mark.tensorflow
def test_variables_keep_their_names_and_are_trained_and_saved_again(
    unpacked: Callable[[str], Path], tmp_path: Path, migrate_sharing: Callable[..., MigrationResult]
):
    import tensorflow as tf

    folder = unpacked("keras2.2.4/frozen_base")
    migrate_sharing(folder / "model.h5", tmp_path / "out")
    loaded = tf.saved_model.load(str(tmp_path / "out"))
    names = {"base/kernel:0", "base/bias:0", "top/kernel:0", "top/bias:0"}
    assert {each.name for each in loaded.variables} == names
    assert {each.name for each in loaded.trainable_variables} == {"top/kernel:0", "top/bias:0"}
    feeds, expected = golden(folder)
    again = tf.saved_model.load(str(saved_again(tmp_path / "out", tmp_path / "again")))
    given = {name: tf.constant(value) for name, value in feeds.items()}
    check_equal(again.signatures["serving_default"](**given)["top"].numpy(), expected["top"], "top")


@pytest.mark.tensorflow
def test_labels_are_attached_and_the_file_s_folder_offers_them(
    unpacked: Callable[[str], Path], tmp_path: Path, migrate_sharing: Callable[..., MigrationResult]
):
    folder = unpacked("tf1.15.5/two_sides")
    (folder / "labels.txt").write_text("cat\ndog\nowl\n", "utf-8")
    assert [each.count for each in tf1compat.inspect(folder / "model.h5").findings.labels] == [3]
    migrate_sharing(folder / "model.h5", tmp_path / "out", labels=str(folder / "labels.txt"))
    model = tf1compat.load(tmp_path / "out")
    feeds, expected = golden(folder)
    names = np.array([b"cat", b"dog", b"owl"])
    assert list(model.predict("serving_default", feeds)["classes"]) == list(
        names[expected["kind"].argmax(-1)]
    )


CODE = """
import tf_keras

class Scaled(tf_keras.layers.Layer):
    def __init__(self, factor=2.0, **options):
        super().__init__(**options)
        self.factor = factor

    def build(self, shape):
        self.gain = self.add_weight(name="gain", shape=(int(shape[-1]),), initializer="ones")

    def call(self, inputs):
        return inputs * self.gain * self.factor

def doubled(x):
    return x * 2.0
"""


@pytest.mark.tensorflow
@pytest.mark.parametrize(("kind", "name"), [("own_layer", "Scaled"), ("own_function", "doubled")])
@pytest.mark.parametrize("release", ["keras2.0.8", "tf2.11.1"])
def test_code_that_is_given_takes_the_place_of_what_the_file_lacks_or_holds(
    release: str, kind: str, name: str, unpacked: Callable[[str], Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
):  # fmt: skip
    (tmp_path / "own_code.py").write_text(CODE, "utf-8")
    monkeypatch.chdir(tmp_path)
    folder = unpacked(f"{release}/{kind}")
    given = ["--custom-objects", f"own_code:{name}"]
    assert main(["migrate", os.fspath(folder / "model.h5"), "out", *given]) == 0
    check_golden(folder, tmp_path / "out")
    capsys.readouterr()
    assert main(["verify", os.fspath(folder / "model.h5"), "out"]) == 2
    assert f"--custom-objects MODULE:{name}" in capsys.readouterr().err
    assert main(["verify", os.fspath(folder / "model.h5"), "out", *given]) == 0


@pytest.mark.tensorflow
def test_recurrent_layers_are_stepped(unpacked: Callable[[str], Path]):
    plan = tf1compat.plan(unpacked("keras2.2.4/gated") / "model.h5")
    assert {each.name for each in plan.signatures} >= {"serving_default", "step"}
