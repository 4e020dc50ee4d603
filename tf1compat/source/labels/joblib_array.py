"""Arrays as joblib stores them: behind the pickled wrapper that tells of them, in the middle of the pickle.

joblib compresses whole files; what they decompress to is bounded, so that a small file cannot fill the memory.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from tf1compat.source.labels.inert_data import Made, Pairs
from tf1compat.source.labels.inert_values import filled, plain, type_of_made

_MOST_BYTES = 256 << 20
_WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_GZIP, _BZ2, _LZ4, _OF_OLD = b"\x1f\x8b", b"BZh", b"\x04\x22\x4d\x18", b"ZF"
_LZMA = (b"\xfd7zXZ", b"\x5d\x00\x00")
#: What a file begins with that joblib compressed.
COMPRESSED = (*_ZLIB, _GZIP, _BZ2, _LZ4, _OF_OLD, *_LZMA)


def is_wrapper(made: Made) -> bool:
    """Whether an array follows in the file once this has its state."""
    return str(made.name) == _WRAPPER


def read_wrapped(made: Made, file: BinaryIO, nested: Callable[[], Any]) -> Any:
    """The array behind a wrapper; `nested` reads the pickle of its own that an array of objects is."""
    state = made.state
    if not isinstance(state, Pairs):
        raise ValueError("a wrapper of joblib's has no state")
    told = {key: value for key, value in state.pairs if isinstance(key, str)}
    told |= {key.decode("latin-1"): value for key, value in state.pairs if isinstance(key, bytes)}
    dtype, shape = type_of_made(told["dtype"]), plain(told["shape"])
    if dtype == np.dtype(object):
        return plain(nested())
    if told.get("numpy_array_alignment_bytes") is not None:
        file.read(int.from_bytes(file.read(1), "little"))
    size = dtype.itemsize * int(np.prod(shape, dtype=object))
    return filled(file.read(max(0, size)), dtype, shape, is_fortran=told.get("order") in ("F", b"F"))


def decompressed(content: bytes) -> bytes:
    """What a file of any of joblib's compressors holds, or the content itself; raises ValueError."""
    try:
        if content.startswith(_ZLIB):
            return _bounded(_Inflated(content))
        if content.startswith(_GZIP):
            return _bounded(gzip.GzipFile(fileobj=io.BytesIO(content)))
        if content.startswith(_BZ2):
            return _bounded(bz2.BZ2File(io.BytesIO(content)))
        if content.startswith(_LZMA):
            return _bounded(lzma.LZMAFile(io.BytesIO(content)))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"it cannot be decompressed ({error})") from error
    if content.startswith(_LZ4):
        raise ValueError("it is compressed by lz4, which is not read; dump it again with compress='zlib'")
    if content.startswith(_OF_OLD):
        raise ValueError("a joblib before 0.10 compressed it, which is not read; dump it again")
    return content


class _Inflated:
    """A zlib stream of which so many bytes can be asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, size: int) -> bytes:
        return zlib.decompressobj().decompress(self._content, size)


def _bounded(file: Any) -> bytes:
    content: bytes = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"it decompresses to more than {_MOST_BYTES >> 20} MB")
    return content
