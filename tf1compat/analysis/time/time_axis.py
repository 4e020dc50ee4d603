"""How the steps of a sequence lie in a tensor, and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

#: still: no step reaches it. kept: each step's entries by themselves, wherever the symbol of time stands in its
#: dimensions. single: of one step alone, `number`. counted: how many steps each sequence has. position: the number of
#: each step. turn: in a loop over the steps, of the one whose turn it is; `at` is the loop. mixed: of several steps.
TraceKind = Literal["still", "kept", "single", "counted", "position", "turn", "mixed"]
#: The number of the step that comes last, where how many there are is open or not.
LAST_STEP: Final = -1


@dataclass(frozen=True, slots=True)
class Trace:
    """What a tensor holds of the steps; `at` is the node that mixed them, and `reason` what it does."""

    kind: TraceKind
    number: int = 0
    at: str = ""
    reason: str = ""


STILL: Final = Trace("still")
KEPT: Final = Trace("kept")
COUNTED: Final = Trace("counted")
POSITION: Final = Trace("position")
LAST: Final = Trace("single", LAST_STEP)


def mixed(at: str, reason: str) -> Trace:
    """That several steps come together at a node."""
    return Trace("mixed", at=at, reason=reason)


#: along: an axis holds the steps. flat: the first axis holds batch and time together.
AxisKind = Literal["still", "along", "flat", "last", "single", "counted", "mixed"]


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Where the steps lie in a tensor. `axis`: of time; where batch and time are one axis, which came first: that of
    time before they were joined. Of a single step, its number."""

    kind: AxisKind
    axis: int = 0


NO_TIME: Final = TimeAxis("still")
