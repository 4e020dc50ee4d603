"""Raw weights or their moving averages: which of the two the author's evaluation restored.

TensorFlow's own way is a second program that restores each average into its weight (`variables_to_restore`). What
tells, the surest first: a Saver or an op of this graph does just that; the averages are read by the graph's own
arithmetic (a target network, a teacher), so that the weights are not meant to be replaced; every weight that was
trained has its average in the checkpoint, which nobody keeps for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from tf1compat.analysis.batch_norm.averages import variable_of
from tf1compat.analysis.training import find_training_nodes
from tf1compat.discovery.findings import Note
from tf1compat.discovery.variables import trainable_variables
from tf1compat.discovery.weights.shadows import find_shadows
from tf1compat.errors import SourceError
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import descendants
from tf1compat.options import WeightsChoice
from tf1compat.source.checkpoints.saver import every_saver
from tf1compat.source.checkpoints.v2_checkpoint import read_tensor
from tf1compat.source.model import LegacyModel, SavedAs

#: Where weights come from: the variables as training left them, or their moving averages.
WeightsKind = Literal["raw", "ema"]
RAW: Final = "raw"
AVERAGED: Final = "ema"
AUTO: Final = "auto"
_SUFFIX = "/ExponentialMovingAverage"
_ASSIGNS = frozenset({"Assign", "AssignVariableOp"})
_READS = frozenset({"Identity", "ReadVariableOp"})
_LARGEST = 1 << 20  # bytes of an average that is looked into
_NAMED = 3  # variables that a message names
_CODES = frozenset({"averaged-weights", "raw-weights", "averages-unclear"})


@dataclass(frozen=True)
class Weights:
    """Where the weights come from: `kind` is `raw` or `ema`; `keys` holds those that are read from another key."""

    kind: WeightsKind
    reason: str = ""
    keys: Mapping[str, SavedAs] = field(default_factory=dict)
    hazards: tuple[Note, ...] = ()
    blockers: tuple[Note, ...] = ()

    @property
    def told(self) -> str:
        """The choice with its reason; empty where there was nothing to choose."""
        which = "moving averages" if self.kind == AVERAGED else "as training left them"
        return f"{which}: {self.reason}" if self.reason else ""


@dataclass(frozen=True)
class _Averaged:
    """A weight that is needed, its own place in the checkpoint, and its average's; `shadow`: that variable's name."""

    weight: str
    raw: SavedAs
    average: SavedAs
    shadow: str


def concerns_weights(note: Note) -> bool:
    """Whether a hazard or blocker of discovery is told anew for what was chosen."""
    return note.code in _CODES


def judge_weights(
    model: LegacyModel, networks: Iterable[Collection[str]], choice: WeightsChoice = AUTO
) -> Weights:
    """What the choice (auto, raw, ema) makes of the weights among these variables, those of each network by themselves.

    Of the files, small averages are looked into.
    """
    parts = [frozenset(each) for each in networks]
    needed = frozenset[str]().union(*parts)
    restored = _restored_averages(model, needed)
    if restored:
        return _of_evaluation(restored, choice)
    averaged = _averaged(model, needed)
    if not averaged:
        return Weights(
            RAW, "" if choice != AVERAGED else "the checkpoint has no moving averages of the weights"
        )
    if choice != AUTO:
        return _chosen(choice, averaged, "as asked for")
    return _judged(model, parts, averaged)


# ---------------------------------------------------------------------------------------------- what there is


def _averaged(model: LegacyModel, needed: Collection[str]) -> tuple[_Averaged, ...]:
    """The needed weights whose averages are in the checkpoint, by their updates or else by their keys' names."""
    graph, entries = model.meta_graph.graph, model.checkpoint.entries
    found = [
        _Averaged(each.weight, _saved(model, each.weight), average, each.average)
        for each in find_shadows(graph)
        if each.weight in needed and (average := _saved(model, each.average)).key in entries
    ]
    known = {each.weight for each in found}
    for name in needed:
        raw = _saved(model, name)
        if name not in known and raw.key + _SUFFIX in entries:
            found.append(_Averaged(name, raw, SavedAs(raw.key + _SUFFIX, raw.shape_and_slice), ""))
    place = {node.name: number for number, node in enumerate(graph.nodes)}
    return tuple(sorted(found, key=lambda each: place.get(each.weight, -1)))


def _saved(model: LegacyModel, name: str) -> SavedAs:
    return model.saved_as.get(name, SavedAs(name))


def _restored_averages(model: LegacyModel, needed: Collection[str]) -> dict[str, SavedAs]:
    """The needed weights that the Saver itself restores from averages, with the place of the raw value.

    Not where the Saver exchanges the two: then the averages have the weights' keys.
    """
    shadows = {each.average for each in find_shadows(model.meta_graph.graph)}
    found = {}
    for name in needed:
        saved = _saved(model, name)
        exchanged = saved.key in shadows and saved.key in model.saved_as
        if saved.key.endswith(_SUFFIX) and saved.key in model.checkpoint.entries and not exchanged:
            found[name] = SavedAs(saved.key.removesuffix(_SUFFIX), saved.shape_and_slice)
    present = all(each.key in model.checkpoint.entries for each in found.values())
    return found if present or not found else {name: _saved(model, name) for name in found}


# ------------------------------------------------------------------------------------------------ the choice


