from pathlib import Path

import pytest

from tf1compat.errors import LabelError
from tf1compat.plan.labels import read_labels
from tf1compat.source import open_model

GENUINE = sorted((Path(__file__).parents[2] / "fixtures" / "birnn_classifier").glob("*"))


@pytest.mark.parametrize("folder", GENUINE, ids=lambda each: each.name)
def test_a_genuine_model_has_one_mapping_in_three_forms(folder):
    model = open_model(folder)
    labels = read_labels("checkpoint:class_mapping", model)
    assert len(labels) >= 3
    assert labels == tuple((folder / "class_mapping.txt").read_text().split())
    assert read_labels(str(folder / "class_mapping.npy")) == labels
    assert read_labels(str(folder / "class_mapping.txt")) == labels
    assert read_labels("checkpoint:class_mapping:0", model) == labels


def test_genuine_models_are_at_hand():
    assert GENUINE


def test_a_variable_needs_a_model():
    with pytest.raises(
        LabelError, match=r"'checkpoint:names' names a variable of a checkpoint, but no model was given"
    ):
        read_labels("checkpoint:names")


def test_a_variable_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(LabelError, match=r"no variable 'class_maping'; did you mean 'class_mapping'"):
        read_labels("checkpoint:class_maping", open_model(GENUINE[0]))


def test_a_file_that_does_not_exist(tmp_path):
    (tmp_path / "labels.txt").write_text("cat\ndog\n")
    with pytest.raises(LabelError, match=r"there is no label file .*did you mean 'labels.txt'\?"):
        read_labels(str(tmp_path / "label.txt"))
