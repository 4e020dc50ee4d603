"""Shared libraries of the author's own ops: known by their files alone, without loading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tf1compat.errors import PlanError


def absolute(paths: Iterable[str | Path]) -> tuple[str, ...]:
    """The libraries' whole paths, so that a plan made in one folder holds in another; raises PlanError for no file."""
    found = [Path(each) for each in paths]
    missing = [f"the op library '{each}' is not a file" for each in found if not each.is_file()]
    if missing:
        raise PlanError(missing)
    return tuple(str(each.resolve()) for each in found)


def holds_op(paths: Iterable[str], op: str) -> bool:
    """Whether the name of an op stands in one of the libraries, as it does where the library registers it."""
    return any(op.encode() in Path(each).read_bytes() for each in paths)
