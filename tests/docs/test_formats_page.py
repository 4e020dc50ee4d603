"""The table of formats: each row is tried by a test on genuine files, and each format has rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tf1compat.source.formats import FORMATS

ROOT = Path(__file__).parents[2]
_MODULE = re.compile(r"`([\w/]+\.py)`\Z")


def rows() -> list[list[str]]:
    """The cells of each row of the table of what is read."""
    lines = iter((ROOT / "docs" / "formats.md").read_text(encoding="utf-8").splitlines())
    assert any(line.startswith("| Files |") for line in lines)
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("| "):
            break
        found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def test_no_format_is_without_a_row() -> None:
    assert len(rows()) >= len(FORMATS)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_row_is_tried(row: list[str]) -> None:
    named = _MODULE.match(row[-1])
    assert named is not None, row
    path = ROOT / "tests" / named[1]
    assert path.is_file()
    assert "def test_" in path.read_text(encoding="utf-8")
