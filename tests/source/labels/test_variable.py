import numpy as np
import pytest

from tf1compat.errors import LabelError
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import MetaGraph
from tf1compat.source import LegacyModel, SavedAs
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint
from tf1compat.source.labels.variable import (
    other_checkpoint,
    read_label_variable,
    string_variables,
    variable_of,
)

NAMES = np.array([b"cat", b"dog"], object)


@pytest.fixture
def model(tmp_path, checkpoint_at):
    def make(tensors, **saved_as):
        prefix = checkpoint_at(tmp_path / "model", tensors)
        meta_graph = MetaGraph(Graph(), "1.15.5", None, {}, {}, b"")
        saved = {node: SavedAs(key) for node, key in saved_as.items()}
        return LegacyModel(
            "meta_graph", "model", prefix, meta_graph, read_checkpoint(prefix), saved, 0, "sha256:", ()
        )

    return make


def refusal(model, name):
    with pytest.raises(LabelError) as caught:
        read_label_variable(model, name)
    return str(caught.value)


@pytest.mark.parametrize("name", ["class_mapping", "class_mapping:0", "saved/names", "saved/names:0"])
def test_by_node_name_and_by_key(model, name):
    assert read_label_variable(model({"saved/names": NAMES}, class_mapping="saved/names"), name) == (
        "cat",
        "dog",
    )


def test_the_nodes_name_wins_over_a_key_of_the_same_name(model):
    swapped = model({"a": NAMES, "b": NAMES[::-1].copy()}, a="b", b="a")
    assert read_label_variable(swapped, "a") == ("dog", "cat")


def test_a_column_is_a_list(model):
    assert read_label_variable(model({"names": NAMES.reshape(2, 1)}), "names") == ("cat", "dog")


def test_string_variables_go_by_their_nodes(model):
    held = model({"saved/names": NAMES, "loose": NAMES, "w": np.float32(1)}, class_mapping="saved/names")
    assert string_variables(held) == {"class_mapping": "saved/names", "loose": "loose"}


def test_a_variable_that_is_not_there(model):
    held = model({"class_mapping": NAMES, "kernel": np.float32(1)})
    assert refusal(held, "class_maping").endswith(
        "has no variable 'class_maping'; did you mean 'class_mapping'?"
    )
    assert refusal(held, "zzz").endswith("has no variable 'zzz'; its string variables are: 'class_mapping'")
    assert refusal(held, "not a name!").endswith("its string variables are: 'class_mapping'")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (np.zeros(2, np.float32), "variable 'v' is float32 [2], not string; it has no string variables"),
        (np.array(b"cat", object), "variable 'v' has shape []; labels are one list"),
        (np.array([[b"a", b"b"], [b"c", b"d"]], object), "has shape [2, 2]; labels are one list"),
        (np.array([b"\xff"], object), "does not give labels: b'\\xff' is not UTF-8 text"),
        (np.empty(0, object), "variable 'v' holds no labels"),
    ],
)
def test_a_variable_that_gives_no_labels(model, value, reason):
    assert reason in refusal(model({"v": value}), "v")


def test_a_damaged_variable(model, tmp_path):
    held = model({"names": NAMES})
    data = tmp_path / "model.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-1] + b"?")
    assert "variable 'names' does not give labels: the strings of 'names'" in refusal(held, "names")


@pytest.mark.parametrize("name", ["names", "names:0", "scope/names"])
def test_a_checkpoint_of_its_own(tmp_path, checkpoint_at, name):
    prefix = checkpoint_at(tmp_path / "labels_only", {name.removesuffix(":0"): NAMES})
    found = other_checkpoint(f"{prefix}:{name}")
    assert found is not None
    assert variable_of(*found) == ("cat", "dog")


def test_what_is_no_checkpoint_of_its_own(tmp_path, checkpoint_at):
    prefix = checkpoint_at(tmp_path / "labels_only", {"names": NAMES})
    assert other_checkpoint(f"{prefix}x:names") is None
    assert other_checkpoint(str(prefix)) is None
    found = other_checkpoint(f"{prefix}:nam")
    assert found is not None
    with pytest.raises(LabelError, match="has no variable 'nam'; did you mean 'names'"):
        variable_of(*found)
    (tmp_path / "labels_only.index").write_bytes(b"damaged")
    with pytest.raises(LabelError, match=r"labels_only\.index"):
        other_checkpoint(f"{prefix}:names")
