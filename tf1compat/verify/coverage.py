"""How much of a model the cases reached: sizes, rows of tables, branches, outputs. Coverage, as testing has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class TableCoverage:
    """How many rows of an embedding, or keys of a lookup table, the cases touched."""

    name: str
    kind: Literal["embedding", "lookup"]
    size: int
    touched: int


@dataclass(frozen=True)
class BranchCoverage:
    """Which ways a conditional went that the inputs decide."""

    predicate: str
    taken: tuple[bool, ...]

    @property
    def both(self) -> bool:
        return len(self.taken) == 2


@dataclass(frozen=True)
class Coverage:
    """What the cases of a signature that the original ran reached of it.

    `sizes`: how many cases had an axis (`batch`, `time`) in each size. `unseen`: what was not looked at, as it lies
    inside loops, whose tensors no session gives.
    """

    signature: str
    cases: int
    sizes: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    tables: tuple[TableCoverage, ...] = ()
    branches: tuple[BranchCoverage, ...] = ()
    unseen: tuple[str, ...] = ()


def sizes_of(cases: Iterable[Mapping[str, int]]) -> dict[str, dict[int, int]]:
    """How many cases had each axis in each size, from the sizes of each case."""
    found: dict[str, dict[int, int]] = {}
    for sizes in cases:
        for axis, size in sizes.items():
            counts = found.setdefault(axis, {})
            counts[size] = counts.get(size, 0) + 1
    return {axis: dict(sorted(counts.items())) for axis, counts in sorted(found.items())}
