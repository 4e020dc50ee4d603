"""The files that a model is made of, read with errors that say what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tf1compat.errors import SourceError

_POINTER = b"version https://git-lfs"
_CHUNK = 1 << 20


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns the system's refusal to read `path`, or anything below it, into a SourceError."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"'{error.filename or path}' cannot be read: {error.strerror or error}") from error


def beside(prefix: Path, suffix: str) -> Path:
    """The file that a checkpoint prefix and a suffix name: `dir/model` and `.meta` give `dir/model.meta`."""
    return prefix.with_name(prefix.name + suffix)


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
