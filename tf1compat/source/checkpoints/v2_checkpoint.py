"""Checkpoints of either format; here those of the newer, tensor bundles (V2).

An `.index` tells where each tensor lies, shards hold the bytes.

Source: tensorflow/core/util/tensor_bundle/tensor_bundle.h and .cc.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import accumulate, pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tf1compat.errors import SourceError, nearest
from tf1compat.graph.attributes import Array, Shape
from tf1compat.graph.protos import (
    BundleEntry,
    BundleHeader,
    DecodeError,
    read_bundle_entry,
    read_bundle_header,
)
from tf1compat.source.checkpoints.crc32c import masked_crc32c
from tf1compat.source.checkpoints.sstable import read_table
from tf1compat.source.checkpoints.v1_checkpoint import is_first_version, read_first_version, read_stored
from tf1compat.source.checkpoints.varint import read_varints
from tf1compat.source.files import Prefix, beside, read_bytes, read_part, refuse_pointer, size_of
from tf1compat.source.model import Checkpoint

_HEADER_KEY = b""
_MOST_SHARDS = 99_999  # a shard's name has five digits
_SLICE_MARK = b"\0"  # keys of single slices begin so; a variable's own name never does


def read_checkpoint(prefix: Prefix) -> Checkpoint:
    """The checkpoint of this prefix, every shard found to be there and long enough; raises SourceError."""
    return read_first_version(prefix) if is_first_version(prefix) else _read_bundle(prefix)


def _read_bundle(prefix: Prefix) -> Checkpoint:
    index = beside(prefix, ".index")
    table = read_table(read_bytes(index), str(index))
    header = _header(table, index)
    stored = {key: _entry(key, value, index) for key, value in table.items() if key != _HEADER_KEY}
    shards = tuple(
        beside(prefix, f".data-{number:05d}-of-{header.shards:05d}") for number in range(header.shards)
    )
    _check_shards(shards, stored, index)
    entries = {_text(key): entry for key, entry in stored.items() if not key.startswith(_SLICE_MARK)}
    return Checkpoint(prefix, "V2", MappingProxyType(entries), shards)


def _header(table: Mapping[bytes, bytes], index: Path) -> BundleHeader:
    if _HEADER_KEY not in table:
        raise SourceError(f"'{index}' has no header: it is a table, but not a V2 checkpoint's index")
    try:
        header = read_bundle_header(table[_HEADER_KEY])
    except DecodeError as error:
        raise SourceError(f"the header in '{index}' is damaged; copy the file again") from error
    if header.big_endian:
        raise SourceError(f"'{index}' was written on a big-endian machine, which is not read; save it anew")
    if not 0 < header.shards <= _MOST_SHARDS:
        raise SourceError(f"'{index}' is damaged: it tells of {header.shards} data files; copy it again")
    return header


def _entry(key: bytes, value: bytes, index: Path) -> BundleEntry:
    try:
        return read_bundle_entry(value)
    except DecodeError as error:
        raise SourceError(f"the entry '{_text(key)}' in '{index}' is damaged; copy the file again") from error


def _text(key: bytes) -> str:
    return key.decode("utf-8", "backslashreplace")


def _check_shards(shards: tuple[Path, ...], stored: Mapping[bytes, BundleEntry], index: Path) -> None:
    sizes = []
    for shard in shards:
        if not shard.is_file():
            raise SourceError(_missing_shard(shard, len(shards), index))
        refuse_pointer(shard)
        sizes.append(size_of(shard))
    for key, entry in sorted(stored.items(), key=lambda item: (item[1].shard, item[1].offset)):
        if not 0 <= entry.shard < len(shards) or entry.offset < 0 or entry.size < 0:
            raise SourceError(
                f"'{index}' puts '{_text(key)}' into a place that cannot be; copy the file again"
            )
        if entry.offset + entry.size > sizes[entry.shard]:
            raise SourceError(
                f"'{shards[entry.shard]}' is cut short: tensor '{_text(key)}' needs bytes {entry.offset} to "
                f"{entry.offset + entry.size}, the file has {sizes[entry.shard]}; copy it again"
            )


def _missing_shard(shard: Path, count: int, index: Path) -> str:
    others = sorted(each.name for each in shard.parent.iterdir() if ".data-" in each.name)
    return (
        f"'{shard}' is missing: '{index.name}' says that the checkpoint has {count} data file"
        f"{'s' if count != 1 else ''}; put it beside the index{nearest(shard.name, others)}"
    )


def entry_of(checkpoint: Checkpoint, key: str) -> BundleEntry:
    """The entry of a key; raises SourceError with the nearest keys."""
    if key not in checkpoint.entries:
        hint = nearest(key, checkpoint.entries)
        raise SourceError(f"the checkpoint '{checkpoint.prefix}' has no key '{key}'{hint}")
    return checkpoint.entries[key]


def read_tensor(checkpoint: Checkpoint, key: str) -> Array:
    """A numeric tensor's value; raises SourceError where there is none. Checksums are not compared."""
    entry = entry_of(checkpoint, key)
    if entry.dtype.numpy in (None, np.object_):
        raise SourceError(f"'{key}' in '{checkpoint.prefix}' is {entry.dtype}, not numbers that numpy holds")
    if checkpoint.format == "V1":
        return read_stored(checkpoint, key)
    content = _content(checkpoint, key, entry)
    dims = _dims(entry.shape)
    expected = math.prod(dims) * np.dtype(entry.dtype.numpy).itemsize
    if len(content) != expected:
        raise SourceError(
            f"'{key}' in '{checkpoint.prefix}' has {len(content)} bytes; "
            f"{entry.dtype} {entry.shape} takes {expected}"
        )
    value: Array = np.frombuffer(content, entry.dtype.numpy).reshape(dims).copy()
    return value


