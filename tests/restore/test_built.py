"""Graphs that the author's own code builds again."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.packed import unpack
from tf1compat.errors import RestoreError, SourceError
from tf1compat.restore.built import built_graph, named_builder

pytestmark = pytest.mark.tensorflow

CODE = """
import tensorflow.compat.v1 as tf

def dense(x, units, name):
    with tf.variable_scope(name):
        kernel = tf.get_variable("kernel", [int(x.shape[-1]), units])
        return tf.nn.bias_add(tf.matmul(x, kernel), tf.get_variable("bias", [units]))

def build(hidden=5):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    return {"y": tf.nn.softmax(dense(tf.nn.relu(dense(x, hidden, "hidden")), 3, "logits"))}

def larger():
    return build(6)

def broken():
    raise ZeroDivisionError("no units")
"""


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint of TensorFlow 1 without any graph, and its program in the current folder."""
    folder = unpack("saved_formats", "tf1.4.1/graph_beside_a_checkpoint", tmp_path)
    (folder / "model" / "graph.pbtxt").unlink()
    (tmp_path / "their_program.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    return folder


def golden(folder: Path) -> tuple[Any, Any]:
    with np.load(folder / "golden.npz") as stored:
        return stored["serving_default/in/x"], stored["serving_default/out/y"]


def test_weights_and_the_program_are_a_model(weights: Path, tmp_path: Path, tensorflow: ModuleType) -> None:
    with pytest.raises(tf1compat.Tf1CompatError, match="the checkpoint holds weights only"):
        tf1compat.migrate(weights / "model", tmp_path / "out")
    result = tf1compat.migrate(weights / "model", tmp_path / "out", build="their_program:build")
    assert result.comparison is not None
    assert result.comparison.passed
    given, expected = golden(weights)
    found = tf1compat.load(tmp_path / "out").predict("serving_default", {"x": given})
    np.testing.assert_allclose(found["y"], expected, atol=1e-5)


def test_a_session_is_restored_into_a_graph_that_a_function_builds(
    weights: Path, tensorflow: ModuleType
) -> None:
    given, expected = golden(weights)
    with tf1compat.restore(weights / "model", build=named_builder("their_program:build")) as legacy:
        np.testing.assert_allclose(legacy.run("Softmax", {"x": given}), expected, atol=1e-5)


def test_a_graph_with_other_shapes_is_refused(weights: Path, tmp_path: Path, tensorflow: ModuleType) -> None:
    with pytest.raises(tf1compat.Tf1CompatError, match=r"'hidden/kernel' .* \[4, 5\].* has \[4, 6\]"):
        tf1compat.migrate(weights / "model", tmp_path / "out", build="their_program:larger")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("their_program", "is given as module:function"),
        ("their_program:nothing", "has no attribute 'nothing'"),
        ("no_such_module:build", "No module named 'no_such_module'"),
        ("their_program:CODE", "has no attribute 'CODE'"),
    ],
)
def test_what_names_no_function_is_told(
    weights: Path, name: str, reason: str, tensorflow: ModuleType
) -> None:
    with pytest.raises(SourceError, match=reason):
        named_builder(name)


def test_a_failure_of_the_program_is_told_as_its_own(weights: Path, tensorflow: ModuleType) -> None:
    with pytest.raises(RestoreError, match="the builder failed: ZeroDivisionError: no units"):
        built_graph(named_builder("their_program:broken"))
