"""V1 checkpoints, the format of 2016: one table that holds names, shapes and values, or several such shards.

The table's first entry lists the tensors; every other entry is a slice of one, with its values. The keys begin with
the tensor's name in an encoding that keeps the order of names.
Source: tensorflow/core/util/tensor_slice_writer.cc, tensor_slice_reader.cc, saved_tensor_slice_util.cc.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from tf1compat.errors import SourceError
from tf1compat.graph.attributes import Array
from tf1compat.graph.protos import (
    BundleEntry,
    DecodeError,
    Extents,
    StoredTensor,
    read_stored_slice,
    read_stored_tensors,
)
from tf1compat.source.checkpoints.sstable import TableFile, is_table
from tf1compat.source.files import Prefix, beside, last_bytes, refuse_pointer
from tf1compat.source.model import Checkpoint

FORMAT: Literal["V1"] = "V1"
_SHARD = re.compile(r"-(\d{5}|\?{5})-of-(\d{5})\Z")
_TABLE_END = 48
_LIST_KEY = b""  # of the first entry


def is_first_version(prefix: Prefix) -> bool:
    """Whether a V1 checkpoint has this prefix: the one file of that name, or its shards."""
    if beside(prefix, ".index").exists():
        return False
    whole = beside(prefix, "")
    return _is_table_file(whole) if whole.is_file() else any(map(_is_table_file, shards_of(prefix)))


def _is_table_file(path: Path) -> bool:
    return path.is_file() and is_table(last_bytes(path, _TABLE_END))


def without_shard(name: str) -> str:
    """The name of the checkpoint that a shard, or the pattern for all shards, belongs to; any other name as it is."""
    return _SHARD.sub("", name)


def shards_of(prefix: Prefix) -> tuple[Path, ...]:
    """The shards of this prefix in their order; those of the largest number where a folder has two sets."""
    if not prefix.parent.is_dir():
        return ()
    names = (each.name for each in prefix.parent.iterdir() if each.name.startswith(prefix.name + "-"))
    matches = [(name, match) for name in names if (match := _SHARD.fullmatch(name, len(prefix.name)))]
    most = max((match[2] for _, match in matches), default="")
    return tuple(prefix.parent / name for name, match in sorted(matches) if match[2] == most)


def read_first_version(prefix: Prefix) -> Checkpoint:
    """The V1 checkpoint of this prefix, with all its shards; raises SourceError. No values are read."""
    whole = beside(prefix, "")
    shards = (whole,) if whole.is_file() else _all_shards(prefix)
    found: dict[str, StoredTensor] = {}
    places: dict[str, int] = {}
    for number, shard in enumerate(shards):
        for name, stored in _listed(shard).items():
            before = found.get(name, stored)
            if (before.dtype, before.shape) != (stored.dtype, stored.shape):
                raise SourceError(
                    f"'{name}' has two shapes or types in the shards of '{prefix}'; save it anew"
                )
            own = before.slices if before is not stored else ()
            found[name] = StoredTensor(stored.dtype, stored.shape, (*own, *stored.slices))
            places.setdefault(name, number)
    entries = {name: _entry(found[name], places[name]) for name in sorted(found)}
    return Checkpoint(prefix, FORMAT, MappingProxyType(entries), shards)


def _all_shards(prefix: Prefix) -> tuple[Path, ...]:
    shards = shards_of(prefix)
    match = _SHARD.search(shards[0].name) if shards else None
    if match is None:
        raise SourceError(f"there is no V1 checkpoint '{prefix}'")
    every = tuple(beside(prefix, f"-{number:05d}-of-{match[2]}") for number in range(int(match[2])))
    for shard in every:
        if not shard.is_file():
            raise SourceError(
                f"'{shard}' is missing: the checkpoint '{prefix.name or prefix}' has {len(every)} shards; "
                "put it beside the others"
            )
    return every


def _listed(shard: Path) -> Mapping[str, StoredTensor]:
    refuse_pointer(shard)
    table = TableFile.open(shard)
    key, value = next(table.entries_from(_LIST_KEY), (None, b""))
    try:
        stored = read_stored_tensors(value) if key == _LIST_KEY else None
    except DecodeError:
        stored = None
    if stored is None:
        raise SourceError(
            f"'{shard}' is a table, but its first entry does not list a V1 checkpoint's tensors"
        )
    return stored


def _entry(stored: StoredTensor, shard: int) -> BundleEntry:
    dims = tuple(dim or 0 for dim in stored.shape.dims or ())
    width = np.dtype(stored.dtype.numpy).itemsize if stored.dtype.numpy is not None else 1
    return BundleEntry(
        stored.dtype, stored.shape, shard, 0, math.prod(dims) * width, 0, not _is_whole(stored.slices, dims)
    )


def _is_whole(slices: tuple[Extents, ...], dims: tuple[int, ...]) -> bool:
    return len(slices) == 1 and all(
        extent is None or extent == (0, dim) for extent, dim in zip(slices[0], dims, strict=False)
    )


# ------------------------------------------------------------------------------------------------ values


def read_stored(checkpoint: Checkpoint, key: str) -> Array:
    """A tensor's value, joined where it lies in slices; strings as an array of bytes. Raises SourceError."""
    entry = checkpoint.entries[key]
    if entry.dtype.numpy is None:
        raise SourceError(f"'{key}' in '{checkpoint.prefix}' is {entry.dtype}, which numpy does not hold")
    dims = tuple(dim or 0 for dim in entry.shape.dims or ())
    value: Array = np.zeros(dims, entry.dtype.numpy)
    covered = np.zeros(dims, np.bool_)
    for extents, values in _slices(checkpoint, key):
        place = _place(extents, dims)
        if values.size not in (value[place].size, 1):
            raise SourceError(
                f"a slice of '{key}' in '{checkpoint.prefix}' has {values.size} values, where "
                f"{value[place].size} belong; copy the checkpoint again"
            )
        value[place] = values.reshape(value[place].shape) if values.size == value[place].size else values[0]
        covered[place] = True
    if not covered.all():
        raise SourceError(f"parts of '{key}' are not in '{checkpoint.prefix}'; copy all its files again")
    return value


def _place(extents: Extents, dims: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(
        slice(0, dim) if extent is None else slice(extent[0], extent[0] + extent[1])
        for extent, dim in zip((*extents, *(None,) * (len(dims) - len(extents))), dims, strict=False)
    )


def _slices(checkpoint: Checkpoint, key: str) -> Iterator[tuple[Extents, Array]]:
    """The slices of a tensor in all shards."""
    dtype, start = checkpoint.entries[key].dtype, _key_of(key)
    for shard in checkpoint.shards:
        for found, content in TableFile.open(shard).entries_from(start):
            if not found.startswith(start):
                break
            try:
                yield read_stored_slice(content, dtype)
            except DecodeError as error:
                raise SourceError(f"'{key}' in '{shard}' is damaged: {error}; copy it again") from error


def _key_of(name: str) -> bytes:
    """How the keys of a tensor's slices begin: a zero, the name, what ends a text.

    Source: tensorflow/core/lib/strings/ordered_code.cc; the bytes that it marks are in no UTF-8 text but a zero.
    """
    return b"\0" + name.encode("utf-8").replace(b"\0", b"\0\xff") + b"\0\1"
