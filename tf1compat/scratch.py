"""The folders that a run works in: their names tell whose they are, so that what a process that died left can go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

#: In a folder of ours, the earlier result that a new one is being put in the place of: that is not ours to remove.
REPLACED = "replaced"


def scratch_prefix(pid: int | None = None) -> str:
    """How the names of the folders of a process begin, this one by default."""
    return f"tf1compat-{os.getpid() if pid is None else pid}-"


def remove_leftovers(pid: int, places: Iterable[Path]) -> None:
    """No folder is left in these places that a process, which has ended, worked in."""
    names = (scratch_prefix(pid), f".{scratch_prefix(pid)}")
    for place in places:
        for each in place.iterdir() if place.is_dir() else ():
            if each.name.startswith(names) and not (each / REPLACED).exists():
                shutil.rmtree(each, ignore_errors=True)


#: The folders that live as long as the process, each removed when that ends.
_KEPT: list[TemporaryDirectory[str]] = []


def scratch_until_exit() -> Path:
    """A folder of this process, which goes when it ends."""
    folder = TemporaryDirectory(prefix=scratch_prefix())
    _KEPT.append(folder)
    return Path(folder.name)
