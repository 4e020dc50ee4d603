"""A Keras model in a file of HDF5, or its architecture in JSON with the weights beside it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tf1compat.errors import SourceError
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import MetaGraph, read_meta_graph
from tf1compat.options import SourceOptions, code_name
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint
from tf1compat.source.files import beside, read_part
from tf1compat.source.formats.opened import assembled, read_graph, without_values
from tf1compat.source.keras.build import built
from tf1compat.source.keras.code import code_needed, reason_of_need, remedy_of_need
from tf1compat.source.keras.config import layers_of, name_of
from tf1compat.source.keras.describe import described
from tf1compat.source.keras.hdf5 import HDF5_MARK, KerasFile, architecture, read_keras_file
from tf1compat.source.keras.prepare import prepared
from tf1compat.source.model import Checkpoint, LegacyModel

_SUFFIXES = frozenset({".h5", ".hdf5"})
_ARCHIVE, _ARCHIVE_MARK = ".keras", b"PK\x03\x04"
_START = 256
_LISTED = 8


class KerasFormat:
    """`NAME.h5` or `NAME.hdf5`, whole, or weights with the architecture in a `.json` of the folder."""

    name = "a Keras model"
    needs = "an .h5 or .hdf5 that model.save wrote, or that of save_weights with the .json of model.to_json beside it"

    def is_at(self, path: Path) -> bool:
        """Whether a file is called as Keras' files are, or begins so; of a folder, whether it has both parts."""
        if path.is_dir():
            return any(_architectures_in(path)) and any(_weights_in(path))
        return path.is_file() and (_is_hdf5(path) or _is_archive(path) or _is_architecture(path))

    def open(self, path: str | Path, options: SourceOptions) -> LegacyModel:
        """The model as Keras builds it for inference; only its description, where no more is asked for."""
        given = Path(path)
        if given.is_file() and _is_archive(given):
            raise SourceError(_of_third_version(given))
        file, config_path = _files(given)
        config = file.config
        if config is None:
            raise SourceError(_without_architecture(file))
        if file.keras_version.startswith("3."):
            raise SourceError(_of_third_version(file.path))
        names = tuple(name for _, name in _code(options))
        model = assembled(
            "keras", path, file.path, *(_NOT_BUILT, without_values(file.path))
            if options.described else _built(file, config, options),
            further=() if config_path is None else ((config_path.name, config_path),), is_made=True,
        )  # fmt: skip
        return replace(model, keras=described(file, config, names))


_NOT_BUILT = MetaGraph(Graph(()), "", None, MappingProxyType({}), MappingProxyType({}), b"")


def _code(options: SourceOptions) -> list[tuple[str, str]]:
    """The module and the name of each class and function that is given."""
    return [found for each in options.custom_objects if (found := code_name(each)) is not None]


def _built(
    file: KerasFile, config: Mapping[str, Any], options: SourceOptions
) -> tuple[MetaGraph, Checkpoint]:
    """The graph that Keras makes, and its weights in a checkpoint; raises SourceError for what needs other code."""
    code = _code(options)
    names = {name for _, name in code}
    needed = [each for each in code_needed(config, names) if not (each.in_file and options.allow_lambda)]
    if needed:
        reasons = (f"{reason_of_need(each)}: {remedy_of_need(each)}" for each in needed)
        raise SourceError(f"'{file.path}' is not given to Keras: " + "; ".join(reasons))
    prefix = built(file.path, prepared(config, file.keras_version, names), code, options.allow_lambda)
    graph = read_graph(beside(prefix, ".meta"), read_meta_graph, "a MetaGraphDef", "report this")
    return replace(graph, tensorflow_version=""), read_checkpoint(prefix)


# ------------------------------------------------------------------------------------------------ its files


