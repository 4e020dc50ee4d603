"""Models that are committed as one archive for each release, unpacked on demand."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"


@cache
def files_of(family: str, release: str) -> Mapping[str, Mapping[str, bytes]]:
    """The contents of all files of a family's archive, by model and name."""
    found: dict[str, dict[str, bytes]] = {}
    with tarfile.open(FIXTURES / family / f"{release}.tar.xz") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None:
                model, _, name = member.name.partition("/")
                found.setdefault(model, {})[name] = stream.read()
    return found


def names_of(family: str, *releases: str) -> tuple[str, ...]:
    """Every model of these releases, as `release/model`."""
    return tuple(f"{release}/{model}" for release in releases for model in sorted(files_of(family, release)))


def unpack(family: str, name: str, place: Path) -> Path:
    """The folder of a model under `place`, written there unless it is there already."""
    folder = place / name
    if not folder.exists():
        folder.mkdir(parents=True)
        release, _, model = name.partition("/")
        for file_name, content in files_of(family, release)[model].items():
            (folder / file_name).parent.mkdir(parents=True, exist_ok=True)
            (folder / file_name).write_bytes(content)
    return folder
