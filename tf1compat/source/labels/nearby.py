"""Files around a model that may hold class labels: beside it, in its assets, and in the two folders above."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path

_SUFFIXES = frozenset({
    ".txt", ".names", ".labels", ".json", ".csv", ".tsv", ".npy", ".npz", ".yaml", ".yml", ".pbtxt",
    ".pkl", ".pickle", ".p", ".joblib",
})  # fmt: skip
#: Mostly of other things than names: looked into only where the file's name says that it holds some.
_SELDOM = frozenset({".npz", ".yaml", ".yml", ".pbtxt"})
_TELLING = re.compile(
    "label|class|categor|vocab|char|word|token|dict|intent|tags?|names|2id|id2|idx|index|map|preprocess|encoder|lookup",
    re.IGNORECASE,
)
_ABOVE = 2
_MOST_ENTRIES = 2000


def label_files(folder: Path) -> tuple[Path, ...]:
    """The files, the nearest first and by name; above the model only those whose names tell of labels."""
    above, found = str(folder), _in(folder, told_only=False) + _in(folder / "assets", told_only=False)
    for _ in range(_ABOVE):
        higher = os.path.normpath(os.path.join(above, ".."))
        if os.path.abspath(higher) == os.path.abspath(above):
            break
        above = higher
        found += _in(Path(above), told_only=True)
    return tuple(found)


def tells_of_labels(name: str) -> bool:
    """Whether a file's name says that names are in it."""
    return _TELLING.search(name) is not None


def _in(folder: Path, *, told_only: bool) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            files = [Path(each.name) for each in islice(entries, _MOST_ENTRIES) if each.is_file()]
    except OSError:
        return []
    return sorted(folder / each for each in files if _is_likely(each, told_only=told_only))


def _is_likely(file: Path, *, told_only: bool) -> bool:
    suffix = file.suffix.lower()
    return suffix in _SUFFIXES and (tells_of_labels(file.stem) or not (told_only or suffix in _SELDOM))
