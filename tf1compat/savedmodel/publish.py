"""Publish whole or not at all: a directory is built aside, and renamed into place when it is right."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tf1compat.errors import OutputError, PlanError, SourceError
from tf1compat.savedmodel.ownership import foreign_entries
from tf1compat.scratch import REPLACED, scratch_prefix
from tf1compat.source.files import beyond_tensorflow

_LISTED = 5  # names that a message lists at most
_REMEDY = "move away what is yours, or choose another place"


def check_output(output: Path, *, overwrite: bool, source: Path) -> None:
    """Raises OutputError unless `output` may be written: it is not there, empty, or an earlier result to replace.

    A directory that holds the source, or anything that its record does not vouch for, is never replaced.
    """
    reason = beyond_tensorflow(output.absolute())
    if reason:
        raise OutputError(
            f"TensorFlow loads no SavedModel from '{output.absolute()}', since {reason}; choose another place"
        )
    if not _exists(output) or _is_empty(output):
        _check_parents(output)
        return
    if not overwrite:
        raise OutputError(
            f"'{output}' is there already; choose another place, or replace it with --overwrite"
        )
    if output.resolve() in (source.resolve(), *source.resolve().parents):
        raise OutputError(
            f"'{output}' holds the source '{source}', so it is not replaced; choose another place"
        )
    _check_is_ours(output, output)


def _check_is_ours(folder: Path, output: Path) -> None:
    """Raises OutputError unless a folder, which is or was at `output`, holds an earlier result and nothing else."""
    if not (folder / "saved_model.pb").is_file() or folder.is_symlink():
        raise OutputError(f"'{output}' is not a SavedModel directory, so --overwrite does not replace it")
    try:
        foreign = foreign_entries(folder)
    except (SourceError, PlanError, OSError) as error:
        reason = str(error).replace(str(folder), str(output))
        raise OutputError(f"{reason}; so --overwrite does not replace '{output}'; {_REMEDY}") from error
    if foreign:
        more = f" and {len(foreign) - _LISTED} more" if len(foreign) > _LISTED else ""
        names = ", ".join(f"'{each}'" for each in foreign[:_LISTED]) + more
        raise OutputError(
            f"'{output}' holds what tf1compat did not write ({names}), so --overwrite does not replace it; {_REMEDY}"
        )


def _is_empty(path: Path) -> bool:
    """Whether a path is a folder with nothing in it, and no link to one."""
    return path.is_dir() and not path.is_symlink() and next(path.iterdir(), None) is None


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _check_parents(output: Path) -> None:
    parent = staging_place(output)
    if not parent.is_dir():
        raise OutputError(f"'{output}' cannot be written: '{parent}' is a file")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"'{output}' cannot be written: '{parent}' may not be written to")


def staging_place(output: Path) -> Path:
    """The folder in which a result is built aside: the innermost above it that is there."""
    parent = output.absolute().parent
    while not parent.exists():
        parent = parent.parent
    return parent


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """An empty directory on the output's file system; it is gone afterwards unless `publish` has moved it."""
    staging = Path(tempfile.mkdtemp(prefix=f".{scratch_prefix()}", dir=staging_place(output)))
    try:
        yield staging / "model"
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def publish(built: Path, output: Path, *, overwrite: bool) -> None:
    """Rename `built` to `output`; with `overwrite`, an earlier result is removed only after the new one stands.

    What came into the earlier result since `check_output` saw it is not ours: then all stays as it is.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    if not _exists(output) or _is_empty(output):
        built.rename(output)  # which takes the place of an empty folder
        return
    if not overwrite:
        raise OutputError(f"'{output}' appeared in the meantime; nothing was written")
    _replace(built, output)


def _replace(built: Path, output: Path) -> None:
    old = built.parent / REPLACED
    try:
        output.rename(old)
    except OSError as error:
        raise OutputError(f"'{output}' could not be replaced ({error}); it is as it was") from error
    try:
        _check_is_ours(old, output)
        built.rename(output)
    except OutputError as error:
        raise OutputError(f"{error}; {_taken_back(old, output)}") from error
    except OSError as error:
        raise OutputError(
            f"'{output}' could not be replaced ({error}); {_taken_back(old, output)}"
        ) from error


def _taken_back(old: Path, output: Path) -> str:
    """Where `old` is now, in words: at `output` again or, if that is taken by now, beside it."""
    try:
        old.rename(output)
    except OSError:
        kept = Path(tempfile.mkdtemp(prefix=f"{output.name}.", dir=output.parent)) / output.name
        old.rename(kept)
        return f"what was there is in '{kept}'"
    return "it is as it was"
