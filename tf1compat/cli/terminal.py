"""What the user sees besides reports: progress, and one line for a failure."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

from tf1compat.errors import Tf1CompatError

BAD_INPUT = 2
_SIGNAL_BASE = 128  # a shell reports a process that signal N ended as 128 + N
_INTERRUPTED, _BROKEN_PIPE = _SIGNAL_BASE + 2, _SIGNAL_BASE + 13


class UsageError(Tf1CompatError):
    """The command line itself is wrong."""


def wants_traceback(arguments: Sequence[str] | None) -> bool:
    """Whether `--debug` is among the arguments; known before they are parsed, so that parsing is covered."""
    return "--debug" in (sys.argv[1:] if arguments is None else arguments)


class Ending:
    """Inside `with`, every failure becomes one line on stderr and a `status`; nothing is raised further.

    This is the outermost boundary of the program, the only place where any exception ends: a bug too must not
    print a traceback, unless `--debug` asks for it. `--help` (SystemExit) passes through as status 0.
    """

    def __init__(self, *, debug: bool) -> None:
        self.debug = debug
        self.status = 0

    def __enter__(self) -> Ending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            error = _flush()
        if error is not None:
            self.status = self._end(error)
        return True

    def _end(self, error: BaseException) -> int:
        if isinstance(error, SystemExit):
            return error.code if isinstance(error.code, int) else 0
        if isinstance(error, BrokenPipeError):
            _silence_stdout()
            return _BROKEN_PIPE
        if self.debug:
            traceback.print_exception(error)
        print(f"error: {_one_line(error, debug=self.debug)}", file=sys.stderr)
        if isinstance(error, KeyboardInterrupt):
            return _INTERRUPTED
        return error.exit_status if isinstance(error, Tf1CompatError) else BAD_INPUT


def _flush() -> BaseException | None:
    """Write out what stdout still holds; a reader that went away shows only now."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _silence_stdout() -> None:
    """Let the interpreter's last flush go nowhere, as the reader has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(error: BaseException, *, debug: bool) -> str:
    message = " ".join(str(error).split())
    if isinstance(error, Tf1CompatError):
        return message
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; nothing was written"
    if isinstance(error, OSError) and error.filename is not None:
        return f"'{error.filename}': {error.strerror}"
    advice = "" if debug else "; run again with --debug for the traceback"
    return f"unexpected {type(error).__name__}: {message}{advice}"


class Progress:
    """Called with each stage's name: shows it on stderr where that is a terminal, else says nothing."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._show("")

    def __call__(self, stage: str) -> None:
        self._show(f"... {stage}")

    def _show(self, line: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()


class OneLineParser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError instead of printing a usage text and exiting."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raise UsageError with where to look next."""
        raise UsageError(f"{message}; see '{self.prog} --help'")
