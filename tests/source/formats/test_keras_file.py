"""Which files and folders are Keras models, and what is refused of them."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from tests.packed import unpack
from tf1compat.errors import SourceError
from tf1compat.options import SourceOptions
from tf1compat.source import open_model
from tf1compat.source.formats.keras_file import KerasFormat

DESCRIBED = SourceOptions(described=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The architecture of a model, and its weights."""
    return unpack("keras_files", "keras2.2.4/in_two_files", tmp_path)


@pytest.mark.parametrize("given", ["", "model.json", "model_weights.h5"])
def test_a_model_in_two_files_is_found_by_either_and_by_their_folder(given: str, folder: Path):
    model = open_model(folder / given, DESCRIBED)
    assert model.keras is not None
    assert [each.name for each in model.keras.layers] == ["hidden", "norm", "dropout_1", "classes"]
    assert model.graph_path == folder / "model_weights.h5"
    assert model.bytes == sum((folder / each).stat().st_size for each in ("model.json", "model_weights.h5"))


def test_the_architecture_of_another_model_is_not_taken(folder: Path):
    text = (folder / "model.json").read_text("utf-8")
    (folder / "model.json").write_text(text.replace('"hidden"', '"other"'), "utf-8")
    with pytest.raises(SourceError, match="holds weights only"):
        open_model(folder / "model_weights.h5", DESCRIBED)
    with pytest.raises(
        SourceError, match=r"there are no weights in .* for the architecture in .*model\.json"
    ):
        open_model(folder, DESCRIBED)


def test_several_weights_that_fit_are_not_chosen_among(folder: Path):
    (folder / "epoch_2.h5").write_bytes((folder / "model_weights.h5").read_bytes())
    with pytest.raises(
        SourceError, match=r"holds several Keras models; give the weights of one: .*epoch_2\.h5"
    ):
        open_model(folder, DESCRIBED)
    assert open_model(folder / "epoch_2.h5", DESCRIBED).graph_path.name == "epoch_2.h5"


def test_a_folder_with_one_file_is_entered(tmp_path: Path):
    whole = unpack("keras_files", "keras2.2.4/unnamed", tmp_path)
    assert open_model(whole, DESCRIBED).graph_path == whole / "model.h5"
    os.rename(whole / "model.h5", whole / "frozen.pb")
    assert open_model(whole / "frozen.pb", DESCRIBED).kind == "keras"


def test_the_digest_is_that_of_the_user_s_files(folder: Path):
    first = open_model(folder, DESCRIBED)
    os.rename(folder / "model_weights.h5", folder / "other.h5")
    assert open_model(folder, DESCRIBED).digest == first.digest
    (folder / "model.json").write_text((folder / "model.json").read_text("utf-8") + " ", "utf-8")
    assert open_model(folder, DESCRIBED).digest != first.digest


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (
            "3.4.1",
            r"is a model of Keras 3\.4\.1, which needs no migration: keras\.saving\.load_model reads it",
        ),
        (
            "2.15.0",
            r"is a \.keras archive of Keras 2\.15\.0, which is not read; .*model\.save\('model\.h5'\)",
        ),
    ],
)
def test_archives_are_refused_by_their_version(version: str, told: str, tmp_path: Path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
    with pytest.raises(SourceError, match=told):
        open_model(path)


def test_other_zip_files_are_none_of_keras(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr("weights.bin", "")
    assert not KerasFormat().is_at(tmp_path / "model.zip")
    (tmp_path / "labels.json").write_text('["class_name"]', "utf-8")
    assert not KerasFormat().is_at(tmp_path / "labels.json")
