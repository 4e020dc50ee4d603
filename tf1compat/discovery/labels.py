"""Where class labels may be: string variables of the checkpoint, files beside the model, and lookup tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tf1compat.discovery.findings import LabelFinding, TableFinding
from tf1compat.discovery.tables.labels import TABLE, labels_of_tables
from tf1compat.errors import LabelError, SourceError
from tf1compat.source.files import size_of
from tf1compat.source.labels.files import read_label_file
from tf1compat.source.labels.variable import read_label_variable, string_variables
from tf1compat.source.model import LegacyModel

_LARGEST = 1_000_000  # bytes; class labels take less
_LONGEST_NAME = 100  # characters; longer lines are prose
_PREVIEW = 5
_TABLE_HALVES = ("-keys", "-values")  # what a saved lookup table holds, in no particular order


def label_candidates(model: LegacyModel, tables: Iterable[TableFinding] = ()) -> tuple[LabelFinding, ...]:
    """Everything that reads as distinct class names: the checkpoint's variables, then files by name, then tables."""
    return (*_variables(model), *_files(model.beside), *_tables(model, tables))


def _variables(model: LegacyModel) -> Iterator[LabelFinding]:
    for name, key in sorted(string_variables(model).items()):
        if model.checkpoint.entries[key].size > _LARGEST or key.endswith(_TABLE_HALVES):
            continue
        try:
            labels = read_label_variable(model, name)
        except LabelError:
            continue  # strings, but no labels
        if _are_names(labels):
            yield _finding(f"checkpoint:{name}", labels)


def _files(paths: tuple[Path, ...]) -> Iterator[LabelFinding]:
    for path in paths:
        try:
            labels = read_label_file(path) if size_of(path) <= _LARGEST else ()
        except (LabelError, SourceError):
            continue  # a file for another purpose
        if _are_names(labels):
            yield _finding(str(path), labels)


def _tables(model: LegacyModel, tables: Iterable[TableFinding]) -> Iterator[LabelFinding]:
    for name, labels in labels_of_tables(model.meta_graph.graph, tables).items():
        if _are_names(labels):
            yield _finding(f"{TABLE}{name}", labels)


def _are_names(labels: tuple[str, ...]) -> bool:
    distinct = len(set(labels)) == len(labels) > 1
    return distinct and max(map(len, labels)) <= _LONGEST_NAME and not all(map(_is_numeric, labels))


def _is_numeric(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True


def _finding(source: str, labels: tuple[str, ...]) -> LabelFinding:
    return LabelFinding(source, len(labels), labels[:_PREVIEW])
