"""Pickled numpy arrays of Python objects, read without running anything that the pickle names.

A pickle is a program. Here the few things that numpy's own pickles call are replaced by stand-ins of this
file; whatever else a pickle names is refused, nothing is imported, and no function of numpy or Python is
handed out.
"""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np

_PLAIN_TYPE = re.compile(r"[biufUS]\d+\Z")
_BYTE_ORDERS = ("|", "<", ">", "=")
#: All that a damaged pickle makes the unpickler raise.
_FAILURES = (
    pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, KeyError, TypeError,
    ValueError, OverflowError, MemoryError, RecursionError,
)  # fmt: skip


class InertArray:
    """What stands for an ndarray: its shape, and its elements in the order of the file."""

    def __init__(self, *_: object) -> None:
        self.shape: tuple[int, ...] = ()
        self.elements: list[object] = []

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, _, _, elements = state
        if not isinstance(elements, list):
            raise pickle.UnpicklingError("an array of plain numbers lies inside")
        self.shape, self.elements = tuple(shape), elements


class _Type:
    """What stands for a dtype: its code and byte order."""

    def __init__(self, code: str | bytes, *_: object) -> None:
        self.code = code.decode("ascii") if isinstance(code, bytes) else str(code)
        self.order = "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = state[1]
        self.order = order.decode("ascii") if isinstance(order, bytes) else str(order)


def _scalar(kind: _Type, content: bytes) -> object:
    plain = isinstance(kind, _Type) and _PLAIN_TYPE.match(kind.code) and kind.order in _BYTE_ORDERS
    if not plain:
        raise pickle.UnpicklingError("a scalar of an unusual type lies inside")
    return np.frombuffer(content, np.dtype(kind.order + kind.code))[0].item()


def _bytes_from_text(text: str, encoding: str) -> bytes:
    """How protocols before 3 spell bytes: `_codecs.encode(text, 'latin1')`."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("bytes are spelled in an unusual way")
    return text.encode("latin-1")


def _no_bytes() -> bytes:
    return b""


_NUMPY_NAMES: dict[str, Callable[..., object]] = {"ndarray": InertArray, "dtype": _Type}
_MULTIARRAY_NAMES: dict[str, Callable[..., object]] = {"_reconstruct": InertArray, "scalar": _scalar}
_STAND_INS: dict[str, dict[str, Callable[..., object]]] = {
    "numpy": _NUMPY_NAMES,
    "numpy.core.multiarray": _MULTIARRAY_NAMES,
    "numpy._core.multiarray": _MULTIARRAY_NAMES,
    "_codecs": {"encode": _bytes_from_text},
    "__builtin__": {"bytes": _no_bytes},
    "builtins": {"bytes": _no_bytes},
}


class _InertUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., object]:
        stand_in = _STAND_INS.get(module, {}).get(name)
        if stand_in is None:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is not run")
        return stand_in


def read_inert(content: bytes) -> InertArray:
    """The array in a pickle; raises ValueError when it is none, or names anything but numpy's own parts.

    Texts that Python 2 wrote come as bytes.
    """
    try:
        value = _InertUnpickler(io.BytesIO(content), encoding="bytes").load()
    except _FAILURES as error:
        raise ValueError(f"its pickled content is refused: {error or 'it is damaged'}") from error
    if not isinstance(value, InertArray):
        raise ValueError("its pickled content is not an array")
    return value
