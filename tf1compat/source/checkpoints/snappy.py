"""Snappy's raw block format, decompressed (github.com/google/snappy, format_description.txt)."""

from __future__ import annotations

from tf1compat.source.checkpoints.varint import read_varint

_LITERAL = 0
_LONG_LITERAL = 60  # from here on the tag tells how many bytes hold the length


def decompress(content: bytes) -> bytes:
    """The bytes that were compressed; raises ValueError when `content` is not a snappy block."""
    expected, position = read_varint(content, 0)
    out = bytearray()
    while position < len(content):
        read = _literal if content[position] & 3 == _LITERAL else _copy
        position = read(content, position, out)
        if len(out) > expected:
            break
    if len(out) != expected:
        raise ValueError(f"{expected} bytes were compressed, {len(out)} come out")
    return bytes(out)


def _literal(content: bytes, position: int, out: bytearray) -> int:
    length, position = content[position] >> 2, position + 1
    if length >= _LONG_LITERAL:
        width = length - _LONG_LITERAL + 1
        length = int.from_bytes(content[position : position + width], "little")
        position += width
    end = position + length + 1
    if end > len(content):
        raise ValueError("a literal reaches past the end")
    out += content[position:end]
    return end


def _copy(content: bytes, position: int, out: bytearray) -> int:
    tag = content[position]
    width = (0, 1, 2, 4)[tag & 3]
    offset = int.from_bytes(content[position + 1 : position + 1 + width], "little")
    length = (tag >> 2) + 1
    if width == 1:
        length, offset = ((tag >> 2) & 7) + 4, offset | (tag >> 5) << 8
    if not 0 < offset <= len(out):
        raise ValueError("a copy reaches before the start")
    start = len(out) - offset
    for step in range(length):  # source and target may overlap
        out.append(out[start + step])
    return position + 1 + width
