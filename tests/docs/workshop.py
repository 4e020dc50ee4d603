"""A reader's folder, made as the README says, in which the commands and the code of the pages are run as they stand."""

from __future__ import annotations

import io
import os
import runpy
import shlex
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from tests.docs.pages import README, ROOT, blocks, commands, matches, text_of
from tf1compat import cli

#: What sets a checkout up is not run: `make` is asked whether it would, and `pip install` is a test of the packaging.
_SETTING_UP = ("make ", "pip install ")


class Workshop:
    """Runs each page once, the README before every other; all in this process, which has TensorFlow already."""

    def __init__(self, checkout: Path) -> None:
        (checkout / "fixtures").symlink_to(ROOT / "fixtures")
        script = "\n".join(text for language, text in blocks(README) if language == "sh")
        self.folder = _after(script, checkout)
        self._ran: set[str] = set()

    def run(self, page: str) -> None:
        """Every block of a page; an AssertionError says which command gives something else than is shown."""
        if page != README and README not in self._ran:
            self.run(README)
        self._ran.add(page)
        names: dict[str, object] = {"__name__": page}
        for language, text in blocks(page):
            self._run_block(page, language, text, names)

    def _run_block(self, page: str, language: str, text: str, names: dict[str, object]) -> None:
        os.chdir(self.folder)
        if language == "python":
            above = (
                text_of(page).partition(text)[0].count("\n")
            )  # so that a traceback names lines of the page
            exec(compile("\n" * above + text, str(ROOT / page), "exec"), names)
        elif language == "console":
            for command, shown in commands(text):
                _check(command, shown)


def _after(script: str, folder: Path) -> Path:
    """The folder in which a reader is who has typed these lines."""
    lines = [line for line in script.splitlines() if not line.startswith(_SETTING_UP)]
    typed = "\n".join(["set -e", *lines, "pwd"])
    done = subprocess.run(["bash", "-c", typed], cwd=folder, capture_output=True, text=True, check=True)
    return Path(done.stdout.splitlines()[-1])


def _check(command: str, shown: str) -> None:
    status, printed = _ran(shlex.split(command))
    assert matches(shown, printed), f"$ {command}\n{printed}"
    assert status == (2 if shown.startswith("error: ") else 0), f"$ {command}\nexit status {status}"


def _ran(words: list[str]) -> tuple[int, str]:
    """The exit status, and what is printed, of `tf1compat ...` and `python -m ...` of this checkout."""
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        if words[0] == "tf1compat":
            status = cli.main(words[1:])
        else:
            assert words[:2] == ["python", "-m"], f"not known here: {words[0]}"
            status = _exit_status(lambda: _run_module(words[2], words[3:]))
    return status, printed.getvalue()


def _run_module(name: str, arguments: list[str]) -> None:
    with mock.patch.object(sys, "argv", [name, *arguments]), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # another test may have imported it already
        runpy.run_module(name, run_name="__main__", alter_sys=True)


def _exit_status(run: Callable[[], None]) -> int:
    try:
        run()
    except SystemExit as ending:
        return int(ending.code or 0)
    return 0
