"""Class names in nested data: lists, mappings either way, and the parts of a larger whole that are one of these.

What JSON, YAML, `.npz` and pickles hold is read here alike. A dictionary of settings may hold the names under a key
that says so; a tuple may hold a vocabulary and its inverse. Everything that reads as names is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tf1compat.source.labels.inert_data import Frozen, ObjectArray, Pairs
from tf1compat.source.labels.order import (
    Naming,
    Pair,
    labels_from_list,
    naming_of_map,
    naming_of_pairs,
    numbers_some,
)

_DEEPEST = 4
_SYNSET = re.compile(r"n\d{8}\Z")
_NAME_KEYS = ("display_name", "label", "class_name", "class", "name")
_ID_KEYS = ("id", "index", "class_id", "label_id")
#: Keys under which class names are kept, the likeliest first.
_TELLING = (
    "id2label", "label2id", "labels", "label", "class_names", "classes", "classes_", "categories_", "class_mapping",
    "label_names", "label_map", "class_indices", "class_to_idx", "idx_to_class", "names",
    "categories", "intents", "tags",
)  # fmt: skip


def namings(value: Any) -> list[Naming]:
    """Every list of names in the data; raises ValueError where there is none, saying why."""
    if isinstance(value, Frozen):
        raise ValueError("it is a set, whose names have no order")
    if isinstance(value, np.ndarray) and value.dtype.kind not in "US":
        raise ValueError(f"it is an array of {value.dtype}, not of names")
    return _Reader().whole(_without_arrays(value))


def check_list(shape: tuple[int, ...]) -> None:
    """Raises ValueError for an array that is not one list."""
    if not shape or sum(size != 1 for size in shape) > 1:
        raise ValueError(f"its shape is {shape}; labels are one list")


class _Reader:
    """Goes through data once, each part of it, however often that is referred to."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._held: list[Any] = []  # so that no other object gets the address of one that was seen
        self._reasons: list[ValueError] = []

    def whole(self, value: Any) -> list[Naming]:
        if isinstance(value, (dict, Pairs)):
            return self._mapping(_pairs(value))
        if isinstance(value, (list, tuple)):
            return self._list([_last_name(_without_arrays(each)) for each in value])
        raise ValueError("it is neither a list nor a mapping")

    def _mapping(self, pairs: Sequence[Pair]) -> list[Naming]:
        if not pairs:
            return []
        telling = _telling(pairs)
        told = self._parts(telling, 1)
        if told:
            return told
        if telling and self._reasons:
            raise self._reasons[0]
        try:
            return [_of_pairs(pairs)]
        except ValueError:
            found = self._parts([each for each in pairs if _is_container(each[1])], 1)
            if found:
                return found
            raise

    def _list(self, values: Sequence[Any]) -> list[Naming]:
        if not any(map(_is_container, values)):
            return [Naming(labels_from_list(values))]
        records = _of_records(values)
        found = (
            [records] if records else self._parts([(f"item {n}", each) for n, each in enumerate(values)], 1)
        )
        if not found and self._reasons:
            raise self._reasons[0]
        return found or [Naming(labels_from_list(values))]  # which tells what is no name

    def _parts(self, parts: Sequence[Pair], depth: int) -> list[Naming]:
        """What the parts of a whole give."""
        found: list[Naming] = []
        for key, value in parts:
            if id(value) in self._seen or not _is_container(value):
                continue
            self._seen.add(id(value))
            self._held.append(value)
            where = _text(key)
            try:
                inner = self._part(_without_arrays(value), depth, is_told=where.casefold() in _TELLING)
            except ValueError as error:
                self._reasons.append(error)
                continue
            found += [replace(each, where="/".join(filter(None, (where, each.where)))) for each in inner]
        return found

    def _part(self, held: Any, depth: int, *, is_told: bool) -> list[Naming]:
        """What a part gives; a list of numbers is none of names there, unless the part's key says so."""
        if isinstance(held, (list, tuple)):
            if not any(map(_is_container, held)):
                are_texts = len(held) > 1 and all(isinstance(each, (str, bytes)) for each in held)
                return [Naming(labels_from_list(held))] if are_texts or (is_told and held) else []
            records = _of_records(held)
            return [records] if records else self._deeper(list(enumerate(held)), depth)
        if not isinstance(held, (dict, Pairs)):
            return []
        pairs = _pairs(held)
        if (len(pairs) > 1 or (is_told and pairs)) and numbers_some(pairs):
            return [_of_pairs(pairs)]
        return self._deeper(pairs, depth)

    def _deeper(self, pairs: Sequence[Pair], depth: int) -> list[Naming]:
        return self._parts(pairs, depth + 1) if depth < _DEEPEST else []


