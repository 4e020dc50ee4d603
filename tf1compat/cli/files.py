"""Files that the command line reads and writes: feeds in, reports out."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tf1compat.cli.json_feeds import is_json, read_json
from tf1compat.errors import FeedError, OutputError
from tf1compat.graph.attributes import Array

#: Names that belong to models: no report is ever written over one of these.
_MODEL_FILE = re.compile(r"checkpoint|.*\.(meta|index|pb|pbtxt|h5|ckpt|data-\d{5}-of-\d{5})")


def read_feeds(path: str) -> dict[str, Array]:
    """The arrays of an `.npz` or JSON file by name; raises FeedError. Pickles are never loaded."""
    if not Path(path).is_file():
        raise FeedError(f"the inputs '{path}' are not a file; make one with numpy.savez(path, alias=array)")
    if is_json(path):
        return read_json(path)
    try:
        with Path(path).open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if not isinstance(loaded, np.lib.npyio.NpzFile):
                raise FeedError(f"'{path}' is one array without a name; write numpy.savez(path, alias=array)")
            return {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FeedError(
            f"'{path}' cannot be read as arrays: {reason}; make one with numpy.savez(path, alias=array), "
            "strings as numpy's own str or bytes type"
        ) from error


def write_arrays(path: str, arrays: Mapping[str, Array], precious: Iterable[str]) -> None:
    """An `.npz` file of the arrays, strings as text; replaced whole or not at all."""
    _write(path, lambda file: _fill_npz(file, arrays), precious)


def _fill_npz(file: BinaryIO, arrays: Mapping[str, Array]) -> None:
    """What numpy.savez writes; numpy.savez itself cannot take an array that is named `file`."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, _storable(array), allow_pickle=False)


def _storable(array: Array) -> Array:
    """Object arrays of bytes as an array of text, which needs no pickle."""
    if array.dtype != object:
        return array
    flat = [
        item.decode("utf-8", "backslashreplace") if isinstance(item, bytes) else str(item)
        for item in array.flat
    ]
    return np.array(flat, dtype=np.str_).reshape(array.shape)


def write_text(path: str, text: str, precious: Iterable[str]) -> None:
    """The text as a file; replaced whole or not at all."""
    _write(path, lambda file: file.write(text.encode("utf-8", "backslashreplace")), precious)


def _write(path: str, fill: Callable[[BinaryIO], object], precious: Iterable[str]) -> None:
    target = Path(path).resolve()
    _refuse(path, target, precious)
    if target.exists() and not target.is_file():  # a pipe or a terminal cannot be replaced
        with target.open("wb") as file:
            fill(file)
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with aside.open("xb") as file:
            fill(file)
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def _refuse(path: str, target: Path, precious: Iterable[str]) -> None:
    if target.is_dir():
        raise OutputError(f"'{path}' is a directory; -o needs the name of a file")
    if not target.parent.is_dir():
        raise OutputError(f"the directory of '{path}' does not exist; make it first")
    if _MODEL_FILE.fullmatch(target.name) or target in {Path(each).resolve() for each in precious}:
        raise OutputError(
            f"'{path}' is a file that the model or the command reads; choose another name for -o"
        )
