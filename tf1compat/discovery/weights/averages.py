"""Weights and their moving averages in the checkpoint: which there are, and what tells that evaluations restored them.

TensorFlow's own way is a second program that restores each average into its weight (`variables_to_restore`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tf1compat.analysis.batch_norm.averages import variable_of
from tf1compat.analysis.training import find_training_nodes
from tf1compat.discovery.weights.shadows import find_shadows
from tf1compat.errors import SourceError
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import descendants
from tf1compat.ops.families import ASSIGN, READ_VARIABLE
from tf1compat.source.checkpoints.saver import every_saver
from tf1compat.source.checkpoints.v2_checkpoint import read_tensor
from tf1compat.source.model import LegacyModel, SavedAs

_SUFFIX = "/ExponentialMovingAverage"
_LARGEST = 1 << 20  # bytes of an average that is looked into


@dataclass(frozen=True)
class AveragedWeight:
    """A weight that is needed, its own place in the checkpoint, and its average's; `shadow`: that variable's name."""

    weight: str
    raw: SavedAs
    average: SavedAs
    shadow: str


def averaged_weights(model: LegacyModel, needed: Collection[str]) -> tuple[AveragedWeight, ...]:
    """The needed weights whose averages are in the checkpoint, by their updates or else by their keys' names."""
    graph, entries = model.meta_graph.graph, model.checkpoint.entries
    found = [
        AveragedWeight(each.weight, _saved(model, each.weight), average, each.average)
        for each in find_shadows(graph)
        if each.weight in needed and (average := _saved(model, each.average)).key in entries
    ]
    known = {each.weight for each in found}
    for name in needed:
        raw = _saved(model, name)
        if name not in known and raw.key + _SUFFIX in entries:
            found.append(AveragedWeight(name, raw, SavedAs(raw.key + _SUFFIX, raw.shape_and_slice), ""))
    place = {node.name: number for number, node in enumerate(graph.nodes)}
    return tuple(sorted(found, key=lambda each: place.get(each.weight, -1)))


def _saved(model: LegacyModel, name: str) -> SavedAs:
    return model.saved_as.get(name, SavedAs(name))


def averages_restored(model: LegacyModel, needed: Collection[str]) -> dict[str, SavedAs]:
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


# ------------------------------------------------------------------------------------------------ evidence


def restoring(model: LegacyModel, averaged: Iterable[AveragedWeight]) -> str:
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
        if node.op in ASSIGN and len(node.inputs) == 2:
            written, value = (variable_of(model.meta_graph.graph, ref) for ref in node.inputs)
            if written in shadows and value is not None and value == shadows[written].shadow:
                return f"the graph has an op ('{node.name}') that puts the averages into the weights"
    return ""


def reader_of(graph: Graph, averaged: Iterable[AveragedWeight]) -> str:
    """A node that computes with an average, other than its update and what saves and watches it."""
    training = find_training_nodes(graph)
    shadows = [each.shadow for each in averaged if each.shadow]
    behind = descendants(graph, shadows, stop=lambda node: node.name in training)
    reading = (each for each in graph.nodes if each.name in behind and each.name not in shadows)
    return next(
        (each.name for each in reading if each.op not in READ_VARIABLE and each.name not in training), ""
    )


def are_untouched(model: LegacyModel, averaged: Iterable[AveragedWeight]) -> bool:
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
