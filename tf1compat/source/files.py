"""The files that a model is made of, read with errors that say what is wrong."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias

from tf1compat.errors import SourceError

_POINTER = b"version https://git-lfs"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class FolderPrefix:
    """The checkpoint prefix of files whose whole names are suffixes: `Saver.save(session, 'model/')` writes
    `model/.meta`, and no path of a file says so."""

    parent: Path
    name: ClassVar[str] = ""

    def __str__(self) -> str:
        return f"{self.parent}{os.sep}"


#: What the paths of a checkpoint's files begin with: of both forms `parent`, `name` and `str()` are asked, no more.
Prefix: TypeAlias = Path | FolderPrefix


def prefix_of(folder: Path, name: str) -> Prefix:
    """The prefix of the files in a folder whose names begin so."""
    return folder / name if name else FolderPrefix(folder)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns the system's refusal to read `path`, or anything below it, into a SourceError."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"'{error.filename or path}' cannot be read: {error.strerror or error}") from error


def beside(prefix: Prefix, suffix: str) -> Path:
    """The file that a checkpoint prefix and a suffix name: `dir/model` and `.meta` give `dir/model.meta`."""
    return prefix.parent / f"{prefix.name}{suffix}"


def beyond_tensorflow(path: Prefix) -> str:
    """Why TensorFlow does not find the checkpoint at a path, in words; nothing where it does.

    It takes a prefix for a pattern of files when it looks for them, and for UTF-8 text; a prefix that is a folder
    it takes for that folder's latest checkpoint. `*` and `?` match themselves.
    """
    text = str(path)
    if isinstance(path, FolderPrefix):
        return "the names of its files are suffixes alone"
    for mark in ("[", "\\"):
        if mark in text and mark != os.sep:
            return f"there is a '{mark}' in it"
    return "" if _is_utf8(text) else "it is not UTF-8"


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def read_bytes(path: Path) -> bytes:
    """A file's content; raises SourceError where it cannot be read, or is a Git LFS pointer."""
    refuse_pointer(path)
    return read_part(path)


def read_part(path: Path, offset: int = 0, size: int = -1) -> bytes:
    """Up to `size` bytes from `offset` on, all of them by default; raises SourceError."""
    with reading(path), path.open("rb") as file:
        file.seek(offset)
        return file.read(size)


def last_bytes(path: Path, count: int) -> bytes:
    """The last `count` bytes of a file, fewer where it is shorter; raises SourceError."""
    return read_part(path, max(0, size_of(path) - count))


def size_of(path: Path) -> int:
    """A file's length in bytes; raises SourceError where it cannot be told."""
    with reading(path):
        return path.stat().st_size


def refuse_pointer(path: Path) -> None:
    """Raises SourceError when a file is what Git LFS leaves in place of the real one."""
    if read_part(path, size=len(_POINTER)) == _POINTER:
        raise SourceError(
            f"'{path}' is a Git LFS pointer of {size_of(path)} bytes, not the file itself; "
            "run 'git lfs pull' in its repository, or download the real file"
        )


def digest_of(parts: Iterable[tuple[str, Path]]) -> str:
    """`sha256:...` over the files' contents, each after its label and length; their names do not matter."""
    total = hashlib.sha256()
    for label, path in parts:
        total.update(f"{label}\0{size_of(path)}\0".encode())
        with reading(path), path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                total.update(chunk)
    return f"sha256:{total.hexdigest()}"
