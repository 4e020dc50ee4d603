"""Class labels in the checkpoint itself: string variables."""

from __future__ import annotations

from tf1compat.errors import LabelError, SourceError, UnknownNameError, nearest
from tf1compat.names import TensorRef
from tf1compat.source.checkpoints.v2_checkpoint import read_strings
from tf1compat.source.labels.order import labels_from_list
from tf1compat.source.model import LegacyModel


def read_label_variable(model: LegacyModel, name: str) -> tuple[str, ...]:
    """The strings of a variable, given by its node's name or its key; raises LabelError."""
    key = _key(model, name)
    entry = model.checkpoint.entries[key]
    if entry.dtype != "string":
        raise LabelError(f"variable '{name}' is {entry.dtype} {entry.shape}, not string{_choice(model)}")
    dims = entry.shape.dims or ()
    if not dims or sum(dim != 1 for dim in dims) > 1:
        raise LabelError(f"variable '{name}' has shape {entry.shape}; labels are one list{_choice(model)}")
    try:
        labels = labels_from_list(read_strings(model.checkpoint, key))
    except (SourceError, ValueError) as error:
        raise LabelError(f"variable '{name}' does not give labels: {error}") from error
    if not labels:
        raise LabelError(f"variable '{name}' holds no labels{_choice(model)}")
    return labels


def string_variables(model: LegacyModel) -> dict[str, str]:
    """The keys of the checkpoint's string variables, by node name (by key where the graph does not tell)."""
    node_of = {saved.key: node for node, saved in model.saved_as.items()}
    entries = model.checkpoint.entries.items()
    return {node_of.get(key, key): key for key, entry in entries if entry.dtype == "string"}


def _key(model: LegacyModel, name: str) -> str:
    try:
        node = TensorRef.parse(name).node
    except UnknownNameError:
        node = name
    saved = model.saved_as.get(node)
    for key in (saved.key if saved else node, node, name):
        if key in model.checkpoint.entries:
            return key
    known = {*model.saved_as, *model.checkpoint.entries}
    hint = nearest(node, sorted(known)) or _choice(model)
    raise LabelError(f"the checkpoint '{model.checkpoint.prefix}' has no variable '{name}'{hint}")


def _choice(model: LegacyModel) -> str:
    names = sorted(string_variables(model))
    listed = ", ".join(f"'{each}'" for each in names[:5])
    return f"; its string variables are: {listed}" if names else "; it has no string variables"
