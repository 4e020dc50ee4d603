"""What is in a lookup table, as data: a text file and how it is read, or keys and values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tf1compat.graph.attributes import Array, DType
from tf1compat.source.vocabulary import TextFormat


@dataclass(frozen=True)
class TextContent:
    """A table that a text file fills."""

    path: Path
    text: TextFormat


@dataclass(frozen=True, eq=False)
class ArrayContent:
    """A table of these entries: `values[i]` belongs to `keys[i]`; a value may be a whole row."""

    keys: Array
    values: Array
    key_dtype: DType
    value_dtype: DType


Content: TypeAlias = TextContent | ArrayContent
