"""Sorted tables of keys and values, the container of a checkpoint's `.index` (LevelDB's table format).

A table is a row of blocks and a 48-byte footer. A block's keys share prefixes with the key before; each block
is followed by one byte that tells its compression and by a checksum.
Source: tensorflow/core/lib/io/format.h, block.cc.
"""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.errors import SourceError
from tf1compat.source.crc32c import masked_crc32c
from tf1compat.source.snappy import decompress
from tf1compat.source.varint import read_varints

_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_FOOTER = 48
_TRAILER = 5  # compression type and checksum
_NO_COMPRESSION, _SNAPPY = 0, 1


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
    try:
        return dict(_entries(content))
    except ValueError as error:
        raise SourceError(f"'{name}' is damaged: {error}; copy it again") from error


def _entries(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    footer = content[-_FOOTER:]
    (_, _, offset, size), _ = read_varints(footer, 0, 4)
    for _, handle in _block_entries(_block(content, offset, size)):
        (offset, size), _ = read_varints(handle, 0, 2)
        yield from _block_entries(_block(content, offset, size))


def _block(content: bytes, offset: int, size: int) -> bytes:
    end = offset + size
    if end + _TRAILER > len(content):
        raise ValueError(f"a block at byte {offset} reaches past the end")
    stored = int.from_bytes(content[end + 1 : end + _TRAILER], "little")
    if masked_crc32c(content[offset : end + 1]) != stored:
        raise ValueError(f"the checksum of the block at byte {offset} does not fit its content")
    return _uncompressed(content[offset:end], content[end])


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