def _is_hdf5(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES or read_part(path, size=len(HDF5_MARK)) == HDF5_MARK


def _is_archive(path: Path) -> bool:
    if path.suffix.lower() == _ARCHIVE:
        return True
    if read_part(path, size=len(_ARCHIVE_MARK)) != _ARCHIVE_MARK:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _is_architecture(path: Path) -> bool:
    """Whether a file holds the JSON of `model.to_json`."""
    if path.suffix.lower() != ".json" or b'"class_name"' not in read_part(path):
        return False
    try:
        return bool(layers_of(_architecture(path)))
    except SourceError:
        return False


def _architecture(path: Path) -> Mapping[str, Any]:
    return architecture(read_part(path).decode("utf-8", "replace"), path)


def _architectures_in(folder: Path) -> Iterator[Path]:
    return (each for each in sorted(folder.glob("*.json")) if each.is_file() and _is_architecture(each))


def _weights_in(folder: Path) -> Iterator[Path]:
    return (each for each in sorted(folder.iterdir()) if each.is_file() and _is_hdf5(each))


def _files(given: Path) -> tuple[KerasFile, Path | None]:
    """The file with the weights and, where it has no architecture, the one of its folder that has."""
    if given.is_dir():
        return _in_folder(given, None)
    if _is_architecture(given):
        return _in_folder(given.parent, given)
    file = read_keras_file(given)
    if file.config is not None:
        return file, None
    fitting = [each for each in _architectures_in(given.parent) if _fits(_architecture(each), file)]
    return _with_architecture(file, fitting[0]) if len(fitting) == 1 else (file, None)


def _in_folder(folder: Path, config_path: Path | None) -> tuple[KerasFile, Path | None]:
    """The weights of a folder that belong to an architecture, the one that is given or any."""
    architectures = [config_path] if config_path is not None else list(_architectures_in(folder))
    files = [read_keras_file(each) for each in _weights_in(folder)]
    pairs = [
        (each, config) for config in architectures for each in files if _fits(_architecture(config), each)
    ]
    if len(pairs) > 1:
        listed = ", ".join(f"'{each.path}'" for each, _ in pairs[:_LISTED])
        raise SourceError(f"'{folder}' holds several Keras models; give the weights of one: {listed}")
    if not pairs:
        shown = ", ".join(f"'{each}'" for each in architectures[:_LISTED])
        raise SourceError(
            f"there are no weights in '{folder}' for the architecture in {shown}; put the .h5 file of save_weights "
            "beside it"
        )
    return _with_architecture(*pairs[0])


def _fits(config: Mapping[str, Any], file: KerasFile) -> bool:
    """Whether an architecture has every layer that a file has weights of, and the file all of its layers."""
    names = {name_of(each) for each in layers_of(config)}
    return {name for name, weights in file.weights.items() if weights} <= names and bool(file.weights)


def _with_architecture(file: KerasFile, config_path: Path) -> tuple[KerasFile, Path]:
    config = _architecture(config_path)
    version = file.keras_version or str(config.get("keras_version", ""))
    return replace(file, config=config, keras_version=version), config_path


# ------------------------------------------------------------------------------------------------ refusals


def _without_architecture(file: KerasFile) -> str:
    layers = [name for name, weights in file.weights.items() if weights]
    listed = ", ".join(f"'{each}'" for each in layers[:_LISTED]) + (", ..." if len(layers) > _LISTED else "")
    elements = sum(each.elements for weights in file.weights.values() for each in weights)
    return (
        f"'{file.path}' holds weights only, as save_weights writes them: {len(layers)} layers with {elements:,} "
        f"parameters ({listed}); its architecture is in the program that built it: put what model.to_json gives there "
        "beside it as a .json file, or give what model.save writes"
    )


def _of_third_version(path: Path) -> str:
    version = _version_in(path)
    if version and not version.startswith("3."):
        return (
            f"'{path}' is a .keras archive of Keras {version}, which is not read; load it with that Keras and save it "
            "with model.save('model.h5')"
        )
    return (
        f"'{path}' is a model of Keras {version or '3'}, which needs no migration: keras.saving.load_model reads it, "
        "and model.export writes a SavedModel"
    )


def _version_in(path: Path) -> str:
    """The version of Keras that an archive names; empty where none does."""
    try:
        with zipfile.ZipFile(path) as archive:
            stored = json.loads(archive.read("metadata.json"))
    except (zipfile.BadZipFile, OSError, KeyError, ValueError):
        return ""
    return str(stored.get("keras_version", "")) if isinstance(stored, dict) else ""
