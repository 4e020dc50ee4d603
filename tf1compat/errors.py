"""The one error tree: every failure that the user can cause or cure descends from `Tf1CompatError`.

A message says what, where, what was found and what to do next; `exit_status` is what the command line ends with.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class Tf1CompatError(Exception):
    """Bad input or usage: one clear line, exit status 2."""

    exit_status = 2


class SourceError(Tf1CompatError):
    """The model's files are missing, damaged, or not what they claim to be."""


class GraphError(Tf1CompatError):
    """A graph breaks a rule that every well-formed GraphDef keeps."""


class UnknownNameError(Tf1CompatError):
    """A tensor, node or variable name is malformed, or names nothing."""


class LabelError(Tf1CompatError):
    """Class labels cannot be read, or do not fit the scores they are meant for."""


class PlanError(Tf1CompatError):
    """A plan cannot be made or carried out; `problems` lists everything that is wrong, at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class RewriteError(Tf1CompatError):
    """The graph holds a construct that has no faithful TF2 form; the message names the node."""


class RestoreError(Tf1CompatError):
    """The checkpoint does not give the values that the plan needs."""


class OutputError(Tf1CompatError):
    """The output place cannot be written."""


class FeedError(Tf1CompatError):
    """Values given to a model do not fit its inputs."""


class VerificationError(Tf1CompatError):
    """The rewritten model does not compute what the original computes; nothing was published."""

    exit_status = 1


def nearest(name: str, candidates: Iterable[str], most: int = 3) -> str:
    """A clause naming the candidates that resemble `name`: "; did you mean 'a' or 'b'?", or nothing."""
    close = difflib.get_close_matches(name, list(candidates), n=most, cutoff=0.5)
    if not close:
        return ""
    return "; did you mean " + " or ".join(f"'{each}'" for each in close) + "?"


#: Lines of a message that say where and when, not why.
_SURROUNDINGS = (
    "graph execution error", "detected at node", "node:", "[[{{node", "most recent call last", "errors found",
    "hint:", "root error", "stack traces unavailable", "original stack trace", "defined at", 'file "',
)  # fmt: skip


def reason_of(error: BaseException) -> str:
    """The first line of an error's message that tells why; the error's type where there is no message."""
    lines = [line.strip() for line in str(getattr(error, "message", error)).splitlines() if line.strip()]
    telling = (line for line in lines if not any(each in line.lower() for each in _SURROUNDINGS))
    return next(telling, lines[0] if lines else type(error).__name__)
