"""What a format of legacy models is: how it is told by its files, and how a model of it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tf1compat.options import SourceOptions
from tf1compat.source.model import LegacyModel


class Format(Protocol):
    """One form in which models lie on disk."""

    name: str  # in a sentence: "a SavedModel"
    needs: str  # what a file or folder must hold to be one

    def is_at(self, path: Path) -> bool:
        """Whether a file or folder is of this format, by names and first bytes; raises SourceError where unreadable."""
        ...

    def open(self, path: str | Path, options: SourceOptions) -> LegacyModel:
        """The model at a path; raises SourceError with one line that says what is wrong and what to do."""
        ...
