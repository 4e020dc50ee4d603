"""Class labels in files: `.txt`, `.json`, `.csv`, `.tsv` and `.npy`."""

from __future__ import annotations

import csv
import io
import json
import math
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from tf1compat.errors import LabelError, SourceError, nearest
from tf1compat.source.files import read_bytes
from tf1compat.source.labels.inert_pickle import read_inert
from tf1compat.source.labels.order import is_number, labels_from_list, labels_from_pairs

_HEADERS = frozenset({"label", "labels", "class", "classes", "class_name", "class_names"})


def read_label_file(path: Path) -> tuple[str, ...]:
    """The class names in a file, in the order of their numbers; raises LabelError that says what is wrong."""
    reader = _READERS.get(path.suffix.lower())
    if not path.is_file():
        raise LabelError(_missing(path))
    if reader is None:
        kinds = ", ".join(_READERS)
        raise LabelError(f"'{path}' is no kind of label file; give {kinds} or 'checkpoint:VARIABLE'")
    try:
        labels = reader(read_bytes(path))
    except SourceError as error:
        raise LabelError(str(error)) from error
    except ValueError as error:
        raise LabelError(f"'{path}' does not give labels: {error}") from error
    if not labels:
        raise LabelError(f"'{path}' holds no labels")
    return labels


def _missing(path: Path) -> str:
    folder = path.parent
    if path.is_dir():
        return f"'{path}' is a folder; give the label file in it"
    if not folder.is_dir():
        return f"there is no label file '{path}': the folder '{folder}' does not exist"
    return f"there is no label file '{path}'{nearest(path.name, (each.name for each in folder.iterdir()))}"


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8 text") from error


# -------------------------------------------------------------------------------------------------- texts


def _from_txt(content: bytes) -> tuple[str, ...]:
    lines = [line.removesuffix("\r") for line in _decoded(content).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if "" in lines:
        raise ValueError(f"line {lines.index('') + 1} is empty; every line is one class")
    return tuple(line.strip() or line for line in lines)


class _Pairs(tuple[tuple[str, object], ...]):
    """A JSON object with nothing lost: a key that comes twice is there twice."""


def _from_json(content: bytes) -> tuple[str, ...]:
    try:
        value = json.loads(content, object_pairs_hook=_Pairs)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is not JSON ({error})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if isinstance(value, _Pairs):
        return labels_from_pairs(value) if value else ()
    if isinstance(value, list):
        return labels_from_list(value)
    raise ValueError("it is neither a list nor a mapping")


def _from_table(delimiter: str) -> Callable[[bytes], tuple[str, ...]]:
    def read(content: bytes) -> tuple[str, ...]:
        rows = _rows(_decoded(content), delimiter)
        if not rows or len(rows[0]) == 1:
            return labels_from_list(cell for (cell,) in _without_title(rows))
        if not any(map(is_number, rows[0])):
            rows = rows[1:]
        return labels_from_pairs([(row[0], row[1]) for row in rows]) if rows else ()

    return read


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [[cell.strip() or cell for cell in row] for row in found if row]
    except csv.Error as error:
        raise ValueError(f"it is not a table ({error})") from error
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]) or len(row) > 2:
            raise ValueError(
                f"row {number} has {len(row)} columns; give one (names) or two (numbers and names)"
            )
    return rows


def _without_title(rows: list[list[str]]) -> list[list[str]]:
    return rows[1:] if rows and rows[0][0].casefold() in _HEADERS else rows


# -------------------------------------------------------------------------------------------------- numpy


def _from_npy(content: bytes) -> tuple[str, ...]:
    file = io.BytesIO(content)
    shape, dtype = _npy_header(file)
    rest = content[file.tell() :]
    if dtype == np.dtype(object):
        return _from_objects(rest)
    if dtype.kind not in "US":
        raise ValueError(f"it is an array of {dtype}, not of names")
    _check_list(shape)
    if math.prod(shape) * dtype.itemsize != len(rest) or not dtype.itemsize:
        raise ValueError(f"{len(rest)} bytes do not make {dtype} of shape {shape}; it is cut short")
    return labels_from_list(np.frombuffer(rest, dtype).tolist())


def _npy_header(file: io.BytesIO) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    version = npy.read_magic(file)
    if version not in readers:
        raise ValueError(f"version {version} of the .npy format is not read")
    with warnings.catch_warnings():  # numpy remarks on headers that Python 2 wrote
        warnings.simplefilter("ignore", UserWarning)
        shape, _, dtype = readers[version](file)
    return shape, dtype


def _from_objects(content: bytes) -> tuple[str, ...]:
    array = read_inert(content)
    if array.shape:
        _check_list(array.shape)
        return labels_from_list(array.elements)
    (value,) = array.elements
    if isinstance(value, dict):
        return labels_from_pairs(tuple(value.items())) if value else ()
    if isinstance(value, (list, tuple)):
        return labels_from_list(value)
    raise ValueError("the object in it is neither a list nor a mapping")


def _check_list(shape: tuple[int, ...]) -> None:
    if not shape or sum(size != 1 for size in shape) > 1:
        raise ValueError(f"its shape is {shape}; labels are one list")


_READERS: dict[str, Callable[[bytes], tuple[str, ...]]] = {
    ".txt": _from_txt,
    ".json": _from_json,
    ".csv": _from_table(","),
    ".tsv": _from_table("\t"),
    ".npy": _from_npy,
}
