"""Shared libraries of the author's own ops: known by their files alone, without loading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def holds_op(paths: Iterable[str], op: str) -> bool:
    """Whether the name of an op stands in one of the libraries, as it does where the library registers it."""
    return any(op.encode() in Path(each).read_bytes() for each in paths)
