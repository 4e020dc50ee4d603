"""Class names put in order: from a list, or from a mapping between names and numbers that may go either way.

A reason that there is no order is a ValueError; who knows the file adds its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

Pair = tuple[object, object]


def labels_from_list(values: Iterable[object]) -> tuple[str, ...]:
    """The names as they stand."""
    return tuple(map(_name, values))


def labels_from_pairs(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """The names ordered by their numbers, which must run from 0 on without a gap and without one twice."""
    readings = (_Reading(tuple(pairs)), _Reading(tuple((value, key) for key, value in pairs)))
    numbered = [each for each in readings if each.is_numbered]
    if not numbered:
        key, value = pairs[0]
        raise ValueError(
            "neither side of the mapping gives every class a number "
            f"(the first pair is {key!r} and {value!r})"
        )
    good = [each for each in numbered if each.problem is None]
    if not good:
        raise ValueError(_plainest(numbered).problem)
    if len(good) > 1 and good[0].names != good[1].names and len({each.is_typed for each in good}) == 1:
        raise ValueError("both sides of the mapping are numbers, so which are the classes cannot be told")
    return _plainest(good).names


@dataclass(frozen=True)
class _Reading:
    """The mapping read with the first of each pair as the class's number."""

    pairs: tuple[Pair, ...]

    @cached_property
    def is_numbered(self) -> bool:
        return all(_number(number) is not None for number, _ in self.pairs)

    @property
    def is_typed(self) -> bool:
        """Whether the numbers are integers already, not texts of digits."""
        return all(isinstance(number, int) for number, _ in self.pairs)

    @cached_property
    def problem(self) -> str | None:
        """What keeps the numbers from being an order."""
        seen: dict[int | None, object] = {}
        for number, name in sorted(self.pairs, key=lambda pair: _number(pair[0]) or 0):
            index = _number(number)
            if index in seen:
                return f"two classes have the number {index}: {seen[index]!r} and {name!r}"
            seen[index] = name
        missing = next((index for index in range(len(seen)) if index not in seen), None)
        if missing is None:
            return None
        numbers = [index for index in seen if index is not None]
        return (
            f"no class has the number {missing}; {len(seen)} classes must be numbered 0 to {len(seen) - 1}, "
            f"these go from {min(numbers)} to {max(numbers)}"
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(_name(name) for _, name in sorted(self.pairs, key=lambda pair: _number(pair[0]) or 0))


def _plainest(readings: Sequence[_Reading]) -> _Reading:
    return next((each for each in readings if each.is_typed), readings[0])


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, (str, bytes)):
        text = value.strip()
        return int(text) if text.isdigit() and len(text) < 10 and text.isascii() else None
    return None


def is_number(value: object) -> bool:
    """Whether a value can be a class's number: an integer, or a text of digits."""
    return _number(value) is not None


def _name(value: object) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{value!r} is not UTF-8 text") from error
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    shown = repr(value)
    raise ValueError(f"{shown if len(shown) < 40 else shown[:36] + ' ...'} is not the name of a class")
