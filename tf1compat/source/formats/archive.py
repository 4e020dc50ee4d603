"""A SavedModel or Hub module packed in a `.tar.gz`, as tfhub.dev gave its modules."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tf1compat.errors import SourceError
from tf1compat.options import SourceOptions
from tf1compat.scratch import scratch_until_exit
from tf1compat.source.files import size_of
from tf1compat.source.formats.saved_model import SavedModelFormat
from tf1compat.source.model import LegacyModel

_SUFFIXES = (".tar.gz", ".tgz", ".tar")
_CHUNK = 1 << 20
#: How many times as large as the archive its content may be: weights hardly shrink, what does is made to fill a disk.
_MOST_TIMES, _ALWAYS = 50, 64 << 20
_SAVED_MODEL = SavedModelFormat()


class ArchiveFormat:
    """A tar archive, compressed or not, in which one SavedModel lies, at its root or one folder down."""

    name = "a packed module"
    needs = "a .tar.gz, .tgz or .tar with a saved_model.pb in it"

    def is_at(self, path: Path) -> bool:
        """Whether a file is a tar archive by its name and its content."""
        return path.name.lower().endswith(_SUFFIXES) and path.is_file() and tarfile.is_tarfile(path)

    def open(self, path: str | Path, options: SourceOptions) -> LegacyModel:
        """The model of the SavedModel in an archive, which is unpacked into a folder that goes with the process."""
        folder = scratch_until_exit()
        try:
            _unpack(Path(path), folder)
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise SourceError(
                f"'{path}' is cut short or damaged ({error}); copy the archive again"
            ) from error
        folders = (folder, *sorted(each for each in folder.iterdir() if each.is_dir()))
        found = [each for each in folders if _SAVED_MODEL.is_at(each)]
        if len(found) != 1:
            what = f"{len(found)} SavedModels are" if found else "there is no saved_model.pb"
            raise SourceError(
                f"{what} in '{path}'; give an archive of one SavedModel, or a folder of it unpacked"
            )
        return replace(_SAVED_MODEL.open(found[0], options), path=str(path))


def _unpack(path: Path, folder: Path) -> None:
    """The plain files of an archive, written below a folder; raises SourceError for what would lie outside of it."""
    left = max(_ALWAYS, _MOST_TIMES * size_of(path))
    with tarfile.open(path) as archive:
        for member in archive:
            left -= member.size
            if left < 0:
                raise SourceError(f"'{path}' holds far more than its own size; it is not unpacked")
            if member.isdir():
                continue
            if not member.isfile() or not _is_plain(member.name):
                raise SourceError(
                    f"'{path}' holds '{member.name}', no plain file of its own; it is not unpacked"
                )
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                file.writelines(_content(archive, member))


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and "\\" not in name


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream = archive.extractfile(member)
    while stream is not None and (chunk := stream.read(_CHUNK)):
        yield chunk
