"""Sorted tables of keys and values, the container of a checkpoint's `.index` (LevelDB's table format).

A table is a row of blocks and a 48-byte footer. A block's keys share prefixes with the key before; each block
is followed by one byte that tells its compression and by a checksum.
Source: tensorflow/core/lib/io/format.h, block.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tf1compat.errors import SourceError
from tf1compat.source.checkpoints.crc32c import masked_crc32c
from tf1compat.source.checkpoints.snappy import decompress
from tf1compat.source.checkpoints.varint import read_varints
from tf1compat.source.files import last_bytes, read_part, size_of

_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_FOOTER = 48
_TRAILER = 5  # compression type and checksum
_NO_COMPRESSION, _SNAPPY = 0, 1

_Part = Callable[[int, int], bytes]  # offset and size -> the bytes there, fewer where the file ends


def is_table(content: bytes) -> bool:
    """Whether the last bytes are those of a table."""
    return len(content) >= _FOOTER and content.endswith(_MAGIC)


def read_table(content: bytes, name: str) -> dict[bytes, bytes]:
    """All keys and values, in order; raises SourceError, naming the file `name`, when anything is amiss."""
    if not is_table(content):
        raise SourceError(
            f"'{name}' is not a checkpoint's index: {len(content)} bytes that do not end as a table does; "
            "it is damaged or cut short, copy it again"
        )

    def part(offset: int, size: int) -> bytes:
        return content[offset : offset + size]

    try:
        handles = _handles(part, content[-_FOOTER:])
        return dict(
            entry for _, offset, size in handles for entry in _block_entries(_block(part, offset, size))
        )
    except ValueError as error:
        raise _damaged(name, error) from error


@dataclass(frozen=True)
class TableFile:
    """A table on disk of which only the blocks that are asked for are read: it may hold all weights of a model."""

    path: Path
    blocks: tuple[tuple[bytes, int, int], ...]  # the last key that may be in it, offset, size

    @classmethod
    def open(cls, path: Path) -> TableFile:
        """The table at a path; raises SourceError."""
        end = last_bytes(path, _FOOTER)
        if not is_table(end):
            raise SourceError(
                f"'{path}' is not a V1 checkpoint: {size_of(path)} bytes that do not end as a table does; "
                "it is damaged or cut short, copy it again"
            )
        try:
            return cls(path, tuple(_handles(lambda offset, size: read_part(path, offset, size), end)))
        except ValueError as error:
            raise _damaged(str(path), error) from error

    def entries_from(self, start: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The keys and values from the key `start` on, in order; raises SourceError where a block is damaged."""
        for last, offset, size in self.blocks:
            if last >= start:
                yield from ((key, value) for key, value in self._entries(offset, size) if key >= start)

    def _entries(self, offset: int, size: int) -> list[tuple[bytes, bytes]]:
        try:
            block = _block(lambda at, count: read_part(self.path, at, count), offset, size)
            return list(_block_entries(block))
        except ValueError as error:
            raise _damaged(str(self.path), error) from error


def _damaged(name: str, error: ValueError) -> SourceError:
    return SourceError(f"'{name}' is damaged: {error}; copy it again")


def _handles(part: _Part, footer: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Of each block its key in the index, its offset and its size."""
    (_, _, offset, size), _ = read_varints(footer, 0, 4)
    for key, handle in _block_entries(_block(part, offset, size)):
        (offset, size), _ = read_varints(handle, 0, 2)
        yield key, offset, size


def _block(part: _Part, offset: int, size: int) -> bytes:
    stored = part(offset, size + _TRAILER)
    if len(stored) < size + _TRAILER:
        raise ValueError(f"a block at byte {offset} reaches past the end")
    checksum = int.from_bytes(stored[size + 1 :], "little")
    if masked_crc32c(stored[: size + 1]) != checksum:
        raise ValueError(f"the checksum of the block at byte {offset} does not fit its content")
    return _uncompressed(stored[:size], stored[size])


def _uncompressed(block: bytes, kind: int) -> bytes:
    if kind == _NO_COMPRESSION:
        return block
    if kind == _SNAPPY:
        return decompress(block)
    raise ValueError(f"a block is compressed in a way that is not known (type {kind})")


def _block_entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise ValueError("a block is shorter than its own list of restarts")
    key, position = b"", 0
    while position < end:
        (shared, own, size), position = read_varints(block, position, 3)
        value_at = position + own
        if shared > len(key) or value_at + size > end:
            raise ValueError("an entry reaches past its block")
        key = key[:shared] + block[position:value_at]
        position = value_at + size
        yield key, block[value_at:position]
