"""The table of models and consumers, as data and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import tf1compat
from benchmarks.consumers.models import Row
from tf1compat import pipeline
from tf1compat.consumers import obstacles
from tf1compat.rewrite import rewrite

EQUAL = "equal"
NOT_POSSIBLE = "not possible"
FAILS = "fails"
#: By each consumer's name, the name under which `inspect --for` judges it.
_JUDGED = {"TFLite": "tflite", "ONNX": "onnx", "XLA": "xla"}


@dataclass(frozen=True)
class Cell:
    """What a consumer made of a model."""

    verdict: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason}" if self.reason else self.verdict


#: By row, by consumer.
Cells: TypeAlias = Mapping[Row, Mapping[str, Cell]]


def predicted(row: Row, place: Path) -> dict[str, str]:
    """By consumer, the ops that `inspect --for` says it cannot take; only the consumers that have some."""
    source = row.source(place / "sources")
    model = pipeline.inspect(source).model
    rewritten = rewrite(model.meta_graph.graph, tf1compat.plan(source, **row.options(source)))
    found = {
        name: ", ".join(sorted({each.op for each in obstacles(rewritten, judged)}))
        for name, judged in _JUDGED.items()
    }
    return {name: ops for name, ops in found.items() if ops}


def cell(error: str | None, ops: str | None) -> Cell:
    """What a consumer said, in the light of what was foretold."""
    if error is None:
        return Cell(EQUAL)
    return Cell(FAILS, error.splitlines()[0]) if ops is None else Cell(NOT_POSSIBLE, ops)


def markdown(cells: Cells, consumers: Iterable[str]) -> str:
    """The table with numbered reasons below it."""
    names = list(consumers)
    notes: dict[str, int] = {}
    lines = [f"| model | {' | '.join(names)} |", f"|---{'|---' * len(names)}|"]
    lines += [
        f"| {row} | {' | '.join(_shown(cells[row].get(name), notes) for name in names)} |" for row in cells
    ]
    reasons = [f"{number}. {text}" for text, number in notes.items()]
    return "\n".join([*lines, "", *reasons]).rstrip() + "\n"


def _shown(found: Cell | None, notes: dict[str, int]) -> str:
    if found is None:
        return "not run"
    if not found.reason:
        return found.verdict
    text = f"{found.verdict} because of {found.reason}" if found.verdict == NOT_POSSIBLE else str(found)
    return f"{'no' if found.verdict == NOT_POSSIBLE else found.verdict} ({notes.setdefault(text, len(notes) + 1)})"
