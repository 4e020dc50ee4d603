"""A graph with ops that only a GPU or TensorFlow 1 computes runs all the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.discovery.cudnn_text import Cudnn
from tf1compat.discovery import discover
from tf1compat.graph.protos import write_graph_def
from tf1compat.graph.text import from_text
from tf1compat.source import open_model
from tf1compat.source.model import LegacyModel

pytestmark = pytest.mark.tensorflow

TREE = """
    steps = Placeholder() dtype=int32; shape=shape(None, None, None)
    parents = Placeholder() dtype=int32; shape=shape(None, None, None)
    lengths = Placeholder() dtype=int32; shape=shape(None)
    end = Const() dtype=int32; value=tensor(int32, 9)
    beams = GatherTree(steps, parents, lengths, end) T=int32
    shift = VariableV2() dtype=int32; shape=shape()
    shifted = Add(beams, shift) T=int32
"""
AFTER = """
    scale = VariableV2() dtype=float32; shape=shape()
    scaled = Mul(net/CudnnRNN, scale) T=float32
"""


def written(folder: Path, text: str, values: Mapping[str, Any], saver: bool = False) -> LegacyModel:
    """A model on disk: this graph, and a checkpoint with these values."""
    import tensorflow as tf

    meta = tf.compat.v1.MetaGraphDef()
    meta.graph_def.ParseFromString(write_graph_def(from_text(text)))
    if saver:
        meta.saver_def.filename_tensor_name = "save/Const:0"
        meta.saver_def.save_tensor_name = "save/Const:0"
        meta.saver_def.restore_op_name = "save/restore_all"
        meta.saver_def.version = 2
    (folder / "model.meta").write_bytes(meta.SerializeToString())
    (folder / "checkpoint").write_text('model_checkpoint_path: "model"\n', encoding="utf-8")
    names = sorted(values)
    tf.raw_ops.SaveV2(
        prefix=str(folder / "model"), tensor_names=names, shape_and_slices=[""] * len(names),
        tensors=[tf.constant(values[name]) for name in names],
    )  # fmt: skip
    return open_model(folder)


def session(model: LegacyModel) -> Any:
    from tf1compat.restore.session import LegacySession

    return LegacySession(model, discover(model))


def test_beams_are_gathered_and_the_session_says_by_what(tensorflow: ModuleType, tmp_path: Path) -> None:
    model = written(tmp_path, TREE, {"shift": np.int32(100)})
    feeds = {"steps": [[[1, 2]], [[3, 4]]], "parents": [[[0, 0]], [[1, 0]]], "lengths": [2]}
    with session(model) as legacy:
        assert legacy.run("shifted", feeds)[:, 0].tolist() == [[102, 101], [103, 104]]
        assert legacy.replaced == ("GatherTree is computed by numpy (1)",)


def weights_of(form: Cudnn) -> dict[str, Any]:
    random = np.random.default_rng(5)
    return {key: random.normal(size=shape).astype("float32") for key, shape in form.shapes().items()}


@pytest.mark.parametrize("saver", [True, False], ids=["saver", "no saver"])
def test_cudnn_takes_its_weights_from_the_checkpoint_past_a_saver_that_needs_a_gpu(
    tensorflow: ModuleType, tmp_path: Path, saver: bool
) -> None:
    form = Cudnn("rnn_relu")
    kernel, bias = form.keys()
    values = {**weights_of(form), "scale": np.float32(2)}
    text = form.text() + AFTER
    if saver:
        text += form.saver(form.keys()).replace("NoOp(^save/Assign)", "NoOp(^save/Assign, ^save/other)")
        text += """
            save/key = Const() dtype=string; value=tensor(string, ['scale'])
            save/whole = Const() dtype=string; value=tensor(string, [''])
            save/read = RestoreV2(save/Const, save/key, save/whole) dtypes=[float32]
            save/other = Assign(scale, save/read) T=float32
        """
    model = written(tmp_path, text, values, saver)
    x, h = np.ones((1, 2, 3), "f"), np.ones((1, 2, 2), "f")
    with session(model) as legacy:
        found, final = legacy.run(["scaled", "net/CudnnRNN:1"], {"x": x, "h": h, "c": h})
        computed, *past_saver = legacy.replaced
        assert computed == "CudnnRNN is computed by numpy (1)"
        assert ["Saver that needs a GPU" in each for each in past_saver] == [True] * saver
    wanted = np.maximum(np.ones((1, 5)) @ values[kernel] + values[bias], 0)
    np.testing.assert_allclose(final[0], np.repeat(wanted, 2, axis=0), rtol=1e-5)
    np.testing.assert_allclose(found, 2 * final, rtol=1e-5)


def test_a_buffer_without_canonical_weights_is_read_as_keras_writes_it(
    tensorflow: ModuleType, tmp_path: Path
) -> None:
    form = Cudnn("rnn_relu", units=1, inputs=2)
    model = written(
        tmp_path,
        form.text() + AFTER,
        {"net/opaque_kernel": np.float32([1, 10, 100, 0.25, 0.5]), "scale": np.float32(1)},
    )
    x, h = np.float32([[[1, 2]]]), np.float32([[[3]]])
    with session(model) as legacy:
        assert legacy.run("scaled", {"x": x, "h": h, "c": h}).item() == 1 + 20 + 300 + 0.75


def test_a_graph_that_needs_nothing_is_left_alone(tensorflow: ModuleType, tmp_path: Path) -> None:
    from tf1compat.restore.python_ops import PythonOps

    model = written(tmp_path, "v = VariableV2() dtype=float32; shape=shape()", {"v": np.float32(1)})
    python = PythonOps(model)
    assert python.graph is model.meta_graph.graph
    assert (python.replaced, python.buffers) == ((), frozenset())
