"""The `checkpoint` file that a Saver keeps in its folder: which prefixes it wrote, and which is the latest.

Source: tensorflow/python/training/checkpoint_state.proto, in protobuf's text format. It is read leniently,
because people edit these files by hand: a Windows path with single backslashes is no valid protobuf text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENTRY = re.compile(r'^\s*(all_)?model_checkpoint_paths?\s*:\s*"((?:[^"\\\n]|\\.)*)"', re.MULTILINE)
_ESCAPE = re.compile(rb"\\([0-7]{3}|[\\\"'])")


@dataclass(frozen=True)
class CheckpointState:
    """What the file names: the latest prefix, and all of them, oldest first."""

    latest: str | None
    all: tuple[str, ...]


def read_state(text: str) -> CheckpointState:
    """The state in a `checkpoint` file's text; empty where the text names nothing."""
    latest, every = None, []
    for is_list, path in _ENTRY.findall(text):
        if is_list:
            every.append(_unescaped(path))
        else:
            latest = _unescaped(path)
    return CheckpointState(latest, tuple(every))


def base_name(path: str) -> str:
    """The last component of a path of any system."""
    return re.split(r"[\\/]", path)[-1]


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text.encode()).decode("utf-8", "replace")


def _character(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else code
