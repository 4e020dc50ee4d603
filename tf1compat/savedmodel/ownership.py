"""Which entries of a folder belong to an earlier result: only those may go when a new one takes its place."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from tf1compat.savedmodel.record import RECORD, read_plan, read_record

#: The files of a SavedModel other than its assets, for records that do not list what was written.
_ALWAYS = r"saved_model\.pb|fingerprint\.pb|variables/variables\.(index|data-[0-9]{5}-of-[0-9]{5})"
#: The folders of a SavedModel, which may be empty.
_FOLDERS = frozenset({"assets", "assets.extra", "variables"})


def foreign_entries(saved_model: Path) -> tuple[str, ...]:
    """The files, folders (with a slash) and links in a folder that its record does not vouch for, by relative path.

    None means that the folder holds a result and nothing else. Raises SourceError or PlanError where there is no
    record that can be read, OSError where a folder cannot be listed.
    """
    return tuple(sorted(_foreign(saved_model, "", _is_own_file(saved_model))))


def _is_own_file(saved_model: Path) -> Callable[[str], bool]:
    """The test of a relative path, against the record's list or, where it has none, the names that are known."""
    listed = read_record(saved_model).get("files")
    if isinstance(listed, list):
        return lambda path: path in listed
    own = re.compile("|".join((_ALWAYS, re.escape(RECORD.as_posix()), *_assets(saved_model))))
    return lambda path: own.fullmatch(path) is not None


def _assets(saved_model: Path) -> Iterator[str]:
    """Patterns of the assets that fill the plan's tables; TensorFlow numbers those of one name."""
    for table in read_plan(saved_model).tables:
        if table.path is not None:
            yield rf"assets/{re.escape(PurePath(table.path).name)}(_[0-9]+)?"


def _foreign(folder: Path, inside: str, is_own: Callable[[str], bool]) -> Iterator[str]:
    for entry in os.scandir(folder):
        path = f"{inside}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            own_folder = path in _FOLDERS
            yield from _foreign(Path(entry.path), f"{path}/", is_own) if own_folder else (f"{path}/",)
        elif not (entry.is_file(follow_symlinks=False) and is_own(path)):
            yield path
