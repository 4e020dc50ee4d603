"""The matrix of recurrent networks in `fixtures/rnn_matrix`: an archive a release, unpacked on demand."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ARCHIVES = Path(__file__).parent.parent / "fixtures" / "rnn_matrix"


@dataclass(frozen=True)
class Model:
    """One committed model: where it is packed, and what TensorFlow 1 said of it when it was built."""

    release: str  # tf1.4.1
    name: str

    @property
    def truth(self) -> dict[str, Any]:
        return _truths(self.release)[self.name]

    def unpacked(self, place: Path) -> Path:
        """The model's own folder under `place`, written there unless it is there already."""
        folder = place / self.release / self.name
        if not folder.exists():
            archive = _archive(self.release)
            members = [each for each in archive.namelist() if each.startswith(f"{self.name}/")]
            archive.extractall(place / self.release, members)
        return folder

    def __str__(self) -> str:
        return f"{self.release}/{self.name}"


def models() -> Iterator[Model]:
    """Every model of the matrix, releases in order."""
    releases = [path.stem for path in ARCHIVES.glob("tf*.zip")]
    for release in sorted(releases, key=lambda each: [int(part) for part in each[2:].split(".")]):
        yield from (Model(release, name) for name in _truths(release))


@cache
def _archive(release: str) -> zipfile.ZipFile:
    """Opened once: reading the list of all that it holds takes longer than unpacking a model."""
    return zipfile.ZipFile(ARCHIVES / f"{release}.zip")


@cache
def _truths(release: str) -> dict[str, dict[str, Any]]:
    archive = _archive(release)
    names = sorted(each for each in archive.namelist() if each.endswith("/truth.json"))
    return {each.split("/")[0]: json.loads(archive.read(each)) for each in names}
