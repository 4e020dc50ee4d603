"""Where class labels may be: string variables of a checkpoint, files around the model, and lookup tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tf1compat.discovery.findings import LabelFinding, LabelKind, OutputFinding, TableFinding
from tf1compat.discovery.tables.labels import TABLE, labels_of_tables
from tf1compat.errors import LabelError, SourceError
from tf1compat.source.files import size_of
from tf1compat.source.labels.files import namings_of_file
from tf1compat.source.labels.order import Naming, settled
from tf1compat.source.labels.variable import (
    CHECKPOINT,
    checkpoints_beside,
    read_label_variable,
    string_variables,
    strings_of,
    variable_of,
)
from tf1compat.source.model import LegacyModel

_LARGEST = 1_000_000  # bytes; class labels take less
_LONGEST_NAME = 100  # characters; longer lines are prose
_PREVIEW = 5
_TABLE_HALVES = ("-keys", "-values")  # what a saved lookup table holds, in no particular order
_OF_CLASSES = re.compile(r"label|class|categor|intent|tag", re.IGNORECASE)
_OF_WORDS = re.compile(r"vocab|char|word|token|dict|preprocess|corpus|alphabet", re.IGNORECASE)
_SCORES = ("probabilities", "logits")
_MOST_CHARACTERS = 0.8  # of a vocabulary of characters, beside marks like <pad>
#: The neuron of the first name: as the names' own numbers say, or behind a background class.
_OFFSETS = (None, 1)


class _Candidate(NamedTuple):
    """Names somewhere; several lists of them, where one file holds several."""

    source: str
    lists: Sequence[Naming]


def label_candidates(
    model: LegacyModel, tables: Iterable[TableFinding] = (), outputs: Iterable[OutputFinding] = ()
) -> tuple[LabelFinding, ...]:
    """Everything that reads as distinct class names, the likeliest first.

    Names for each neuron of some output come first, then those that lack one for a background class; classes come
    before the words and characters that a generator chooses among. What is alike in that stands as it is looked for:
    the checkpoint's variables, files by name, tables, variables of other checkpoints.
    """
    scores = [each for each in outputs if each.role in _SCORES and each.shape.dims]
    looked = (*_variables(model), *_files(model.beside), *_tables(model, tables), *_other_checkpoints(model))
    found = [each for each in (_finding(candidate, scores) for candidate in looked) if each is not None]
    return tuple(sorted(found, key=_rank))


def _rank(finding: LabelFinding) -> tuple[bool, bool, bool]:
    return not finding.fits, finding.offset > 0, finding.kind != "classes"


def _variables(model: LegacyModel) -> Iterator[_Candidate]:
    for name, key in sorted(string_variables(model).items()):
        if model.checkpoint.entries[key].size > _LARGEST or key.endswith(_TABLE_HALVES):
            continue
        try:
            yield _Candidate(f"{CHECKPOINT}{name}", [Naming(read_label_variable(model, name))])
        except LabelError:
            continue  # strings, but no labels


def _other_checkpoints(model: LegacyModel) -> Iterator[_Candidate]:
    """String variables that the model's own checkpoint does not have."""
    for checkpoint in checkpoints_beside(model.checkpoint):
        for key in strings_of(checkpoint):
            if key not in model.checkpoint.entries and checkpoint.entries[key].size <= _LARGEST:
                try:
                    yield _Candidate(f"{checkpoint.prefix}:{key}", [Naming(variable_of(checkpoint, key))])
                except LabelError:
                    continue


def _files(paths: Iterable[Path]) -> Iterator[_Candidate]:
    for path in paths:
        try:
            if size_of(path) <= _LARGEST:
                yield _Candidate(str(path), namings_of_file(path))
        except (LabelError, SourceError):
            continue  # a file for another purpose


def _tables(model: LegacyModel, tables: Iterable[TableFinding]) -> Iterator[_Candidate]:
    for name, labels in labels_of_tables(model.meta_graph.graph, tables).items():
        yield _Candidate(f"{TABLE}{name}", [Naming(labels)])


def _finding(candidate: _Candidate, scores: Sequence[OutputFinding]) -> LabelFinding | None:
    """The names as they fit some scores, or as they stand where they fit none; None for what are no names."""
    for offset in _OFFSETS:
        for output in scores:
            width = (output.shape.dims or (None,))[-1]
            names = _names(candidate, width, offset)
            if width is not None and len(names) == width:
                fits = tuple(str(each.tensor) for each in scores if (each.shape.dims or (None,))[-1] == width)
                return _told(candidate.source, names, offset or 0, fits)
    return _told(candidate.source, _names(candidate, None, None), 0, ())


def _names(candidate: _Candidate, neurons: int | None, offset: int | None) -> tuple[str, ...]:
    try:
        return settled(candidate.lists, neurons, offset)
    except ValueError:
        return ()


def _told(source: str, names: tuple[str, ...], offset: int, fits: tuple[str, ...]) -> LabelFinding | None:
    own = names[offset:]
    if not _are_names(own):
        return None
    return LabelFinding(source, len(own), own[:_PREVIEW], own, _kind(source, own), fits, offset)


def _kind(source: str, names: tuple[str, ...]) -> LabelKind:
    if sum(len(each) <= 1 for each in names) >= _MOST_CHARACTERS * len(names):
        return "characters"
    said = Path(source).name
    return "words" if _OF_WORDS.search(said) and not _OF_CLASSES.search(said) else "classes"


def _are_names(labels: tuple[str, ...]) -> bool:
    distinct = len(set(labels)) == len(labels) > 1
    return distinct and max(map(len, labels)) <= _LONGEST_NAME and not all(map(_is_numeric, labels))


def _is_numeric(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True
