"""What a checkpoint without a graph holds, as a tree of names or of objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tf1compat.discovery.findings import VariableFinding
from tf1compat.report import wording


def tree(variables: Iterable[VariableFinding]) -> tuple[str, ...]:
    """The values by their paths, each under what holds it, with types and shapes; those of training are counted."""
    found = list(variables)
    lines = list(_lines(sorted((each for each in found if each.needed), key=lambda each: each.name)))
    kept = sum(not each.needed for each in found)
    return (*lines, f"({wording.count(kept, 'value')} of training)") if kept else tuple(lines)


def _lines(variables: Iterable[VariableFinding]) -> Iterator[str]:
    before: list[str] = []
    for each in variables:
        *holders, name = each.name.split("/")
        shared = next(
            (at for at, pair in enumerate(zip(before, holders, strict=False)) if pair[0] != pair[1]), None
        )
        begin = min(len(before), len(holders)) if shared is None else shared
        yield from (f"{'  ' * at}{wording.printable(holders[at])}/" for at in range(begin, len(holders)))
        yield f"{'  ' * len(holders)}{wording.printable(name)}  {each.dtype} {wording.shape(each.shape)}"
        before = holders