def _of_evaluation(restored: Mapping[str, SavedAs], choice: WeightsChoice) -> Weights:
    if choice == RAW:
        return Weights(RAW, "as asked for", restored)
    return Weights(AVERAGED, "the model's own Saver restores the moving averages into the weights")


def _judged(
    model: LegacyModel, networks: Iterable[Collection[str]], averaged: tuple[_Averaged, ...]
) -> Weights:
    proof = _proof(model, averaged)
    if proof:
        return _chosen(AVERAGED, averaged, proof, told=True)
    reader = _reader(model.meta_graph.graph, averaged)
    if reader:
        reason = f"the graph itself reads the averages, in '{reader}': they are a network of their own"
        return _chosen(RAW, averaged, reason, told=True)
    if _untouched(model, averaged):
        return _chosen(RAW, averaged, "the averages are still 0, so no training updated them", told=True)
    doubt = _doubt(model, networks, averaged)
    if doubt:
        return Weights(RAW, doubt, blockers=(_unclear(averaged, doubt),))
    reason = "training kept an average of every weight of the network, which is what evaluations restore"
    return _chosen(AVERAGED, averaged, reason, told=True)


def _chosen(
    kind: WeightsKind, averaged: tuple[_Averaged, ...], reason: str, *, told: bool = False
) -> Weights:
    keys = {each.weight: each.average for each in reversed(averaged)} if kind == AVERAGED else {}
    hazards = (_told(kind, averaged, reason),) if told else ()
    return Weights(kind, reason, keys, hazards)


def _proof(model: LegacyModel, averaged: Iterable[_Averaged]) -> str:
    """What in the graph puts averages into weights; empty where nothing does."""
    own, shadows = model.saved_as, {each.weight: each for each in averaged}
    for each in shadows.values():
        if each.shadow and each.average.key == each.weight and each.raw.key != each.weight:
            return "the Saver saved the averages under the names of the weights"
    for saver in every_saver(model.meta_graph.graph):
        pairs = [(each, saver.saved_as.get(name)) for name, each in shadows.items()]
        if dict(saver.saved_as) != dict(own) and any(saved == each.average for each, saved in pairs):
            return f"a second Saver of the graph ('{saver.filename}') restores the averages into the weights"
    for node in model.meta_graph.graph.nodes:
        if node.op in _ASSIGNS and len(node.inputs) == 2:
            written, value = (variable_of(model.meta_graph.graph, ref) for ref in node.inputs)
            if written in shadows and value is not None and value == shadows[written].shadow:
                return f"the graph has an op ('{node.name}') that puts the averages into the weights"
    return ""


def _reader(graph: Graph, averaged: Iterable[_Averaged]) -> str:
    """A node that computes with an average, other than its update and what saves and watches it."""
    training = find_training_nodes(graph)
    shadows = [each.shadow for each in averaged if each.shadow]
    behind = descendants(graph, shadows, stop=lambda node: node.name in training)
    reading = (each for each in graph.nodes if each.name in behind and each.name not in shadows)
    return next((each.name for each in reading if each.op not in _READS and each.name not in training), "")


def _untouched(model: LegacyModel, averaged: Iterable[_Averaged]) -> bool:
    """Whether the smallest average that has a weight other than 0 is 0 itself."""
    entries = model.checkpoint.entries
    small = [
        each for each in averaged if entries[each.average.key].size <= _LARGEST and each.raw.key in entries
    ]
    for each in sorted(small, key=lambda each: entries[each.average.key].size):
        try:
            if read_tensor(model.checkpoint, each.raw.key).any():
                return not read_tensor(model.checkpoint, each.average.key).any()
        except SourceError:  # in slices, or no numbers: then the next tells
            continue
    return False


def _doubt(model: LegacyModel, networks: Iterable[Collection[str]], averaged: Iterable[_Averaged]) -> str:
    """Why it cannot be told which average belongs into which weight; empty where it can.

    A network without any average, beside one that has them all, is one whose weights nobody averaged.
    """
    weights = [each.weight for each in averaged]
    twice = sorted({each for each in weights if weights.count(each) > 1})
    if twice:
        return f"training kept several averages of {_names(twice)}"
    trained = trainable_variables(model)
    for network in networks:
        without = sorted((trained & set(network)) - set(weights))
        if not without or not set(weights) & set(network):
            continue
        return f"training kept averages of {_names(sorted(weights))}, but none of {_names(without)}"
    return ""


# ------------------------------------------------------------------------------------------------ in words


def _told(kind: WeightsKind, averaged: tuple[_Averaged, ...], reason: str) -> Note:
    first, names = averaged[0].weight, _names([each.weight for each in averaged])
    if kind == AVERAGED:
        return Note(
            "averaged-weights", first,
            f"the moving averages of {names} are taken for the weights: {reason}",
            "to have the weights as training left them: --weights raw",
        )  # fmt: skip
    return Note(
        "raw-weights", first,
        f"the weights are as training left them, though the checkpoint has moving averages of {names}: {reason}",
        "to have the averages in place of the weights: --weights ema",
    )  # fmt: skip


def _unclear(averaged: tuple[_Averaged, ...], doubt: str) -> Note:
    return Note(
        "averages-unclear", averaged[0].weight,
        f"{doubt}: whether the author's evaluation restored averages or the weights as they are cannot be told",
        "choose with --weights raw, or with --weights ema where averages are to stand in for their weights",
    )  # fmt: skip


def _names(names: Iterable[str]) -> str:
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return ", ".join(f"'{each}'" for each in every[:_NAMED]) + more
