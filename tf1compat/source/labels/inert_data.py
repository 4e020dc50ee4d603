"""What nested data is made of that Python has no type for: what would have been called, sets, arrays of objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Name:
    """A name that is known here, as the module is called today."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Pairs:
    """A mapping with nothing lost and nothing hashed: a key that comes twice is there twice."""

    def __init__(self, pairs: list[tuple[Any, Any]] | None = None) -> None:
        self.pairs = pairs or []

    def __repr__(self) -> str:
        return "{...}"


class Frozen:
    """A set, whose items have no order."""


@dataclass(eq=False)
class Made:
    """What a call of a name would have made: its arguments, its state, and what was added to it."""

    name: Name
    arguments: tuple[Any, ...]
    state: Any = None
    items: list[Any] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)
    value: Any = None  # of an array that joblib keeps behind it


@dataclass(frozen=True, eq=False)
class ObjectArray:
    """An array of Python objects: its shape, and its elements in the order of the file."""

    shape: tuple[int, ...]
    elements: list[Any]
