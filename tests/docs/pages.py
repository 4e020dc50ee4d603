"""The README and the pages of `docs/`: where they are, their code blocks, tables and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = "README.md"
#: Every page, the README first: the others start from the folder and the models that it makes.
PAGES = (README, *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FIGURE = re.compile(r"\b\d\.\de-\d\d\b")  # a difference between two floating-point results


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def prose_of(page: str) -> str:
    """The page without its code blocks."""
    return _BLOCK.sub("", text_of(page))


def blocks(page: str) -> list[tuple[str, str]]:
    """The language and the text of each code block."""
    return _BLOCK.findall(text_of(page))


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level or above; headings in code do not count."""
    lines = iter(text_of(page).splitlines())
    level = heading.count("#")
    assert heading in lines, f"{page} has no heading '{heading}'"
    kept: list[str] = []
    in_code = False
    for line in lines:
        in_code ^= line.startswith("```")
        if not in_code and re.match(rf"#{{1,{level}}} ", line):
            break
        kept.append(line)
    return "\n".join(kept)


def table_rows(text: str) -> list[list[str]]:
    """The cells of the first table, without the line below its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in rows if set("".join(row)) - set("-: ")]


def matches(shown: str, printed: str) -> bool:
    """Whether a command printed what a page shows: `...` stands for any lines, or in a line for any characters."""
    parts = [_line_pattern(line) for line in _plain(shown).splitlines(keepends=True)]
    return re.match(r"\A" + "".join(parts) + r"\Z", _plain(printed)) is not None


def _line_pattern(line: str) -> str:
    return "(?:.*\n)*?" if line == "...\n" else re.escape(line).replace(re.escape("..."), ".*")


def _plain(text: str) -> str:
    """Without what differs from machine to machine: the digits of small differences, and columns' widths."""
    return re.sub(r" +", " ", re.sub(r"-{3,}", "---", _FIGURE.sub("0", text)))
