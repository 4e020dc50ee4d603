"""The ways in which the steps of a sequence lie in a tensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Steps:
    """`kind`: still (no time in it), along (an axis), flat (the first axis holds batch and time together, `axis`
    being time's before they were joined), last (what the whole sequence comes to), counted (how many steps there
    are to each sequence), or mixed."""

    kind: str
    axis: int = 0


STILL: Final = Steps("still")
COUNTED: Final = Steps("counted")
LAST: Final = Steps("last")
MIXED: Final = Steps("mixed")
