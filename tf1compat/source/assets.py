"""Files that a graph names by the path that they had on the author's machine, found where they are now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

_ASSETS = "assets"


def find_asset(recorded: str, folder: Path) -> Path | None:
    """The file that a graph names, looked for around a checkpoint's folder; None where there is none.

    As much of the end of the recorded path as leads to a file is used (`data/vocab.txt` before `vocab.txt`), first
    in the checkpoint's folder, then in the others of `places`. The path as it was recorded comes last: what lies
    beside the model belongs to it, whatever lies there by now.
    """
    for tail in _tails(recorded):
        for place in places(folder):
            if os.path.isfile(place / tail):
                return place / tail
    path = Path(recorded)
    return path if path.is_absolute() and os.path.isfile(path) else None


def places(folder: Path) -> tuple[Path, ...]:
    """The folders that are looked through for an asset: the checkpoint's, its parent, and `assets` in both."""
    parent = Path(os.path.abspath(folder)).parent
    return (folder, folder / _ASSETS, parent, parent / _ASSETS)


def base_name(recorded: str) -> str:
    """The last part of a path of any system."""
    names = _names(recorded)
    return names[-1] if names else recorded


def _tails(recorded: str) -> Iterator[Path]:
    """The ends of a path, the longest first; what is before `..` leads elsewhere by now."""
    names = _names(recorded)
    for begin in range(len(names)):
        yield Path(*names[begin:])


def _names(recorded: str) -> tuple[str, ...]:
    """The names along a path, without its root, after the last `..`."""
    windows = "\\" in recorded or PureWindowsPath(recorded).drive
    path = PureWindowsPath(recorded) if windows else PurePosixPath(recorded)
    names = [each for each in path.parts if each != path.anchor and "\0" not in each]
    while ".." in names:
        del names[: names.index("..") + 1]
    return tuple(names)


def same_place(one: str, other: str) -> bool:
    """Whether one path may be the end of the other, as a relative path is of an absolute one."""
    first, second = _names(one), _names(other)
    count = min(len(first), len(second))
    return first[len(first) - count :] == second[len(second) - count :]
