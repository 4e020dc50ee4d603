"""The command line: it translates arguments into calls, results into reports, and failures into one line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tf1compat.cli.arguments import parse
from tf1compat.cli.commands import COMMANDS
from tf1compat.cli.terminal import Ending, wants_traceback
from tf1compat.cli.watched import can_watch, watched
from tf1compat.savedmodel.publish import staging_place

__all__ = ["main"]

#: The commands that run a model.
_RUNNING = frozenset({"migrate", "verify", "predict"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status (0 done, 1 the result is not good, 2 bad input or usage).

    Without `arguments`, those of this process are taken, and a command that runs a model has a process of its own.
    """
    ending = Ending(debug=wants_traceback(arguments))
    with ending:
        options = parse(arguments)
        if arguments is None and options.command in _RUNNING and can_watch():
            ending.status = watched(lambda: _run(options, debug=ending.debug), _places(options))
        else:
            ending.status = COMMANDS[options.command](options)
    return ending.status


def _run(options: argparse.Namespace, *, debug: bool) -> int:
    ending = Ending(debug=debug)
    with ending:
        ending.status = COMMANDS[options.command](options)
    return ending.status


def _places(options: argparse.Namespace) -> list[Path]:
    """Where a command works besides the folder for temporary files."""
    return [staging_place(Path(options.output))] if options.command == "migrate" else []
