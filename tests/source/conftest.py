"""Checkpoints made on the spot: a writer of V2 checkpoints, small and without TensorFlow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tf1compat.graph.attributes import DType
from tf1compat.graph.protos.bundles import BundleEntryProto, BundleHeaderProto
from tf1compat.source.checkpoints.crc32c import masked_crc32c

FIXTURES = Path(__file__).parents[2] / "fixtures"
MAGIC = bytes.fromhex("57fb808b247547db")


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def block(entries: Mapping[bytes, bytes]) -> bytes:
    """A table's block, each key sharing what it can with the one before."""
    out, before = b"", b""
    for key, value in entries.items():
        shared = max(size for size in range(len(before) + 1) if key.startswith(before[:size]))
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return out + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")


def sealed(content: bytes, kind: int = 0) -> bytes:
    """A block with its trailer: compression type and checksum."""
    content += bytes([kind])
    return content + masked_crc32c(content).to_bytes(4, "little")


def table(*blocks: bytes) -> bytes:
    """A table of blocks that `sealed` made."""
    out, handles = b"", {}
    for number, each in enumerate(blocks):
        handles[b"%d" % number] = varint(len(out)) + varint(len(each) - 5)
        out += each
    index = sealed(block(handles))
    footer = varint(0) + varint(0) + varint(len(out)) + varint(len(index) - 5)
    return out + index + footer.ljust(40, b"\0") + MAGIC


def encoded(value: np.ndarray[Any, Any]) -> tuple[bytes, int]:
    """A tensor's bytes in a data file, and their masked checksum."""
    if value.dtype != object:
        content = value.tobytes()
        return content, masked_crc32c(content)
    texts = list(value.ravel())
    lengths = b"".join(len(text).to_bytes(4, "little") for text in texts)
    rest = masked_crc32c(lengths).to_bytes(4, "little") + b"".join(texts)
    return b"".join(varint(len(text)) for text in texts) + rest, masked_crc32c(lengths + rest)


def write_checkpoint(
    prefix: Path, tensors: Mapping[str, Any], *, shards: int = 1, header: Mapping[str, int] | None = None
) -> Path:
    """A V2 checkpoint of these values, dealt out to the shards in turn."""
    data = [b""] * shards
    entries = {b"": BundleHeaderProto(**{"num_shards": shards, **(header or {})}).SerializeToString()}
    for number, (key, value) in enumerate(sorted(tensors.items())):
        array = np.asarray(value)
        content, checksum = encoded(array)
        dtype = DType("string" if array.dtype == object else array.dtype.name)
        shard = number % shards
        entry = BundleEntryProto(
            dtype=dtype.number, shard_id=shard, offset=len(data[shard]), size=len(content)
        )
        entry.shape.SetInParent()
        for size in array.shape:
            entry.shape.dim.add().size = size
        entry.crc32c = checksum
        entries[key.encode()] = entry.SerializeToString()
        data[shard] += content
    prefix.with_name(prefix.name + ".index").write_bytes(table(sealed(block(entries))))
    for number, content in enumerate(data):
        prefix.with_name(f"{prefix.name}.data-{number:05d}-of-{shards:05d}").write_bytes(content)
    return prefix


@pytest.fixture
def checkpoint_at() -> Callable[..., Path]:
    return write_checkpoint


@pytest.fixture
def char_rnn(tmp_path: Path) -> Path:
    """A copy of a genuine model's four files."""
    folder = tmp_path / "char_rnn"
    folder.mkdir()
    for each in (FIXTURES / "char_rnn" / "tf1.15.5").iterdir():
        if each.name == "checkpoint" or each.name.startswith("model."):
            shutil.copy(each, folder)
    return folder


@pytest.fixture
def make_table() -> Callable[..., bytes]:
    """A table of blocks, each given as (entries, compression type, content instead)."""

    def make(*blocks: tuple[Mapping[bytes, bytes], int, bytes | None]) -> bytes:
        return table(
            *(
                sealed(block(entries) if content is None else content, kind)
                for entries, kind, content in blocks
            )
        )

    return make
