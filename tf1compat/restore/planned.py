"""The model as a plan reads it: each variable under the plan's key, so that the original runs with those weights."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tf1compat.plan.model import MigrationPlan
from tf1compat.source.checkpoints.saver import saved_by_name
from tf1compat.source.model import LegacyModel, SavedAs


def as_planned(model: LegacyModel, plan: MigrationPlan) -> LegacyModel:
    """The model whose variables are restored from the keys that the plan gives them, and from none that is missing."""
    nodes, entries = model.meta_graph.graph, model.checkpoint.entries
    restored = [each for each in plan.variables if each.initializer is None]
    chosen = {
        each.name: SavedAs(each.key, each.shape_and_slice)
        for each in restored
        if each.name in nodes and not each.parts
    }
    for each in restored:
        chosen |= {
            part.name: replace(model.saved_as.get(part.name, SavedAs(part.name)), key=each.key)
            for part in each.parts
        }
    known = model.saved_as or saved_by_name(nodes, entries)
    saved = {name: each for name, each in known.items() if each.key in entries} | chosen
    return replace(model, saved_as=MappingProxyType(dict(sorted(saved.items()))))


def exchanged(model: LegacyModel, planned: LegacyModel) -> tuple[str, ...]:
    """How many variables have other values than the model's own Saver gives them, in words; empty for none."""
    known = model.saved_as
    count = sum(name in known and known[name] != saved for name, saved in planned.saved_as.items())
    if not count:
        return ()
    return (
        f"{count} variable{'s have' if count > 1 else ' has'} the values of other keys of the checkpoint",
    )
