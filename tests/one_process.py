"""Verification without a new process for each model: one takes them all, each from its files, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tf1compat.verify.reloaded.fresh import FreshProcess


class OneProcess:
    """Stands in for the class FreshProcess. A failure ends the process, and the next model gets another."""

    def __init__(self) -> None:
        self._process: FreshProcess | None = None
        self._libraries: Sequence[str] = ()

    def __call__(self, saved_model: Path, op_libraries: Sequence[str] = ()) -> OneProcess:
        if self._process is None or op_libraries or self._libraries:  # a library that is loaded stays
            self.end()
            self._process, self._libraries = FreshProcess(saved_model, op_libraries), op_libraries
        else:
            self._process.serve(saved_model)
        return self

    def __enter__(self) -> FreshProcess:
        assert self._process is not None
        return self._process

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.end(kind, error, trace)

    def end(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        """The process, if there is one, is gone."""
        process, self._process = self._process, None
        if process is not None:
            process.__exit__(kind, error, trace)
