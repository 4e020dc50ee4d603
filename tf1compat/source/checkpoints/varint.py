"""Variable-length integers, seven bits a byte, lowest first."""

from __future__ import annotations

_LONGEST = 10  # bytes that a 64-bit value takes


def read_varint(content: bytes, position: int) -> tuple[int, int]:
    """The integer at `position` and the position after it; raises ValueError where there is none."""
    value = 0
    for count, byte in enumerate(content[position : position + _LONGEST]):
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, position + count + 1
    raise ValueError(f"no whole integer at byte {position}")


def read_varints(content: bytes, position: int, count: int) -> tuple[list[int], int]:
    """`count` integers in a row, and the position after them; raises ValueError where they are not there."""
    values = []
    for _ in range(count):
        value, position = read_varint(content, position)
        values.append(value)
    return values, position
