"""TensorFlow without its chatter, for programs whose stderr belongs to the user."""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_STDERR = 2


def quiet_tensorflow() -> None:
    """TensorFlow, imported from now on, logs errors at most, unless TF_CPP_MIN_LOG_LEVEL says otherwise.

    TensorFlow is not imported by this. Python's warnings are ignored, unless `-W` or PYTHONWARNINGS is given.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    logging.getLogger("absl").setLevel(logging.ERROR)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _QuietFinder())


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
