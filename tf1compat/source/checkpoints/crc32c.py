"""CRC-32C as checkpoints use it: the Castagnoli polynomial, stored masked.

Source: tensorflow/core/lib/hash/crc32c.h.
"""

from __future__ import annotations

_POLYNOMIAL = 0x82F63B78  # bits reversed
_MASK_DELTA = 0xA282EAD8
_WORD = 0xFFFFFFFF


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_TABLE = _table()


def masked_crc32c(content: bytes) -> int:
    """The checksum of `content` in the form that checkpoint files hold."""
    table, value = _TABLE, _WORD
    for byte in content:
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    value ^= _WORD
    rotated = ((value >> 15) | (value << 17)) & _WORD
    return (rotated + _MASK_DELTA) & _WORD
