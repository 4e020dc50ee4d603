"""The step grid in `fixtures/step_grid`: small recurrent models with one op before the network or behind it.

An archive a release, read as a whole the first time that one of its models is asked for.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ARCHIVES = Path(__file__).parent.parent / "fixtures" / "step_grid"
SUFFIX = ".tar.xz"


@dataclass(frozen=True)
class GridModel:
    """One committed model: the release of TensorFlow 1 that made it, and its name."""

    release: str  # tf1.15.5
    name: str  # OP-ARRANGEMENT-POSITION

    @property
    def truth(self) -> dict[str, Any]:
        """What TensorFlow 1 said of the model when it was built."""
        truth: dict[str, Any] = json.loads(_files(self.release)[self.name]["truth.json"])
        return truth

    def unpacked(self, parent: Path) -> Path:
        """The model's own folder under `parent`, written there unless it is there already."""
        folder = parent / self.release / self.name
        if not folder.exists():
            folder.mkdir(parents=True)
            for name, content in _files(self.release)[self.name].items():
                (folder / name).write_bytes(content)
        return folder

    def __str__(self) -> str:
        return f"{self.release}/{self.name}"


def grid_models() -> Iterator[GridModel]:
    """Every model of the grid, releases in order."""
    releases = [path.name.removesuffix(SUFFIX) for path in ARCHIVES.glob(f"tf*{SUFFIX}")]
    for release in sorted(releases, key=lambda release: [int(part) for part in release[2:].split(".")]):
        yield from (GridModel(release, name) for name in sorted(_files(release)))


@cache
def _files(release: str) -> dict[str, dict[str, bytes]]:
    """The contents of all files, by model and name."""
    contents: dict[str, dict[str, bytes]] = {}
    with tarfile.open(ARCHIVES / f"{release}{SUFFIX}") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None:
                model, _, name = member.name.partition("/")
                contents.setdefault(model, {})[name] = stream.read()
    return contents
