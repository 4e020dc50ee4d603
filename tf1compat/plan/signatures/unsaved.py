"""Outputs whose weights the checkpoint lacks are left out, as long as others can be served.

A copy of the model for testing, a discriminator, a target network, a second head: graphs hold them, and Savers that
cover a part of the variables leave them without values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tf1compat.discovery.findings import OutputFinding

Offers = Mapping[str, Sequence[OutputFinding]]


@dataclass(frozen=True)
class Unsaved:
    """Outputs of a signature that are left out, and the variables that they lack."""

    signature: str
    outputs: tuple[OutputFinding, ...]
    variables: tuple[str, ...]


def saved_offers(
    offers: Offers, lacking: Callable[[OutputFinding], Iterable[str]]
) -> tuple[Offers, tuple[Unsaved, ...]]:
    """The outputs by signature that can be computed, and those that are left out for want of variables.

    All of them, where no output but states would be left; so is a signature's where only its states would.
    """
    wanting = {each.tensor: tuple(lacking(each)) for outputs in offers.values() for each in outputs}
    kept = {name: [each for each in outputs if not wanting[each.tensor]] for name, outputs in offers.items()}
    served = {name: outputs for name, outputs in kept.items() if _is_worth(outputs, offers[name])}
    if not any(each.role != "state" for outputs in served.values() for each in outputs):
        return offers, ()
    left = [
        Unsaved(name, gone, tuple(dict.fromkeys(each for output in gone for each in wanting[output.tensor])))
        for name, outputs in offers.items()
        if (gone := tuple(each for each in outputs if each not in served.get(name, ())))
    ]
    return served, tuple(left)


def _is_worth(outputs: Sequence[OutputFinding], offered: Sequence[OutputFinding]) -> bool:
    """Whether more than states is left of what a signature offered, unless it offered nothing else."""
    return any(each.role != "state" for each in outputs) or list(outputs) == list(offered)
