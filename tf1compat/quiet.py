"""TensorFlow without its chatter, for programs whose stderr belongs to the user."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_STDERR = 2
_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_LOGGERS = ("tensorflow", "absl")
#: A line of the C++ log, as it is now and as it was before 2.16, and what is said before it is set up.
_LOG_LINE = re.compile(
    rb"[IWEF]\d{4} \d\d:\d\d:[\d.]+ +\d+ \S+\] |\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+: [IWEF] |"
    rb"WARNING: All log messages before absl"
)
#: Seconds that a process which was started meanwhile, and still has stderr, is waited for.
_PATIENCE = 1.0


def quiet_tensorflow() -> None:
    """TensorFlow, imported from now on, logs errors at most, unless TF_CPP_MIN_LOG_LEVEL says otherwise.

    TensorFlow is not imported by this. Python's warnings are ignored, unless `-W` or PYTHONWARNINGS is given.
    """
    if _LEVEL in os.environ:
        return
    os.environ[_LEVEL] = "3"
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _QuietFinder())


@contextmanager
def quietly() -> Iterator[None]:
    """Inside, TensorFlow logs nothing to stderr, unless TF_CPP_MIN_LOG_LEVEL says otherwise; all else is as it was.

    Where it is imported inside, its C++ libraries keep to that afterwards. Where it was imported before, with levels of
    its own, the lines in the form of its log are taken out of what is written to stderr.
    """
    if _LEVEL in os.environ:
        yield
        return
    levels = {logger: logger.level for logger in map(logging.getLogger, _LOGGERS)}
    for logger in levels:
        logger.setLevel(logging.ERROR)
    try:
        with _without_log_lines() if "tensorflow" in sys.modules else _quiet_import():
            yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


@contextmanager
def _quiet_import() -> Iterator[None]:
    finder = _QuietFinder()
    os.environ[_LEVEL] = "3"
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        os.environ.pop(_LEVEL, None)
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)


@contextmanager
def _without_log_lines() -> Iterator[None]:
    """What is written to stderr passes through a thread that drops the lines of TensorFlow's log."""
    sys.stderr.flush()
    before = os.dup(_STDERR)
    reading, writing = os.pipe()
    os.dup2(writing, _STDERR)
    os.close(writing)
    passing = threading.Thread(target=_pass_on, args=(reading, before), daemon=True)
    passing.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(before, _STDERR)  # closes the last end of the pipe that is written to
        passing.join(_PATIENCE)
        os.close(before)


def _pass_on(source: int, target: int) -> None:
    with os.fdopen(source, "rb") as lines:
        for line in lines:
            if not _LOG_LINE.match(line):
                os.write(target, line)


class _QuietFinder(MetaPathFinder):
    """Finds `tensorflow`, once, with a loader that holds back what C++ libraries say while they are loaded.

    They say it before their log is set up, so that TF_CPP_MIN_LOG_LEVEL does not reach it.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders give, its loader wrapped."""
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _QuietLoader(spec.loader)
        return spec


class _QuietLoader(Loader):
    """Loads as the loader inside it does, with stderr held back."""

    def __init__(self, inner: Loader) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The inner loader's module."""
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module; what it wrote to stderr appears only if it fails."""
        with held_back_stderr():
            self._inner.exec_module(module)


@contextmanager
def held_back_stderr() -> Iterator[None]:
    """What anything, C++ included, writes to stderr is dropped, or shown after all if an exception passes."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as aside:
        before = os.dup(_STDERR)
        os.dup2(aside.fileno(), _STDERR)
        failed = True
        try:
            yield
            failed = False
        finally:
            sys.stderr.flush()
            os.dup2(before, _STDERR)
            os.close(before)
            if failed:
                aside.seek(0)
                os.write(_STDERR, aside.read())
