"""Checkpoints without a graph: what they hold, by names or through objects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import trackable_object_graph_pb2

import tf1compat
from tf1compat.errors import SourceError
from tf1compat.source import open_model
from tf1compat.source.checkpoints.object_based import is_object_based, stored_values
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint

KERNEL = "model/layer/kernel/.ATTRIBUTES/VARIABLE_VALUE"
MOMENT = "model/layer/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE"


def objects() -> bytes:
    """A model with a layer with a kernel, and an optimizer that keeps a moment of it."""
    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    root, model, layer, kernel, optimizer, moment = (graph.nodes.add() for _ in range(6))
    for parent, name, child in (
        (root, "model", 1),
        (model, "layer", 2),
        (layer, "kernel", 3),
        (root, "optimizer", 4),
    ):
        parent.children.add(node_id=child, local_name=name)
    kernel.attributes.add(name="VARIABLE_VALUE", full_name="dense/kernel", checkpoint_key=KERNEL)
    layer.attributes.add(
        name="OBJECT_CONFIG_JSON", checkpoint_key="model/layer/.ATTRIBUTES/OBJECT_CONFIG_JSON"
    )
    moment.attributes.add(name="VARIABLE_VALUE", full_name="dense/kernel/m", checkpoint_key=MOMENT)
    optimizer.slot_variables.add(original_variable_node_id=3, slot_name="m", slot_variable_node_id=5)
    return bytes(graph.SerializeToString())


@pytest.fixture
def object_based(tmp_path: Path, checkpoint_at: Callable[..., Path]) -> Path:
    values = {KERNEL: np.zeros((2, 3), np.float32), MOMENT: np.zeros((2, 3), np.float32)}
    values["_CHECKPOINTABLE_OBJECT_GRAPH"] = np.array([objects()], object)
    return checkpoint_at(tmp_path / "cp.ckpt", values)


def test_values_are_told_by_their_paths_and_slots_by_what_they_are_of(object_based: Path) -> None:
    checkpoint = read_checkpoint(object_based)
    assert is_object_based(checkpoint)
    found = [(each.path, each.name, each.slot) for each in stored_values(checkpoint)]
    assert found == [
        ("model/layer/kernel", "dense/kernel", ""),
        ("model/layer/kernel", "dense/kernel/m", "m"),
    ]


def test_objects_that_are_not_there_are_damage(tmp_path: Path, checkpoint_at: Callable[..., Path]) -> None:
    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    graph.nodes.add().children.add(node_id=7, local_name="gone")
    values = {"_CHECKPOINTABLE_OBJECT_GRAPH": np.array([graph.SerializeToString()], object)}
    with pytest.raises(SourceError, match=r"the objects in '.*cp.ckpt' are damaged: it names objects"):
        stored_values(read_checkpoint(checkpoint_at(tmp_path / "cp.ckpt", values)))


def test_of_names_what_optimizers_keep_is_told(tmp_path: Path, checkpoint_at: Callable[..., Path]) -> None:
    names = ("w", "w/Adam", "w/Adam_1", "beta1_power", "global_step", "my/Adam")
    checkpoint = read_checkpoint(checkpoint_at(tmp_path / "model", {each: np.float32(0) for each in names}))
    found = {each.path: each.slot for each in stored_values(checkpoint)}
    assert {name for name, slot in found.items() if not slot} == {"w", "my/Adam"}


def test_inspection_lists_them_and_nothing_is_written(object_based: Path) -> None:
    assert open_model(object_based).kind == "checkpoint"
    found = tf1compat.inspect(object_based)
    assert "kernel  float32 [2, 3]" in str(found)
    assert "(1 value of training)" in str(found)
    told = found.to_json()
    assert told["source"]["kind"] == "checkpoint"
    assert [(each["name"], each["needed"]) for each in told["variables"]] == [
        ("model/layer/kernel", True),
        ("model/layer/kernel (m)", False),
    ]
    assert [each["code"] for each in told["blockers"]] == ["no-graph"]
    with pytest.raises(tf1compat.Tf1CompatError, match="--builder module:function"):
        tf1compat.migrate(object_based, object_based.parent / "out")
    assert not (object_based.parent / "out").exists()
