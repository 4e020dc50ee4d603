"""Variables whose values are not where the `.meta` says: made by initializers, under other names, or nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from tf1compat.errors import nearest
from tf1compat.plan.judge.choice import Case
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import VariablePlan
from tf1compat.plan.signatures.unsaved import Unsaved
from tf1compat.plan.stored.variables import VariableChoice
from tf1compat.source.checkpoints.saver import fitting_saver
from tf1compat.source.files import beside
from tf1compat.source.model import LegacyModel

_NAMED = 3


def value_hazards(model: LegacyModel, chosen: VariableChoice) -> tuple[Note, ...]:
    """That some variables were never saved, or under other keys than those that the graph's Saver gives them."""
    return (
        *(_initialised(each) for each in chosen.begun if each.name not in model.thawed),
        *map(_unsaved, chosen.missing),
        *key_hazards(model, chosen.reached),
        *_graph_of_other_step(model),
        *_graph_by_name(model),
    )


def _graph_of_other_step(model: LegacyModel) -> Iterator[Note]:
    own = beside(model.checkpoint.prefix, ".meta")
    if model.kind == "meta_graph" and model.graph_path.name != own.name:
        yield Note(
            "graph-of-other-step", "",
            f"'{own.name}' is not there; the graph is '{model.graph_path.name}', whose variables are those of the "
            "checkpoint, by name, shape and type",
            f"if the program was changed between the two, put '{own.name}' beside the weights",
        )  # fmt: skip


def _graph_by_name(model: LegacyModel) -> Iterator[Note]:
    if model.kind != "graph_def" or not model.has_values:
        return
    keys, names = {each.key for each in model.saved_as.values()}, set(model.checkpoint.entries)
    lacking, surplus = _several(sorted(keys - names)), _several(sorted(names - keys))
    apart = "".join([
        f"; only in the graph: {lacking}" * bool(lacking), f"; only in the checkpoint: {surplus}" * bool(surplus)
    ])  # fmt: skip
    yield Note(
        "graph-def-by-name", "",
        f"there is no .meta; '{model.graph_path.name}' is taken for the graph, whose variables are those of the "
        f"checkpoint by name, shape and type{apart}",
        "if the program was changed between the two, give the .meta that was saved with the weights",
    )  # fmt: skip


def value_blockers(case: Case, missing: Collection[VariablePlan]) -> tuple[Note, ...]:
    """A blocker for each variable without a value; the remedy that can be typed feeds all of them."""
    if missing and not case.model.has_values:
        return (_no_values(case, missing),)
    signature = case.cut({each.name for each in missing}) if missing else ""
    fed = f", or feed it: --signature '{signature}'" if signature else ""
    return tuple(_missing(case, each, fed) for each in missing)


def unsaved_hazards(left: Iterable[Unsaved]) -> tuple[Note, ...]:
    """That outputs are left out because variables that they need were never saved."""
    return tuple(map(_left_out, left))


def _left_out(unsaved: Unsaved) -> Note:
    outputs = _several([str(each.tensor) for each in unsaved.outputs])
    return Note(
        "output-not-saved", unsaved.variables[0] if unsaved.variables else unsaved.outputs[0].tensor.node,
        f"{outputs} would be served by '{unsaved.signature}', but the checkpoint lacks what they are computed with: "
        f"{_several(unsaved.variables)}",
        "nothing, if the rest is what the program used; else take a checkpoint that has these variables",
    )  # fmt: skip


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"'{each}'" for each in names[:_NAMED]) + more


def _initialised(variable: VariablePlan) -> Note:
    trained = ", and training changed it without saving it" if variable.trainable else ""
    return Note(
        "initialised-variable", variable.name,
        f"the variable '{variable.name}' is not in the checkpoint{trained}; it has the constant with which the "
        f"program begins it ('{variable.initializer}'), as in any program that initialises and then restores",
        f"if it had another value, give it: --set {variable.name}=VALUE",
    )  # fmt: skip


def _unsaved(variable: VariablePlan) -> Note:
    return Note(
        "unsaved-variable", variable.name,
        f"an output depends on the variable '{variable.name}', which is not in the checkpoint",
        "choose outputs that do not need it, or cut the graph after it with --signature",
    )  # fmt: skip


def no_graph(model: LegacyModel) -> Note:
    """That weights alone are no model."""
    return Note(
        "no-graph", "", model.lacks,
        "or have the program's own code build the graph again: --builder module:function",
    )  # fmt: skip


def _no_values(case: Case, missing: Collection[VariablePlan]) -> Note:
    names = sorted(each.name for each in missing)
    return Note(
        "no-values", names[0],
        f"'{case.model.graph_path}' holds the graph, and no file beside it the values of its variables; needed: "
        f"{_several(names)}",
        "put the weights beside it (of a checkpoint NAME.index and NAME.data-00000-of-00001, of a SavedModel the "
        "folder variables/), and give their folder",
    )  # fmt: skip


def _missing(case: Case, variable: VariablePlan, fed: str) -> Note:
    checkpoint, needing = case.model.checkpoint, case.needing(variable.name)
    hint = nearest(variable.key, checkpoint.entries)
    needed = f"; {_several(needing)} need{'' if len(needing) > 1 else 's'} it" if needing else ""
    return Note(
        "missing-variable", variable.name,
        f"the checkpoint '{checkpoint.prefix}' has no key '{variable.key}'{hint}, and the initializer of "
        f"'{variable.name}' gives no constant that could stand for it{needed}",
        f"take the checkpoint that belongs to this .meta, or freeze the variable with --set{fed}",
    )  # fmt: skip


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
