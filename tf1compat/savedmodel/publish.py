"""Publish whole or not at all: a directory is built aside, and renamed into place when it is right."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tf1compat.errors import OutputError


def check_output(output: Path, *, overwrite: bool, source: Path) -> None:
    """Raises OutputError unless `output` may be written: it is not there, or it is a SavedModel to replace.

    A directory that holds the source, or anything that is not a SavedModel, is never replaced.
    """
    if not _exists(output):
        _check_parents(output)
        return
    if not overwrite:
        raise OutputError(
            f"'{output}' is there already; choose another place, or replace it with --overwrite"
        )
    if not (output / "saved_model.pb").is_file() or output.is_symlink():
        raise OutputError(f"'{output}' is not a SavedModel directory, so --overwrite does not replace it")
    if output.resolve() in (source.resolve(), *source.resolve().parents):
        raise OutputError(
            f"'{output}' holds the source '{source}', so it is not replaced; choose another place"
        )


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _check_parents(output: Path) -> None:
    parent = _existing_parent(output)
    if not parent.is_dir():
        raise OutputError(f"'{output}' cannot be written: '{parent}' is a file")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"'{output}' cannot be written: '{parent}' may not be written to")


def _existing_parent(output: Path) -> Path:
    parent = output.absolute().parent
    while not parent.exists():
        parent = parent.parent
    return parent


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """An empty directory on the output's file system; it is gone afterwards unless `publish` has moved it."""
    staging = Path(tempfile.mkdtemp(prefix=".tf1compat-", dir=_existing_parent(output)))
    try:
        yield staging / "model"
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def publish(built: Path, output: Path, *, overwrite: bool) -> None:
    """Rename `built` to `output`; with `overwrite`, what was there is removed only after the new one stands."""
    output.parent.mkdir(parents=True, exist_ok=True)
    if not _exists(output):
        built.rename(output)
        return
    if not overwrite:
        raise OutputError(f"'{output}' appeared in the meantime; nothing was written")
    old = built.parent / "replaced"
    output.rename(old)
    try:
        built.rename(output)
    except OSError as error:
        old.rename(output)
        raise OutputError(f"'{output}' could not be replaced ({error}); it is as it was") from error
