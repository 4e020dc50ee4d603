"""Why TensorFlow did not run something, in the one line of its message that says so."""

from __future__ import annotations

#: Lines of a message that say where and when, not why.
_SURROUNDINGS = (
    "graph execution error", "detected at node", "node:", "[[{{node", "most recent call last", "errors found",
    "hint:", "root error", "stack traces unavailable", "original stack trace", "defined at",
)  # fmt: skip


def reason_of(error: BaseException) -> str:
    """The first line of an error's message that tells why; the error's type where there is no message."""
    lines = [line.strip() for line in str(getattr(error, "message", error)).splitlines() if line.strip()]
    telling = (line for line in lines if not any(each in line.lower() for each in _SURROUNDINGS))
    return next(telling, lines[0] if lines else type(error).__name__)
