"""Raw weights or their moving averages: which of the two the author's evaluation restored.

What tells, the surest first: a Saver or an op of this graph restores averages into weights; the averages are read by
the graph's own arithmetic (a target network, a teacher), so that the weights are not meant to be replaced; every weight
that was trained has its average in the checkpoint, which nobody keeps for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from tf1compat.discovery.variables import trainable_variables
from tf1compat.discovery.weights.averages import (
    AveragedWeight,
    are_untouched,
    averaged_weights,
    averages_restored,
    reader_of,
    restoring,
)
from tf1compat.source.model import LegacyModel, SavedAs

RAW, AVERAGED, AUTO = "raw", "ema", "auto"
_NAMED = 3  # variables that a message names


@dataclass(frozen=True)
class ChosenWeights:
    """Where the weights come from: `kind` is `raw` or `ema`; `keys` holds those that are read from another key.

    `of`: the weights between which and their averages the graph alone made us choose; with `doubt`, it could not.
    """

    kind: str = RAW
    reason: str = ""
    keys: Mapping[str, SavedAs] = field(default_factory=dict)
    of: tuple[str, ...] = ()
    doubt: bool = False

    @property
    def told(self) -> str:
        """The choice with its reason; empty where there was nothing to choose."""
        which = "moving averages" if self.kind == AVERAGED else "as training left them"
        return f"{which}: {self.reason}" if self.reason else ""


def choose_weights(
    model: LegacyModel, networks: Iterable[Collection[str]], choice: str = AUTO
) -> ChosenWeights:
    """What the choice (auto, raw, ema) makes of the weights among these variables, those of each network by themselves.

    Of the files, small averages are looked into.
    """
    parts = [frozenset(each) for each in networks]
    needed = frozenset[str]().union(*parts)
    restored = averages_restored(model, needed)
    if restored:
        return _of_evaluation(restored, choice)
    averaged = averaged_weights(model, needed)
    if not averaged:
        return ChosenWeights(
            RAW, "" if choice != AVERAGED else "the checkpoint has no moving averages of the weights"
        )
    if choice != AUTO:
        return _chosen(choice, averaged, "as asked for")
    return _judged(model, parts, averaged)


def _of_evaluation(restored: Mapping[str, SavedAs], choice: str) -> ChosenWeights:
    if choice == RAW:
        return ChosenWeights(RAW, "as asked for", restored)
    return ChosenWeights(AVERAGED, "the model's own Saver restores the moving averages into the weights")


def _judged(
    model: LegacyModel, networks: Iterable[Collection[str]], averaged: tuple[AveragedWeight, ...]
) -> ChosenWeights:
    proof = restoring(model, averaged)
    if proof:
        return _chosen(AVERAGED, averaged, proof, told=True)
    reader = reader_of(model.meta_graph.graph, averaged)
    if reader:
        reason = f"the graph itself reads the averages, in '{reader}': they are a network of their own"
        return _chosen(RAW, averaged, reason, told=True)
    if are_untouched(model, averaged):
        return _chosen(RAW, averaged, "the averages are still 0, so no training updated them", told=True)
    doubt = _doubt(model, networks, averaged)
    if doubt:
        return ChosenWeights(RAW, doubt, of=_weights(averaged), doubt=True)
    reason = "training kept an average of every weight of the network, which is what evaluations restore"
    return _chosen(AVERAGED, averaged, reason, told=True)


def _chosen(
    kind: str, averaged: tuple[AveragedWeight, ...], reason: str, *, told: bool = False
) -> ChosenWeights:
    keys = {each.weight: each.average for each in reversed(averaged)} if kind == AVERAGED else {}
    return ChosenWeights(kind, reason, keys, _weights(averaged) if told else ())


def _doubt(
    model: LegacyModel, networks: Iterable[Collection[str]], averaged: Iterable[AveragedWeight]
) -> str:
    """Why it cannot be told which average belongs into which weight; empty where it can.

    A network without any average, beside one that has them all, is one whose weights nobody averaged.
    """
    weights = [each.weight for each in averaged]
    twice = sorted({each for each in weights if weights.count(each) > 1})
    if twice:
        return f"training kept several averages of {names_of(twice)}"
    trained = trainable_variables(model)
    for network in networks:
        without = sorted((trained & set(network)) - set(weights))
        if not without or not set(weights) & set(network):
            continue
        return f"training kept averages of {names_of(sorted(weights))}, but none of {names_of(without)}"
    return ""


def _weights(averaged: Iterable[AveragedWeight]) -> tuple[str, ...]:
    return tuple(each.weight for each in averaged)


def names_of(names: Iterable[str]) -> str:
    """The first names of several, and how many more there are."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return ", ".join(f"'{each}'" for each in every[:_NAMED]) + more
