"""Arrays in JSON: an object of nested lists by alias, as such or in the forms of TensorFlow Serving and `predict`.

    {"x": [[1, 2]], "name": ["a"]}
    {"inputs": {"x": [[1, 2]]}}
    {"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}
    {"outputs": {"y": {"dtype": "float32", "shape": [2], "values": [1, "NaN"]}}}

An item `{"b64": "..."}` is a string of bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tf1compat.errors import FeedError
from tf1compat.graph.attributes import Array

_FORM = 'an object of lists by alias: {"x": [[1, 2]], "name": ["a"]}'
_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})


def is_json(path: str) -> bool:
    """Whether a file is meant to be JSON, by its name or by how it begins."""
    if path.lower().endswith(".json"):
        return True
    with Path(path).open("rb") as file:
        return file.read(64).lstrip()[:1] == b"{"


def read_json(path: str) -> dict[str, Array]:
    """The arrays of a JSON file by name; raises FeedError."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        return {name: _array(name, value) for name, value in _by_name(document).items()}
    except (ValueError, RecursionError, OSError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FeedError(f"'{path}' cannot be read as arrays: {reason}; it holds {_FORM}") from error


def _by_name(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict) or not document:
        raise ValueError("there are no names in it")
    for key in ("inputs", "outputs"):
        if isinstance(document.get(key), dict):
            return dict(document[key])
    rows = document.get("instances")
    if isinstance(rows, list) and rows and all(isinstance(each, dict) for each in rows):
        return {name: [each[name] for each in _alike(rows)] for name in rows[0]}
    return document


def _alike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if any(each.keys() != rows[0].keys() for each in rows):
        raise ValueError("its instances have different names")
    return rows


def _array(name: str, value: Any) -> Array:
    if isinstance(value, dict) and "values" in value:
        found = _array(name, value["values"])
        dtype = str(value.get("dtype", found.dtype.name))
        return found if dtype == "string" else found.astype(dtype).reshape(value.get("shape", found.shape))
    plain = _plain(value)
    leaves = list(_leaves(plain))
    if leaves and all(each in _NUMBERS for each in leaves if isinstance(each, str)):
        plain = _with_numbers(plain)
    is_text = any(isinstance(each, bytes) for each in leaves)
    if not all(isinstance(each, bytes | str if is_text else bool | int | float | str) for each in leaves):
        raise ValueError(f"'{name}' holds something that is no number, truth value or text")
    try:
        return np.array(plain, object if is_text else None)
    except ValueError as error:
        raise ValueError(f"the lists of '{name}' are of different lengths") from error


def _leaves(value: Any) -> Iterator[Any]:
    for each in value if isinstance(value, list) else ():
        yield from _leaves(each)
    if not isinstance(value, list):
        yield value


def _plain(value: Any) -> Any:
    """Nested lists, with strings of bytes where they are marked."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not (isinstance(value, dict) and value.keys() == {"b64"}):
        return value
    try:
        return base64.b64decode(value["b64"], validate=True)
    except (binascii.Error, TypeError) as error:
        raise ValueError(f"'{value['b64']}' is no base64") from error


def _with_numbers(value: Any) -> Any:
    """Nested lists with the numbers that JSON has only names for."""
    if isinstance(value, list):
        return [_with_numbers(each) for each in value]
    return float(value) if isinstance(value, str) else value
