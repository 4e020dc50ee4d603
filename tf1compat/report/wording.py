"""How values read in a report: names, shapes, sizes, differences; the same in every format."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tf1compat.graph.attributes import Shape
from tf1compat.names import TensorRef
from tf1compat.plan.judge.notes import Note
from tf1compat.report.document import Code, Entries, Entry, Paragraph

UNKNOWN = "?"

#: What JSON has no number for, in protobuf's JSON spelling.
JsonNumber = float | str | None


def printable(text: str) -> str:
    """The text on one line, with control characters escaped, so that no file can drive a terminal."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def name(value: object) -> Code:
    """A tensor, node, variable or file by its name; `?` for None."""
    return Code(UNKNOWN if value is None else printable(str(value)))


def scope(value: str) -> str:
    """A name scope; words for none, since a network may stand outside of any."""
    return name(value) if value else "(no scope)"


def shape(value: Shape) -> str:
    """`[?, 3]`, or `any` for a rank that is not known."""
    return "any" if value.dims is None else str(value)


def yes(value: bool) -> str:
    return "yes" if value else "no"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 variable`, `2 variables`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def size(number: int) -> str:
    """A number of bytes as people say it: `2.5 MB` (powers of ten)."""
    if number < 1000:
        return count(number, "byte")
    power = min((len(str(int(number))) - 1) // 3, 4)
    return f"{number / 1000**power:.1f} {('bytes', 'kB', 'MB', 'GB', 'TB')[power]}"


def difference(value: float | None) -> str:
    """A difference between two outputs; a dash where nothing could be subtracted."""
    if value is None:
        return "-"
    return "0" if value == 0 else f"{value:.1e}"


def json_number(value: float | None) -> JsonNumber:
    """The number itself, or its name where JSON has no number for it (`NaN`, `Infinity`)."""
    if value is None or math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def json_tensor(value: TensorRef | None) -> str | None:
    return None if value is None else str(value)


def json_note(note: Note) -> dict[str, str]:
    return {"code": note.code, "node": note.node, "reason": note.reason, "remedy": note.remedy}


def no_step(reason: str, node: str) -> Paragraph | None:
    """Why there is no signature `step`, and the node that stands in the way; None where there is no reason."""
    place = f" (at '{node}')" if node and f"'{node}'" not in reason else ""
    return Paragraph(printable(f"There is no signature 'step': {reason}{place}.")) if reason else None


def notes(values: Iterable[Note]) -> Entries:
    """Hazards or blockers: where, why, and what to do."""
    return Entries(tuple(_entry(note) for note in values))


def _entry(note: Note) -> Entry:
    place = f"{note.code} at {note.node}" if note.node else note.code
    return Entry(printable(place), tuple(printable(each) for each in (note.reason, note.remedy) if each))
