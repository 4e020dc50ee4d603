"""The ways in which the steps of a sequence lie in a tensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


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


class Reading(Protocol):
    """What is known so far of a graph in which the steps are followed: all that the rules of ops may ask."""

    @property
    def graph(self) -> Graph:
        """The graph."""
        ...

    @property
    def lengths(self) -> frozenset[str]:
        """The nodes that give the sequences' lengths."""
        ...

    def of(self, ref: TensorRef) -> Steps:
        """How the steps lie in a tensor."""
        ...

    def rank(self, ref: TensorRef) -> int | None:
        """The rank of a tensor, if the file says it."""
        ...

    def axis(self, value: float | None, rank: int | None) -> int | None:
        """An axis counted from the front, if it can be."""
        ...
