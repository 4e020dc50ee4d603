"""Print the table of docs/consumers.md: `python -m benchmarks.consumers [PATTERN]...`.

A row is printed for each committed model whose name contains one of the patterns. It takes minutes: every model is
migrated twice, and every consumer runs in a process of its own. The exit status is 1 where a cell says `fails`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.consumers.models import ROWS, Row, written
from benchmarks.consumers.run import CONSUMERS, answers
from benchmarks.consumers.table import FAILS, Cell, cell, markdown, predicted


def cells(rows: Sequence[Row], place: Path) -> dict[Row, dict[str, Cell]]:
    """What every consumer that is installed makes of every model."""
    foretold = {row: predicted(row, place) for row in rows}
    folders = {row: written(row, place) for row in rows}
    result: dict[Row, dict[str, Cell]] = {row: {} for row in rows}
    for consumer in CONSUMERS.values():
        if reason := consumer.missing():
            print(f"{consumer.name} is not run: {reason}", file=sys.stderr)
            continue
        print(f"{consumer.name} ...", file=sys.stderr, flush=True)
        errors = answers(consumer, folders.values(), place)
        for row, folder in folders.items():
            result[row][consumer.name] = cell(errors[folder.name], foretold[row].get(consumer.name))
    return result


def main(patterns: Sequence[str]) -> int:
    rows = [row for row in ROWS if not patterns or any(each in row.key for each in patterns)]
    with tempfile.TemporaryDirectory() as place:
        found = cells(rows, Path(place))
    names = [name for name in CONSUMERS if any(name in each for each in found.values())]
    print(markdown(found, names), end="")
    return int(any(each.verdict == FAILS for row in found.values() for each in row.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
