"""Keras' HDF5 files, read by h5py: attributes and the shapes of arrays; nothing is unpickled or run.

Source: keras/engine/saving.py of Keras 2.2.4, tensorflow/python/keras/saving/hdf5_format.py of TensorFlow 1.15.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tf1compat.errors import SourceError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.source.files import refuse_pointer, size_of
from tf1compat.source.keras.description import StoredWeight

HDF5_MARK = b"\x89HDF\r\n\x1a\n"
_CONFIG, _WEIGHTS, _LAYERS, _NAMES = "model_config", "model_weights", "layer_names", "weight_names"


@dataclass(frozen=True)
class KerasFile:
    """What an HDF5 file of Keras holds: its architecture, None where it has weights alone, and the layers' weights."""

    path: Path
    config: Mapping[str, Any] | None
    keras_version: str
    backend: str
    weights: Mapping[str, tuple[StoredWeight, ...]] = field(default_factory=lambda: MappingProxyType({}))


def read_keras_file(path: Path) -> KerasFile:
    """The content of a file, its arrays left where they are; raises SourceError where it is none of Keras."""
    refuse_pointer(path)
    with _opened(path) as file:
        stored = file.get(_WEIGHTS, file)
        if _CONFIG not in file.attrs and not _list_of(stored, _LAYERS):
            raise SourceError(
                f"'{path}' is an HDF5 file, and no model of Keras: it has neither {_CONFIG!r} nor {_LAYERS!r}; give "
                "the file that model.save wrote"
            )
        _refuse_arrays_elsewhere(path, file)
        return KerasFile(
            path,
            _config_of(path, file),
            _text(file.attrs.get("keras_version", stored.attrs.get("keras_version", b""))),
            _text(file.attrs.get("backend", stored.attrs.get("backend", b""))),
            MappingProxyType(
                {name: tuple(_weights(path, stored, name)) for name in _list_of(stored, _LAYERS)}
            ),
        )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        import h5py
    except ImportError as error:
        raise SourceError(
            f"'{path}' is an HDF5 file, which the package h5py reads; install it: pip install 'tf1compat[keras]'"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(
            f"'{path}' is damaged or cut short ({size_of(path)} bytes: {reason}); copy it again"
        ) from error


def _config_of(path: Path, file: Any) -> Mapping[str, Any] | None:
    if _CONFIG not in file.attrs:
        return None
    return architecture(_text(file.attrs[_CONFIG]), path)


def architecture(text: str, path: Path) -> Mapping[str, Any]:
    """The architecture of a model in JSON; raises SourceError where it is none."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"the architecture in '{path}' is not JSON: {error}; copy it again") from error
    if (
        not isinstance(config, dict)
        or not isinstance(config.get("class_name"), str)
        or "config" not in config
    ):
        raise SourceError(
            f"the architecture in '{path}' is not one of Keras: it has no class_name and config"
        )
    return config


def _weights(path: Path, stored: Any, layer: str) -> Iterator[StoredWeight]:
    for name in _list_of(stored[layer], _NAMES):
        array = stored[layer][name]
        yield StoredWeight(name.removesuffix(":0"), DType(str(array.dtype)), Shape(tuple(array.shape)))


def _list_of(group: Any, name: str) -> list[str]:
    """A list of names in an attribute, which Keras cuts into pieces where it is long."""
    if name in group.attrs:
        return [_text(each) for each in group.attrs[name]]
    found: list[str] = []
    piece = 0
    while f"{name}{piece}" in group.attrs:
        found += [_text(each) for each in group.attrs[f"{name}{piece}"]]
        piece += 1
    return found


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _refuse_arrays_elsewhere(path: Path, file: Any) -> None:
    """Raises SourceError where a group or an array is that of another file: what it names would be read unasked."""
    import h5py

    def look(name: str, link: Any) -> str | None:
        if isinstance(link, h5py.ExternalLink):
            return name
        array = file.get(name) if isinstance(link, h5py.HardLink) else None
        return name if isinstance(array, h5py.Dataset) and (array.external or array.is_virtual) else None

    found = file.visititems_links(look)
    if found is not None:
        raise SourceError(f"'{path}' has '{found}' in another file, which is not read; keep all in one file")
