from __future__ import annotations

import io
import sys

import pytest

from tf1compat.cli.terminal import Ending, Progress, wants_traceback
from tf1compat.errors import PlanError, SourceError, VerificationError


def ended_by(error: BaseException, *, debug: bool = False) -> int:
    with Ending(debug=debug) as ending:
        raise error
    return ending.status


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (SourceError("no\n  index"), 2, "error: no index\n"),
        (PlanError(["one", "two"]), 2, "error: one; two\n"),
        (VerificationError("differs"), 1, "error: differs\n"),
        (FileNotFoundError(2, "No such file", "x.meta"), 2, "error: 'x.meta': No such file\n"),
        (KeyboardInterrupt(), 130, "error: interrupted; nothing was written\n"),
        (
            KeyError("k"),
            2,
            "error: unexpected KeyError: 'k'; run again with --debug for the traceback\n",
        ),
    ],
)
def test_every_failure_is_one_line_and_a_status(capsys, error, status, line):
    assert ended_by(error) == status
    assert capsys.readouterr() == ("", line)


def test_debug_shows_the_traceback_too(capsys):
    assert ended_by(SourceError("no index"), debug=True) == 2
    shown = capsys.readouterr().err
    assert "Traceback (most recent call last):" in shown
    assert shown.endswith("error: no index\n")


@pytest.mark.parametrize(("code", "status"), [(0, 0), (None, 0), (3, 3)])
def test_an_exit_that_was_asked_for_is_silent(capsys, code, status):
    assert ended_by(SystemExit(code)) == status
    assert capsys.readouterr() == ("", "")


def test_what_went_well_ends_with_the_status_that_was_set():
    with Ending(debug=False) as ending:
        ending.status = 1
    assert ending.status == 1


def test_debug_is_known_before_the_arguments_are_parsed(monkeypatch):
    assert wants_traceback(["inspect", "--debug"])
    assert not wants_traceback(["inspect"])
    monkeypatch.setattr(sys, "argv", ["tf1compat", "--debug"])
    assert wants_traceback(None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_that_vanishes_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress() as progress:
        progress("reading")
    assert terminal.getvalue() == "\r\x1b[K... reading\r\x1b[K"


def test_progress_is_silent_elsewhere(capsys):
    with Progress() as progress:
        progress("reading")
    assert capsys.readouterr() == ("", "")
