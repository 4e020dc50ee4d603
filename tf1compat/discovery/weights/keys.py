"""Where the checkpoint's keys are not those that the `.meta` says, and what was made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import Note, OutputFinding, VariableFinding
from tf1compat.discovery.weights.judge import Weights, judge_weights
from tf1compat.names import TensorRef
from tf1compat.source.checkpoints.saver import fitting_saver
from tf1compat.source.model import LegacyModel

_NAMED = 3


def judge_values(
    model: LegacyModel,
    flow: ForwardGraph,
    outputs: Iterable[OutputFinding],
    variables: Iterable[VariableFinding],
) -> Weights:
    """What becomes of the weights that the outputs need by themselves, with all that is to be said of their keys."""
    needed = {each.name for each in variables if each.needed}
    offered: dict[str, list[TensorRef]] = {}
    for each in outputs:
        if each.role != "loss":
            offered.setdefault(each.signature, []).append(each.tensor)
    weights = judge_weights(model, [flow.behind(tensors) & needed for tensors in offered.values()])
    return replace(weights, hazards=(*key_hazards(model, needed), *weights.hazards))


def key_hazards(model: LegacyModel, needed: Collection[str]) -> tuple[Note, ...]:
    """That names of another release were taken, or another Saver, for some of these variables."""
    renamed = {
        saved.key: name
        for name, saved in model.saved_as.items()
        if name in needed and saved.key in model.renamed.values()
    }
    if renamed:
        return (_renamed(model, renamed),)
    fitting = fitting_saver(model.meta_graph, model.checkpoint.entries)
    if fitting is None or not fitting.filename or model.meta_graph.saver is None:
        return ()
    return (_other_saver(fitting.filename, min((set(fitting.saved_as) & set(needed)) or fitting.saved_as)),)


def _renamed(model: LegacyModel, renamed: dict[str, str]) -> Note:
    pairs = [f"'{key}' for '{name}'" for key, name in sorted(renamed.items(), key=lambda each: each[1])]
    more = f" and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else ""
    return Note(
        "renamed-keys", min(renamed.values()),
        "the checkpoint has names of another release of TensorFlow than its graph; taken by name and shape: "
        f"{', '.join(pairs[:_NAMED])}{more}",
        "look at the checkpoint keys in the plan; where one is wrong, change it there and give --plan plan.json",
    )  # fmt: skip


def _other_saver(filename: str, variable: str) -> Note:
    return Note(
        "other-saver", variable,
        "the Saver that the .meta names does not fit the checkpoint; it was read as another Saver of the graph "
        f"('{filename}') writes it, whose keys are all there",
        "if the .meta belongs to another checkpoint, give that one",
    )  # fmt: skip
