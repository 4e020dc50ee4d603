"""Kinds of model that are known by sight but not read yet, each refused by its name."""

from __future__ import annotations

from pathlib import Path

from tf1compat.errors import SourceError
from tf1compat.source.files import read_part

_FILE_MARKS = {
    b"PK\x03\x04": "a zip archive, perhaps of packed model files",
}
_LONGEST_MARK = max(map(len, _FILE_MARKS))


def other_kind(path: Path) -> str | None:
    """What a file is, when it is a model of a kind that is not read; None for anything else."""
    if not path.is_file():
        return None
    start = read_part(path, size=_LONGEST_MARK)
    return next((kind for mark, kind in _FILE_MARKS.items() if start.startswith(mark)), None)


def refuse_other_kinds(path: Path) -> None:
    """Raises SourceError, with the kind's name, for a model that is not a checkpoint with its graph."""
    kind = other_kind(path)
    if kind is not None:
        raise SourceError(
            f"'{path}' is {kind}, which is not read yet; give a checkpoint that has its graph in a .meta file"
        )
