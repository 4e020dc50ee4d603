"""The command line: it translates arguments into calls, results into reports, and failures into one line."""

from __future__ import annotations

from collections.abc import Sequence

from tf1compat.cli.arguments import parse
from tf1compat.cli.commands import COMMANDS
from tf1compat.cli.terminal import Ending, wants_traceback

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status (0 done, 1 the result is not good, 2 bad input or usage)."""
    ending = Ending(debug=wants_traceback(arguments))
    with ending:
        options = parse(arguments)
        ending.status = COMMANDS[options.command](options)
    return ending.status
