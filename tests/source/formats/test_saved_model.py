"""SavedModels of TensorFlow 1: which graph is taken, and where its variables and assets lie."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tensorboard.compat.proto import meta_graph_pb2

import tf1compat
from tf1compat.errors import SourceError
from tf1compat.graph.protos import write_graph_def
from tf1compat.graph.protos.saved_models import SavedModelProto
from tf1compat.graph.text import from_text
from tf1compat.options import SourceOptions
from tf1compat.source import open_model


def make_saved_model(char_rnn: Path, folder: Path, *tags: tuple[str, ...]) -> Path:
    """A SavedModel with the same graph once for each of these sets of tags."""
    proto = SavedModelProto(saved_model_schema_version=1)
    for each in tags:
        graph = meta_graph_pb2.MetaGraphDef.FromString((char_rnn / "model.meta").read_bytes())
        graph.meta_info_def.tags.extend(each)
        graph.signature_def["tell"].method_name = "tensorflow/serving/predict"
        graph.signature_def["tell"].inputs["word"].name = "x:0"
        graph.signature_def["tell"].outputs["next"].name = "probabilities:0"
        proto.meta_graphs.append(graph)
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(proto.SerializeToString())
    for each in char_rnn.glob("model.*"):
        if each.suffix != ".meta":
            shutil.copy(each, folder / "variables" / each.name.replace("model", "variables"))
    return folder


@pytest.fixture
def saved_model(char_rnn: Path, tmp_path: Path) -> Path:
    return make_saved_model(char_rnn, tmp_path / "saved", ("serve",))


@pytest.mark.parametrize("given", ["", "saved_model.pb"])
def test_a_folder_and_its_graph_open_the_same(saved_model: Path, given: str) -> None:
    found = open_model(saved_model / given)
    assert (found.kind, found.checkpoint.format) == ("saved_model", "V2")
    assert found.checkpoint.prefix == saved_model / "variables" / "variables"
    assert found.meta_graph.tags == ("serve",)
    assert {saved.key for saved in found.saved_as.values()} == set(found.checkpoint.entries)


def test_a_folder_above_is_entered(saved_model: Path) -> None:
    shutil.rmtree(saved_model.parent / "char_rnn", ignore_errors=True)
    assert open_model(saved_model.parent).path == str(saved_model)


def test_a_module_of_hub_is_told_by_its_mark(saved_model: Path) -> None:
    (saved_model / "tfhub_module.pb").write_bytes(b"\x08\x03")
    assert open_model(saved_model).kind == "hub_module"


def test_of_several_graphs_the_served_one_is_taken_and_the_others_are_known(
    char_rnn: Path, tmp_path: Path
) -> None:
    folder = make_saved_model(char_rnn, tmp_path / "several", ("train",), ("serve",))
    found = open_model(folder)
    assert found.meta_graph.tags == ("serve",)
    assert [each.tags for each in found.choices] == [("train",), ("serve",)]
    assert open_model(folder, SourceOptions(tags=("train",))).meta_graph.tags == ("train",)


def test_without_a_served_one_tags_are_asked_for(char_rnn: Path, tmp_path: Path) -> None:
    folder = make_saved_model(char_rnn, tmp_path / "several", ("train",), ("eval", "gpu"))
    with pytest.raises(
        SourceError, match="has 2 graphs, none to serve; give --tags train or --tags eval,gpu"
    ):
        open_model(folder)
    with pytest.raises(SourceError, match="none with the tags 'tpu'; give --tags train or"):
        open_model(folder, SourceOptions(tags=("tpu",)))


def test_a_plan_opens_the_graph_that_it_was_made_of(char_rnn: Path, tmp_path: Path) -> None:
    folder = make_saved_model(char_rnn, tmp_path / "several", ("train",), ("serve",))
    plan = tf1compat.plan(folder, tags=["train"])
    assert plan.opened == SourceOptions(tags=("train",))


def test_variables_in_a_folder_of_another_name(saved_model: Path) -> None:
    (saved_model / "variables").rename(saved_model / "weights")
    assert open_model(saved_model).checkpoint.prefix == saved_model / "weights" / "variables"


def test_without_variables_a_graph_that_has_some_cannot_be_migrated(saved_model: Path) -> None:
    shutil.rmtree(saved_model / "variables")
    assert not open_model(saved_model).has_values
    assert [each.code for each in tf1compat.plan(saved_model).blockers] == ["no-values"]


def test_a_frozen_graph_under_that_name(tmp_path: Path) -> None:
    graph = "x = Placeholder() dtype=float32; shape=shape(None, 2)\n y = Relu(x) T=float32"
    (tmp_path / "saved_model.pb").write_bytes(write_graph_def(from_text(graph)))
    found = open_model(tmp_path)
    assert [node.name for node in found.meta_graph.graph.nodes] == ["x", "y"]


def test_a_damaged_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\xff\xff")
    with pytest.raises(
        SourceError, match=r"saved_model.pb' is no SavedModel, neither binary nor as text \(2 byt"
    ):
        open_model(tmp_path)


def test_one_of_tensorflow_2_needs_no_migration(saved_model: Path) -> None:
    proto = SavedModelProto.FromString((saved_model / "saved_model.pb").read_bytes())
    proto.meta_graphs[0].object_graph_def.nodes.add()
    (saved_model / "saved_model.pb").write_bytes(proto.SerializeToString())
    with pytest.raises(SourceError, match="is a SavedModel of TensorFlow 2, which needs no migration"):
        open_model(saved_model)
