"""Class labels in a checkpoint, the model's or one of their own: string variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tf1compat.errors import LabelError, SourceError, UnknownNameError, nearest
from tf1compat.names import TensorRef
from tf1compat.source.checkpoints.v1_checkpoint import is_first_version
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint, read_strings
from tf1compat.source.files import beside
from tf1compat.source.labels.order import labels_from_list
from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs

#: What the source of labels begins with that is a variable of the model's own checkpoint.
CHECKPOINT = "checkpoint:"
_MOST_CHECKPOINTS = 10


def read_label_variable(model: LegacyModel, name: str) -> tuple[str, ...]:
    """The strings of a variable, given by its node's name or its key; raises LabelError."""
    return variable_of(model.checkpoint, name, model.saved_as)


def other_checkpoint(source: str) -> tuple[Checkpoint, str] | None:
    """The checkpoint and the variable in it that `PREFIX:VARIABLE` names; None where there is no checkpoint at PREFIX.

    Raises LabelError for a checkpoint that cannot be read.
    """
    for place in (at for at, character in enumerate(source) if character == ":"):
        prefix = Path(source[:place])
        if prefix.name and (beside(prefix, ".index").is_file() or is_first_version(prefix)):
            try:
                return read_checkpoint(prefix), source[place + 1 :]
            except SourceError as error:
                raise LabelError(str(error)) from error
    return None


def variable_of(
    checkpoint: Checkpoint, name: str, saved_as: Mapping[str, SavedAs] = MappingProxyType({})
) -> tuple[str, ...]:
    """The strings of a variable of a checkpoint, by its node's name or its key; raises LabelError."""
    key = _key(checkpoint, name, saved_as)
    choice = _choice(checkpoint, saved_as)
    entry = checkpoint.entries[key]
    if entry.dtype != "string":
        raise LabelError(f"variable '{name}' is {entry.dtype} {entry.shape}, not string{choice}")
    dims = entry.shape.dims or ()
    if not dims or sum(dim != 1 for dim in dims) > 1:
        raise LabelError(f"variable '{name}' has shape {entry.shape}; labels are one list{choice}")
    try:
        labels = labels_from_list(read_strings(checkpoint, key))
    except (SourceError, ValueError) as error:
        raise LabelError(f"variable '{name}' does not give labels: {error}") from error
    if not labels:
        raise LabelError(f"variable '{name}' holds no labels{choice}")
    return labels


def string_variables(model: LegacyModel) -> dict[str, str]:
    """The keys of the checkpoint's string variables, by node name (by key where the graph does not tell)."""
    return _strings(model.checkpoint, model.saved_as)


def strings_of(checkpoint: Checkpoint) -> list[str]:
    """The keys of a checkpoint's strings."""
    return sorted(_strings(checkpoint, {}))


def checkpoints_beside(checkpoint: Checkpoint) -> list[Checkpoint]:
    """A few of the other checkpoints in a checkpoint's folder: labels may have been saved by themselves."""
    folder, own = checkpoint.prefix.parent, checkpoint.prefix.name
    try:
        names = sorted(each.name.removesuffix(".index") for each in folder.glob("*.index"))
    except OSError:
        return []
    found = []
    for name in [each for each in names if each and each != own][:_MOST_CHECKPOINTS]:
        try:
            found.append(read_checkpoint(folder / name))
        except SourceError:
            continue
    return found


def _strings(checkpoint: Checkpoint, saved_as: Mapping[str, SavedAs]) -> dict[str, str]:
    node_of = {saved.key: node for node, saved in saved_as.items()}
    return {
        node_of.get(key, key): key for key, entry in checkpoint.entries.items() if entry.dtype == "string"
    }


def _key(checkpoint: Checkpoint, name: str, saved_as: Mapping[str, SavedAs]) -> str:
    try:
        node = TensorRef.parse(name).node
    except UnknownNameError:
        node = name
    saved = saved_as.get(node)
    for key in (saved.key if saved else node, node, name):
        if key in checkpoint.entries:
            return key
    known = {*saved_as, *checkpoint.entries}
    hint = nearest(node, sorted(known)) or _choice(checkpoint, saved_as)
    raise LabelError(f"the checkpoint '{checkpoint.prefix}' has no variable '{name}'{hint}")


def _choice(checkpoint: Checkpoint, saved_as: Mapping[str, SavedAs]) -> str:
    names = sorted(_strings(checkpoint, saved_as))
    listed = ", ".join(f"'{each}'" for each in names[:5])
    return f"; its string variables are: {listed}" if names else "; it has no string variables"
