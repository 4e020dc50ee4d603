"""Class names in plain text: a name a line, with or without its number, and tables of columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Sequence

from tf1compat.source.labels.order import Naming, is_number, labels_from_list, naming_of_pairs

#: The titles of a column of names, and of one of their numbers.
_NAMES = (
    "class_name", "class_names", "display_name", "label", "labels", "class", "classes", "name", "names", "signname",
    "category", "tag", "intent", "word", "char", "token",
)  # fmt: skip
_NUMBERS = (
    "id",
    "class_id",
    "classid",
    "label_id",
    "labelid",
    "index",
    "class_index",
    "idx",
    "number",
    "code",
)
#: Of a single column: titles that are hardly ever names themselves.
_HEADERS = frozenset({"label", "labels", "class", "classes", "class_name", "class_names"})
_BEFORE = re.compile(r"(\d{1,9})(?:[ \t]*[:,;=\t][ \t]*|[ \t]+)(\S.*)\Z")
_BEHIND = re.compile(r"(.*\S)(?:[ \t]*[:,;=\t][ \t]*|[ \t]+)(\d{1,9})\Z")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SYNSET = re.compile(r"n\d{8}[ \t:,]+(\S.*)\Z")


def decoded(content: bytes) -> str:
    """UTF-8 text, with or without a mark at its start, or UTF-16 with one; raises ValueError."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8 text") from error


def is_text(content: bytes) -> bool:
    """Whether this can be lines of text: nothing that no text has is in it."""
    try:
        text = decoded(content)
    except ValueError:
        return False
    return bool(text.strip()) and not _NO_TEXT.search(text)


def namings_of_lines(content: bytes) -> list[Naming]:
    """The name on each line; `0 cat`, `cat 0` and `n01440764 tench` on every line are numbers, or keys, and names."""
    lines = [line.removesuffix("\r") for line in decoded(content).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if "" in lines:
        raise ValueError(f"line {lines.index('') + 1} is empty; every line is one class")
    names = [line.strip() or line for line in lines]
    return [_numbered(names) or Naming(_less_synsets(names))]


def _numbered(lines: Sequence[str]) -> Naming | None:
    """The names by the numbers beside them, if these are an order and the names differ."""
    for pattern, number, name in ((_BEFORE, 1, 2), (_BEHIND, 2, 1)):
        found = [match for line in lines if (match := pattern.match(line))]
        if len(found) < max(2, len(lines)) or len({match[name] for match in found}) < len(lines):
            continue
        try:
            naming = naming_of_pairs([(int(match[number]), match[name]) for match in found])
        except ValueError:
            continue
        if None not in naming.names:
            return naming
    return None


def _less_synsets(lines: Sequence[str]) -> tuple[str, ...]:
    found = [match[1] for line in lines if (match := _SYNSET.match(line))]
    return tuple(found) if found and len(found) == len(lines) else tuple(lines)


def namings_of_table(delimiter: str) -> Callable[[bytes], list[Naming]]:
    """What reads a table of one column of names, or of several with one of names and mostly one of numbers."""

    def read(content: bytes) -> list[Naming]:
        text = decoded(content)
        rows = _rows(text, _delimiter(text, delimiter))
        if not rows or len(rows[0]) == 1:
            return [Naming(labels_from_list(cell for (cell,) in _without_title(rows)))]
        return _of_columns(rows)

    return read


def _delimiter(text: str, usual: str) -> str:
    """The usual one, unless the first line has none of it but another that tables are written with."""
    first = text.partition("\n")[0]
    return next((each for each in (usual, ";", "\t") if each in first), usual)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [[cell.strip() or cell for cell in row] for row in found if row]
    except csv.Error as error:
        raise ValueError(f"it is not a table ({error})") from error
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise _columns(number, row)
    return rows


def _columns(number: int, row: Sequence[str]) -> ValueError:
    return ValueError(
        f"row {number} has {len(row)} columns; give one (names), two (numbers and names), or titles that say which "
        "are these ('name', 'id')"
    )


def _of_columns(rows: list[list[str]]) -> list[Naming]:
    titled = not any(map(is_number, rows[0]))
    titles = [cell.casefold() for cell in rows[0]] if titled else []
    name, number = (
        next((titles.index(each) for each in known if each in titles), None) for known in (_NAMES, _NUMBERS)
    )
    if titled and name is not None and number is None and len(rows) > 1:
        others = (column for column in range(len(titles)) if column != name)
        number = next((each for each in others if all(is_number(row[each]) for row in rows[1:])), None)
        if number is None:
            return [Naming(labels_from_list(row[name] for row in rows[1:]))]
    if len(rows[0]) == 2 and None in (name, number):
        name, number = 1, 0
    if name is None or number is None:
        raise _columns(1, rows[0])
    rows = rows[1:] if titled else rows
    return [naming_of_pairs([(row[number], row[name]) for row in rows])] if rows else []


def _without_title(rows: list[list[str]]) -> list[list[str]]:
    return rows[1:] if rows and rows[0][0].casefold() in _HEADERS else rows
