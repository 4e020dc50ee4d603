"""Files that a graph names by the path that they had on the author's machine, found where they are now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

_ASSETS = "assets"


def find_asset(recorded: str, folder: Path) -> Path | None:
    """The file that a graph names, looked for around a checkpoint's folder; None where there is none.

    As much of the end of the recorded path as leads to a file is used (`data/vocab.txt` before `vocab.txt`), first
    in the checkpoint's folder, then in the others of `places`. The path as it was recorded is not: a graph may name
    any file of this machine, and what it names would be shown, and copied into the result.
    """
    inside = (each for each in _files(recorded, folder) if _lies_inside(each, folder))
    return next(inside, None)


def kept_asset(name: str, folder: Path) -> Path | None:
    """The file that a SavedModel keeps under this name in its `assets`; None where there is none."""
    path = folder / _ASSETS / name
    return path if _is_file(path) and _lies_inside(path, folder) else None


def asset_outside(recorded: str, folder: Path) -> Path | None:
    """A file that a graph names and that lies outside of the model's folders, by its path or by a link in them."""
    path = Path(recorded)
    found = (*_files(recorded, folder), *([path] if path.is_absolute() and _is_file(path) else []))
    return next((each for each in found if not _lies_inside(each, folder)), None)


def places(folder: Path) -> tuple[Path, ...]:
    """The folders that are looked through for an asset: the checkpoint's, its parent, and `assets` in both.

    The root of the file system, which holds all files, is none of them.
    """
    parent = Path(os.path.abspath(folder)).parent
    every = (folder, folder / _ASSETS, parent, parent / _ASSETS)
    return tuple(each for each in every if not _is_root(each))


def _files(recorded: str, folder: Path) -> Iterator[Path]:
    """The files in the places to which an end of the recorded path leads."""
    for tail in _tails(recorded):
        yield from (place / tail for place in places(folder) if _is_file(place / tail))


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)


def _is_root(path: Path) -> bool:
    absolute = Path(os.path.abspath(path))
    return absolute == absolute.parent


def _lies_inside(path: Path, folder: Path) -> bool:
    """Whether a file itself, not a link to it, lies in the checkpoint's folder, or in its parent where nothing on
    the way is hidden: that may be somebody's home."""
    file, parent = path.resolve(), Path(os.path.abspath(folder)).parent
    own, around = (
        each / _ASSETS if _is_root(each) else each for each in (folder.resolve(), parent.resolve())
    )
    if own in file.parents:
        return True
    return around in file.parents and not any(each.startswith(".") for each in file.relative_to(around).parts)


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
