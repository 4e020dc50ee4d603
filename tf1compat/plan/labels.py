"""Class labels from whatever the user names: a file, a variable of the checkpoint, or a lookup table."""

from __future__ import annotations

from pathlib import Path

from tf1compat.discovery.tables import find_tables
from tf1compat.discovery.tables.labels import TABLE, read_label_table
from tf1compat.errors import LabelError
from tf1compat.source.labels.files import read_label_file
from tf1compat.source.labels.variable import read_label_variable
from tf1compat.source.model import LegacyModel

_CHECKPOINT = "checkpoint:"


def read_labels(source: str, model: LegacyModel | None = None) -> tuple[str, ...]:
    """The class names in the order of the scores' last axis.

    `source`: a `.txt` (one name a line), `.json` (a list, or a mapping from names to numbers or from numbers
    to names), `.csv` or `.tsv` (names, or numbers and names), `.npy` (strings, or a saved dictionary), or
    `checkpoint:VARIABLE`, or `table:NODE` for a lookup table. Pickled content is read without running it. Raises
    LabelError.
    """
    if source.startswith(TABLE) and model is not None:
        tables = find_tables(model)
        return read_label_table(model.meta_graph.graph, tables, source.removeprefix(TABLE))
    if not source.startswith(_CHECKPOINT):
        return read_label_file(Path(source))
    name = source.removeprefix(_CHECKPOINT)
    if model is None:
        raise LabelError(f"'{source}' names a variable of a checkpoint, but no model was given")
    return read_label_variable(model, name)
