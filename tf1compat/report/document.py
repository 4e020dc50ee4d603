"""A report as neutral data: sections of paragraphs, tables, notes and commands, for every renderer alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class Code(str):
    """A cell that holds a name out of the graph or a path: rendered as it stands."""

    __slots__ = ()


@dataclass(frozen=True)
class Paragraph:
    """A sentence or several."""

    text: str


@dataclass(frozen=True)
class Table:
    """Cells of text under headers; a cell of class `Code` is a name."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
        """A table from any sequences."""
        return cls(tuple(headers), tuple(tuple(row) for row in rows))


@dataclass(frozen=True)
class Entry:
    """A headline with sentences below it."""

    head: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Entries:
    """A list of headlines, each with what there is to say of it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Verbatim:
    """Lines shown exactly so: commands to type, or the values of an array."""

    lines: tuple[str, ...]


Block = Paragraph | Table | Entries | Verbatim


@dataclass(frozen=True)
class Section:
    """A title and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    sections: tuple[Section, ...]


def section(title: str, *blocks: Block | None) -> Section:
    """A section of those blocks that are not None and not empty tables or lists."""
    return Section(title, tuple(block for block in blocks if block is not None and not _is_empty(block)))


def document(title: str, *sections: Section) -> Document:
    """A report of those sections that hold something."""
    return Document(title, tuple(each for each in sections if each.blocks))


def _is_empty(block: Block) -> bool:
    if isinstance(block, Table):
        return not block.rows
    return isinstance(block, Entries) and not block.entries
