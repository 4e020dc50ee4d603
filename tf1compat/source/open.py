"""Opening a model: its files found, checked and read; nothing is written and TensorFlow is not needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tf1compat.errors import SourceError
from tf1compat.options import SourceOptions
from tf1compat.source.checkpoints.locate import nothing_at
from tf1compat.source.files import reading
from tf1compat.source.formats import FORMATS
from tf1compat.source.formats.format import Format
from tf1compat.source.model import LegacyModel
from tf1compat.source.unsupported_formats import refuse_other_kinds

_LISTED = 8


def open_model(path: str | Path, options: SourceOptions | None = None) -> LegacyModel:
    """The model at `path`, of whatever format it is; one that lies one folder down is entered.

    Raises SourceError with one line that says what is wrong and what to do.
    """
    given, options = Path(path), options or SourceOptions()
    with reading(given):
        found = _format_of(given)
        if found is not None:
            return found.open(path, options)
        refuse_other_kinds(given)
        inside = list(_one_level_down(given))
        if len(inside) == 1:
            return inside[0][1].open(inside[0][0], options)
        raise SourceError(_several(given, [each for each, _ in inside]) if inside else _nothing(given))


def _format_of(path: Path) -> Format | None:
    return next((each for each in FORMATS if each.is_at(path)), None)


def _one_level_down(folder: Path) -> Iterator[tuple[Path, Format]]:
    """The models in the folders of a folder, and its own files that are models."""
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        if (found := _format_of(each)) is not None:
            yield each, found


def _several(folder: Path, models: list[Path]) -> str:
    listed = ", ".join(f"'{each}'" for each in models[:_LISTED]) + (", ..." if len(models) > _LISTED else "")
    return f"'{folder}' holds several models; give one of them: {listed}"


def _nothing(given: Path) -> str:
    needs = "; ".join(f"{each.name} needs {each.needs}" for each in FORMATS)
    return f"{nothing_at(given)}. What can be given: {needs}"
