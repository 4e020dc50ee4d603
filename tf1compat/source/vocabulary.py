"""Text files that fill lookup tables, read as TensorFlow reads them.

(tensorflow/core/kernels/lookup_util.cc: `TextFileLineIterator`; tensorflow/core/lib/io/inputbuffer.cc: `ReadLine`.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tf1compat.errors import SourceError
from tf1compat.graph.attributes import DType
from tf1compat.source.files import read_bytes

LINE_NUMBER = -1
WHOLE_LINE = -2
ALL_LINES = -1


@dataclass(frozen=True)
class TextFormat:
    """Where in each line keys and values stand: a column's number, `LINE_NUMBER` or `WHOLE_LINE`."""

    key_index: int
    value_index: int
    key_dtype: DType
    value_dtype: DType
    vocab_size: int = ALL_LINES  # only so many lines are read, and so many there have to be
    delimiter: str = "\t"
    offset: int = 0  # added to line numbers


@dataclass(frozen=True)
class Vocabulary:
    """What fills a table: `values[i]` belongs to `keys[i]`; texts are bytes. `lines`: how many the file has."""

    keys: tuple[Any, ...]
    values: tuple[Any, ...]
    lines: int


def read_vocabulary(path: Path, text: TextFormat) -> Vocabulary:
    """The content of a table in a text file; raises SourceError where TensorFlow would refuse it, or read nothing."""
    lines = _lines(read_bytes(path))
    used = lines if text.vocab_size == ALL_LINES else lines[: text.vocab_size]
    if len(used) < text.vocab_size or not used:
        wanted = f"at least {text.vocab_size}" if text.vocab_size > 0 else "one for each entry of the table"
        raise SourceError(f"'{path}' has {len(lines)} lines, but {wanted} are needed")
    try:
        keys, values = (_column(used, each, dtype, text) for each, dtype in _sides(text))
    except ValueError as error:
        raise SourceError(f"'{path}': {error}") from error
    _check_distinct(path, keys, values)
    return Vocabulary(keys, values, len(lines))


def _sides(text: TextFormat) -> tuple[tuple[int, DType], tuple[int, DType]]:
    return (text.key_index, text.key_dtype), (text.value_index, text.value_dtype)


def _lines(content: bytes) -> list[bytes]:
    lines = content.replace(b"\r", b"").split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _column(lines: list[bytes], index: int, dtype: DType, text: TextFormat) -> tuple[Any, ...]:
    """What all lines hold at one place; raises ValueError naming the first line that does not."""
    if index == LINE_NUMBER:
        return tuple(range(text.offset, len(lines) + text.offset))
    cells = lines if index == WHOLE_LINE else _cells(lines, index, text.delimiter)
    if dtype == "string":
        return tuple(cells)
    parse = _PARSERS.get(dtype)
    if parse is None:
        raise ValueError(f"no text is read as {dtype}")
    return tuple(_parsed(parse, cell, number, dtype) for number, cell in enumerate(cells, 1))


def _cells(lines: list[bytes], index: int, delimiter: str) -> list[bytes]:
    rows = [line.split(delimiter.encode()) for line in lines]
    for number, row in enumerate(rows, 1):
        if len(row) <= index:
            raise ValueError(
                f"line {number} has {len(row)} columns, but {index + 1} are needed (parted by {delimiter!r})"
            )
    return [row[index] for row in rows]


def _parsed(parse: Callable[[bytes], Any], cell: bytes, number: int, dtype: DType) -> Any:
    try:
        return parse(cell)
    except ValueError:
        raise ValueError(f"line {number}: {_shown(cell)} is no {dtype}") from None


_PARSERS: Mapping[str, Callable[[bytes], Any]] = {
    "int64": int, "int32": int, "float32": float, "float64": float,
}  # fmt: skip


def _check_distinct(path: Path, keys: tuple[Any, ...], values: tuple[Any, ...]) -> None:
    if len(set(keys)) == len(keys):
        return
    first: dict[Any, Any] = {}
    for number, (key, value) in enumerate(zip(keys, values, strict=True), 1):
        if first.setdefault(key, value) != value:
            raise SourceError(
                f"'{path}': line {number} gives {_shown(key)} a second value; a table has one for each key"
            )


def _shown(cell: Any) -> str:
    return repr(cell.decode("utf-8", "backslashreplace") if isinstance(cell, bytes) else cell)
