"""Class names in numpy's files: an `.npy` with one array, or an `.npz` with several. `allow_pickle` is never used."""

from __future__ import annotations

import io
import math
import tokenize
import warnings
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.lib import format as npy

from tf1compat.source.labels.inert_pickle import read_inert
from tf1compat.source.labels.order import Naming, labels_from_list
from tf1compat.source.labels.structures import check_list, namings

_MOST_BYTES = 256 << 20


def namings_of_npy(content: bytes) -> list[Naming]:
    """The names in an `.npy`: of its texts, or of the objects that are pickled in it; raises ValueError."""
    shape, dtype, rest = _parts(content)
    if dtype == np.dtype(object):
        return _of_objects(rest)
    if dtype.kind not in "US":
        raise ValueError(f"it is an array of {dtype}, not of names")
    check_list(shape)
    if math.prod(shape) * dtype.itemsize != len(rest) or not dtype.itemsize:
        raise ValueError(f"{len(rest)} bytes do not make {dtype} of shape {shape}; it is cut short")
    return [Naming(labels_from_list(np.frombuffer(rest, dtype).tolist()))]


def namings_of_npz(content: bytes) -> list[Naming]:
    """The names in each array of an `.npz` that holds some; raises ValueError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(each.filename, _member(archive, each)) for each in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it is no archive of arrays ({error})") from error
    found: dict[str, Any] = {}
    reasons: list[ValueError] = []
    for name, member in members:
        try:
            inner = namings_of_npy(member)
        except ValueError as error:
            reasons.append(ValueError(f"'{name}' in it: {error}"))
            continue
        found[name.removesuffix(".npy")] = [label for each in inner[:1] for label in each.names]
    if not found and reasons:
        raise reasons[0]
    return namings(found) if len(found) > 1 else [Naming(tuple(each)) for each in found.values()]


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"'{info.filename}' in it takes more than {_MOST_BYTES >> 20} MB")
    return content


def _parts(content: bytes) -> tuple[tuple[int, ...], np.dtype[np.generic], bytes]:
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    file = io.BytesIO(content)
    version = npy.read_magic(file)
    if version not in readers:
        raise ValueError(f"version {version} of the .npy format is not read")
    try:
        with warnings.catch_warnings():  # numpy remarks on headers that Python 2 wrote
            warnings.simplefilter("ignore")
            shape, _, dtype = readers[version](file)
    except (tokenize.TokenError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError) as error:
        raise ValueError(f"its header is damaged ({error})") from error
    return shape, dtype, content[file.tell() :]


def _of_objects(content: bytes) -> list[Naming]:
    array = read_inert(content)
    if not array.shape and not isinstance(array.elements[0], (dict, list, tuple)):
        raise ValueError("the object in it is neither a list nor a mapping")
    return namings(array)
