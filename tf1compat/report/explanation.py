"""Explanations of what a tensor is taken for, for reading and as JSON data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tf1compat.discovery.rnn.explain import Explanation, Miss
from tf1compat.report import wording
from tf1compat.report.document import Block, Paragraph, Section, Table, section


def to_json(explanation: Explanation) -> dict[str, Any]:
    """One explanation as JSON data."""
    return {
        "tensor": str(explanation.tensor),
        "carried_by": explanation.carried_by,
        "cell": explanation.cell,
        "part": explanation.part,
        "misses": [
            {"cell": each.cell, "reason": each.reason, "at": each.at, "depth": each.depth}
            for each in explanation.misses
        ],
    }


def to_section(node: str, explanations: Sequence[Explanation]) -> Section:
    """What each tensor that a node has a part in is taken for, and how near every kind of cell comes."""
    blocks = [block for each in explanations for block in _blocks(each)]
    return section(f"What {wording.printable(node)} has a part in", *blocks)


def _blocks(explanation: Explanation) -> tuple[Block, ...]:
    told = Paragraph(_sentence(explanation))
    if explanation.cell is not None:
        return (told,)
    rows = [_row(each) for each in explanation.misses]
    return (told, Table.of(("cell", "operations that fit", "stops at", "because"), rows))


def _sentence(explanation: Explanation) -> str:
    carried = (
        "" if explanation.carried_by is None
        else f", which the loop {explanation.carried_by or 'at the top'} carries to its next step,"
    )  # fmt: skip
    if explanation.cell is not None:
        verdict = f"is the new {explanation.part} of a cell: {explanation.cell}."
    else:
        nearest = explanation.misses[0].cell if explanation.misses else "none"
        verdict = f"is the new state of no known cell; the nearest is {nearest}."
    return wording.printable(f"{explanation.tensor}{carried} {verdict}")


def _row(miss: Miss) -> tuple[str, ...]:
    return (miss.cell, str(miss.depth), wording.name(miss.at), wording.printable(miss.reason))
