"""Files of HDF5: what is read of them, and what is wrong with those that are not whole, or not Keras'."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tf1compat.errors import SourceError
from tf1compat.source.keras.hdf5 import read_keras_file

CONFIG: dict[str, Any] = {"class_name": "Sequential", "config": []}


def written(path: Path, config: str | None = json.dumps(CONFIG)) -> Path:
    with h5py.File(path, "w") as file:
        if config is not None:
            file.attrs["model_config"] = config
        file.attrs["keras_version"] = b"2.1.6"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"dense"]
        layer = group.create_group("dense")
        layer.attrs["weight_names"] = [b"dense/kernel:0"]
        layer["dense/kernel:0"] = np.zeros((3, 2), np.float32)
    return path


def test_the_architecture_and_the_shapes_of_the_weights_are_read(tmp_path: Path):
    file = read_keras_file(written(tmp_path / "model.h5"))
    assert (file.config, file.keras_version, file.backend) == (CONFIG, "2.1.6", "")
    (weight,) = file.weights["dense"]
    assert (weight.name, str(weight.shape), weight.elements) == ("dense/kernel", "[3, 2]", 6)


def test_a_list_of_names_that_was_cut_into_pieces_is_put_together(tmp_path: Path):
    path = written(tmp_path / "model.h5")
    with h5py.File(path, "r+") as file:
        group = file["model_weights"]
        group.create_group("other").attrs["weight_names"] = []
        del group.attrs["layer_names"]
        group.attrs["layer_names0"], group.attrs["layer_names1"] = [b"dense"], [b"other"]
    assert list(read_keras_file(path).weights) == ["dense", "other"]


@pytest.mark.parametrize("kept", [8, 100, 900])
def test_a_file_that_is_cut_short_is_said_to_be_so(kept: int, tmp_path: Path):
    path = written(tmp_path / "model.h5")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(SourceError, match=rf"is damaged or cut short \({kept} bytes: .*copy it again"):
        read_keras_file(path)


def test_layers_that_are_listed_and_not_there_are_damage(tmp_path: Path):
    path = written(tmp_path / "model.h5")
    with h5py.File(path, "r+") as file:
        file["model_weights"].attrs["layer_names"] = [b"gone"]
    with pytest.raises(SourceError, match="is damaged or cut short"):
        read_keras_file(path)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "has no class_name"),
        ('{"class_name": "Model"}', "has no class_name and config"),
    ],
)
def test_an_architecture_that_is_none_is_named(config: str, told: str, tmp_path: Path):
    path = tmp_path / "model.json.h5"
    with h5py.File(path, "w") as file:
        file.create_group("model_weights").attrs["layer_names"] = [b"x"]
        file.attrs.create("model_config", config[:60_000])
    with pytest.raises(SourceError, match=told):
        read_keras_file(path)


def test_a_file_of_others_is_no_model(tmp_path: Path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["pictures"] = np.zeros(3)
    with pytest.raises(
        SourceError, match=r"no model of Keras: it has neither 'model_config' nor 'layer_names'"
    ):
        read_keras_file(tmp_path / "data.h5")


@pytest.mark.parametrize("kind", ["link", "storage", "virtual"])
def test_arrays_of_other_files_are_not_read(kind: str, tmp_path: Path):
    path, secret = written(tmp_path / "model.h5"), tmp_path / "secret"
    secret.write_bytes(bytes(24))
    with h5py.File(path, "r+") as file:
        layer = file["model_weights/dense"]
        if kind == "link":
            layer["other"] = h5py.ExternalLink(str(secret), "/x")
        elif kind == "storage":
            layer.create_dataset("other", (6,), np.float32, external=[(str(secret), 0, 24)])
        else:
            layout = h5py.VirtualLayout((3,), np.float32)
            layout[:] = h5py.VirtualSource(str(secret), "x", (3,), np.float32)
            layer.create_virtual_dataset("other", layout)
    with pytest.raises(SourceError, match="has 'model_weights/dense/other' in another file"):
        read_keras_file(path)


def test_what_is_missing_to_read_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(SourceError, match=r"h5py reads; install it: pip install 'tf1compat\[keras\]'"):
        read_keras_file(tmp_path / "model.h5")