def read_strings(checkpoint: Checkpoint, key: str) -> list[bytes]:
    """A string tensor's elements in row-major order; raises SourceError where there is none undamaged."""
    entry = entry_of(checkpoint, key)
    if entry.dtype != "string":
        raise SourceError(f"'{key}' in '{checkpoint.prefix}' is {entry.dtype} {entry.shape}, not string")
    if checkpoint.format == "V1":
        return list(read_stored(checkpoint, key).ravel())
    content = _content(checkpoint, key, entry)
    count = math.prod(_dims(entry.shape))
    try:
        return _split(content, count, entry.crc32c)
    except ValueError as error:
        raise SourceError(
            f"the strings of '{key}' in '{checkpoint.prefix}' are damaged: {error}; copy the data file again"
        ) from error


def _split(content: bytes, count: int, checksum: int) -> list[bytes]:
    lengths, position = read_varints(content, 0, count)
    raw = b"".join(each.to_bytes(4 if each < 1 << 32 else 8, "little") for each in lengths)
    text = content[position + 4 :]
    if int.from_bytes(content[position : position + 4], "little") != masked_crc32c(raw):
        raise ValueError("the checksum of their lengths does not fit")
    if len(text) != sum(lengths):
        raise ValueError(f"their lengths add up to {sum(lengths)} bytes, {len(text)} are there")
    if masked_crc32c(raw + content[position:]) != checksum:
        raise ValueError("the checksum of their bytes does not fit")
    return [text[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]


def _content(checkpoint: Checkpoint, key: str, entry: BundleEntry) -> bytes:
    if entry.sliced:
        raise SourceError(
            f"'{key}' in '{checkpoint.prefix}' is stored in slices (a partitioned variable), "
            "not as one tensor"
        )
    return read_part(checkpoint.shards[entry.shard], entry.offset, entry.size)


def _dims(shape: Shape) -> tuple[int, ...]:
    return tuple(dim or 0 for dim in shape.dims or ())
