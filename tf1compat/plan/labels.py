"""Class labels from whatever the user names: a file, a variable of a checkpoint, or a lookup table."""

from __future__ import annotations

from pathlib import Path

from tf1compat.discovery.tables import find_tables
from tf1compat.discovery.tables.labels import TABLE, read_label_table
from tf1compat.errors import LabelError
from tf1compat.source.labels.files import read_label_file
from tf1compat.source.labels.order import unnamed
from tf1compat.source.labels.variable import CHECKPOINT, other_checkpoint, read_label_variable, variable_of
from tf1compat.source.model import LegacyModel


def read_labels(
    source: str, model: LegacyModel | None = None, neurons: int | None = None, offset: int | None = None
) -> tuple[str, ...]:
    """The class names in the order of the scores' last axis.

    `source`: a file (`.txt`, `.json`, `.csv`, `.tsv`, `.yaml`, `.npy`, `.npz`, a pickle or a joblib dump, a label map
    `.pbtxt`), `checkpoint:VARIABLE`, `OTHER_PREFIX:VARIABLE` for labels in a checkpoint of their own, or `table:NODE`
    for a lookup table. Pickled content is read without running it. Of a file with several lists the one with a name
    for each of the `neurons` is taken. `offset`: the neuron that the first name belongs to. Raises LabelError.
    """
    if source.startswith(TABLE) and model is not None:
        names = read_label_table(model.meta_graph.graph, find_tables(model), source.removeprefix(TABLE))
    elif source.startswith(CHECKPOINT):
        if model is None:
            raise LabelError(f"'{source}' names a variable of a checkpoint, but no model was given")
        names = read_label_variable(model, source.removeprefix(CHECKPOINT))
    elif (other := other_checkpoint(source)) is not None:
        names = variable_of(*other)
    else:
        return read_label_file(Path(source), neurons, offset)
    return (*unnamed(offset or 0), *names)