def _of_pairs(pairs: Sequence[Pair]) -> Naming:
    ones = [_place_of_one(value, len(pairs)) for _, value in pairs]
    if len(pairs) > 1 and None not in ones:
        return naming_of_pairs([(place, key) for (key, _), place in zip(pairs, ones, strict=True)])
    return naming_of_pairs([(_last_name(key), _last_name(value)) for key, value in pairs])


def _place_of_one(value: Any, size: int) -> int | None:
    """The place of the one in a vector of zeros, as which a class may be written."""
    held = value.tolist() if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" else value
    if not isinstance(held, (list, tuple)) or len(held) != size:
        return None
    if not all(isinstance(each, (int, float)) and each in (0, 1) for each in held) or sum(held) != 1:
        return None
    return held.index(1)


def _of_records(values: Sequence[Any]) -> Naming | None:
    """The names of a list of pairs, or of mappings that each hold a name and mostly a number."""
    if all(isinstance(each, (list, tuple)) and len(each) == 2 for each in values):
        pairs = [(each[0], each[1]) for each in values]
        return naming_of_pairs(pairs) if len(pairs) > 1 and numbers_some(pairs) else None
    if not all(isinstance(each, (dict, Pairs)) for each in values):
        return None
    records = [{_text(key): value for key, value in _pairs(each)} for each in values]
    name, number = (
        next((key for key in keys if all(key in each for each in records)), None) for keys in (_NAME_KEYS, _ID_KEYS)
    )  # fmt: skip
    if name is None:
        return None
    if number is None:
        return Naming(labels_from_list(each[name] for each in records))
    pairs = [(each[number], each[name]) for each in records]
    return naming_of_pairs(pairs) if 0 in [pair[0] for pair in pairs] else naming_of_map(pairs)


def _telling(pairs: Sequence[Pair]) -> list[Pair]:
    """The one part under a key that says that class names are in it."""
    by_key = {_text(key).casefold(): (key, value) for key, value in pairs}
    return [by_key[each] for each in _TELLING if each in by_key and _is_container(by_key[each][1])][:1]


def _pairs(value: Any) -> list[Pair]:
    return value.pairs if isinstance(value, Pairs) else list(value.items())


def _without_arrays(value: Any) -> Any:
    """An array as the list that it is; raises ValueError for one that is none."""
    if isinstance(value, ObjectArray):
        if not value.shape:
            return value.elements[0]
        check_list(value.shape)
        return list(value.elements)
    if isinstance(value, np.ndarray):
        check_list(value.shape)
        return value.ravel().tolist()
    return value


def _last_name(value: Any) -> Any:
    """The name in `["n01440764", "tench"]`; what else is given, as it is."""
    if (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and isinstance(value[0], str)
        and _SYNSET.match(value[0])
    ):
        return value[1]
    return value


def _is_container(value: Any) -> bool:
    return isinstance(value, (dict, Pairs, list, tuple, ObjectArray, np.ndarray, Frozen))


def _text(key: object) -> str:
    return key.decode("utf-8", "backslashreplace") if isinstance(key, bytes) else str(key)
