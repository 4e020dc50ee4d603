"""Values in the forms in which files hold them: Examples, pictures, sound, lines of text."""

from __future__ import annotations

import base64
import gzip
import struct
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from tf1compat.graph.attributes import Array

_PNG_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels: colour type


def example(features: Mapping[str, Array]) -> bytes:
    """A serialized `tf.train.Example` (tensorflow/core/example/example.proto)."""
    return _field(1, _features(features))


def sequence_example(context: Mapping[str, Array], lists: Mapping[str, Sequence[Array]]) -> bytes:
    """A serialized `tf.train.SequenceExample`; `lists` holds an array for each step."""
    entries = (
        _entry(key, b"".join(_field(1, _feature(step)) for step in steps)) for key, steps in lists.items()
    )
    return _field(2, b"".join(_field(1, each) for each in entries)) + _field(1, _features(context))


def _features(features: Mapping[str, Array]) -> bytes:
    return b"".join(_field(1, _entry(key, _feature(values))) for key, values in features.items())


def _entry(key: str, value: bytes) -> bytes:
    """An entry of a map."""
    return _field(1, key.encode()) + _field(2, value)


def _feature(values: Array) -> bytes:
    flat = values.ravel()
    if flat.dtype.kind in "OS":
        return _field(1, b"".join(_field(1, each) for each in flat.tolist()))
    if flat.dtype.kind == "f":
        return _field(2, _field(1, flat.astype("<f4").tobytes()))
    return _field(3, _field(1, b"".join(_varint(each & (2**64 - 1)) for each in flat.tolist())))


def _field(number: int, content: bytes) -> bytes:
    """A field of a message that is given with its length."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*parts, value))


def png(pixels: Array) -> bytes:
    """A picture [rows, columns, channels] of uint8 or uint16."""
    rows, columns, channels = pixels.shape
    depth = 8 * pixels.dtype.itemsize
    header = struct.pack(">IIBBBBB", columns, rows, depth, _PNG_COLOURS[channels], 0, 0, 0)
    lines = b"".join(b"\0" + row.astype(f">u{depth // 8}").tobytes() for row in pixels)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bmp(pixels: Array) -> bytes:
    """A picture [rows, columns, 3] of uint8; it is written from the top, as a negative height says."""
    rows, columns, channels = pixels.shape
    gap = b"\0" * (-columns * channels % 4)
    body = b"".join(row[:, ::-1].tobytes() + gap for row in pixels)
    info = struct.pack("<IiiHHIIiiII", 40, columns, -rows, 1, 8 * channels, 0, len(body), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + info + body


def wav(samples: Array) -> bytes:
    """Sound [samples, channels] from -1 to 1, with 16 bits a sample."""
    body = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    channels = samples.shape[1]
    form = struct.pack("<HHIIHH", 1, channels, 16000, 32000 * channels, 2 * channels, 16)
    content = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", body.nbytes)
    return b"RIFF" + struct.pack("<I", len(content) + body.nbytes) + content + body.tobytes()


def raw(values: Array, *, little_endian: bool = True) -> bytes:
    """The bytes of the values one after another."""
    order = "<" if little_endian else ">"
    return values.astype(np.dtype(order + values.dtype.str[1:])).tobytes()


def csv(columns: Sequence[Array], delimiter: str) -> bytes:
    """One line of text."""
    return delimiter.join(_text(each.item()) for each in columns).encode()


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)


def web_safe_base64(content: bytes) -> bytes:
    """Text as `tf.decode_base64` takes it."""
    return base64.urlsafe_b64encode(content)


def compressed(content: bytes, kind: str) -> bytes:
    """The content as ZLIB or GZIP packs it."""
    if kind == "ZLIB":
        return zlib.compress(content)
    return gzip.compress(content, mtime=0) if kind == "GZIP" else content
