"""Class names put in order: from a list, or from a mapping between names and numbers that may go either way.

Which neuron the first name belongs to is settled last, when the number of neurons is known. A reason that there is no
order is a ValueError; who knows the file adds its name.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

Pair = tuple[object, object]
_LARGEST_NUMBER = 1_000_000
#: What may be meant by numbers from 1 on.
_COUNTED = (
    " (--label-offset 1 leaves neuron 0 to a background class, --label-offset 0 puts the first name there)"
)
_SHOWN = reprlib.Repr()  # so that data that refers to one thing many times is not written out
_SHOWN.maxlevel = 2
_SHOWN.maxstring = _SHOWN.maxother = 36


@dataclass(frozen=True)
class Naming:
    """The names of consecutive numbers from `first` on; None for a number that has none.

    `counts_from_one`: the numbers are those of a label map, where 0 is kept for the background. `is_numbered`: they
    stand beside the names, where the order of a list is all that another has. `problem`: some are missing.
    """

    names: tuple[str | None, ...]
    first: int = 0
    where: str = ""
    counts_from_one: bool = False
    is_numbered: bool = False
    problem: str = ""

    def placed(self, neurons: int | None, offset: int | None) -> tuple[str, ...]:
        """A name for each neuron, the first one at neuron `offset` (None: as the numbers say); raises ValueError."""
        if offset is None:
            offset = self._own_offset(neurons)
        elif None in self.names and not self._reaches(neurons, offset):
            raise ValueError(self.problem)
        names = (each or f"unused_{offset + place}" for place, each in enumerate(self.names))
        return (*unnamed(offset), *names)

    def _own_offset(self, neurons: int | None) -> int:
        if self.counts_from_one:
            return 0 if neurons == len(self.names) else self.first
        if self.problem and not self._reaches(neurons, self.first):
            raise ValueError(self.problem)
        return self.first

    def _reaches(self, neurons: int | None, offset: int) -> bool:
        """Whether the last number is that of the last neuron, so that what has no number is a neuron without a name."""
        few = self.names.count(None) * 2 > len(self.names) and not self.counts_from_one
        return self.counts_from_one or (neurons == offset + len(self.names) and not few)


def unnamed(count: int) -> tuple[str, ...]:
    """What the neurons before the first named one are called."""
    return ("background",) if count == 1 else tuple(f"unused_{index}" for index in range(count))


def settled(found: Sequence[Naming], neurons: int | None, offset: int | None) -> tuple[str, ...]:
    """The names that are meant: of several lists, the one with a name for each neuron; raises ValueError."""
    placed: dict[tuple[str, ...], Naming] = {}
    problems = []
    for each in sorted(found, key=lambda naming: not naming.is_numbered):
        try:
            placed.setdefault(each.placed(neurons, offset), each)
        except ValueError as error:
            problems.append(error)
    if len(placed) <= 1:
        if problems and not placed:
            raise problems[0]
        return next(iter(placed), ())
    fitting = [names for names in placed if neurons in (None, len(names))]
    numbered = [names for names in fitting if placed[names].is_numbered]
    for choice in (fitting, numbered if neurons is not None else []):
        if len(choice) == 1:
            return choice[0]
    listed = ", ".join(f"{naming.where} ({len(names)})" for names, naming in list(placed.items())[:6])
    which = "which of them is meant cannot be told" if fitting else f"none of them has {neurons} names"
    raise ValueError(
        f"it holds several lists of names: {listed}; {which}, so write the one that is to a file of its own"
    )


def naming_of_pairs(pairs: Sequence[Pair], where: str = "") -> Naming:
    """`labels_from_pairs`; where some numbers are missing, that is the naming's problem. Raises ValueError."""
    try:
        return Naming(labels_from_pairs(pairs), 0, where, is_numbered=True)
    except ValueError as error:
        readings = (_Reading(tuple(pairs)), _Reading(tuple((value, key) for key, value in pairs)))
        numbered = [each for each in readings if each.is_numbered]
        by_number = {_number(number) or 0: name for number, name in numbered[0].pairs} if numbered else {}
        last = max(by_number, default=-1)
        if len(numbered) != 1 or len(by_number) < len(pairs) or min(by_number) < 0 or last > _LARGEST_NUMBER:
            raise
        first = 1 if min(by_number) == 1 else 0
        names = tuple(
            _name(by_number[each]) if each in by_number else None for each in range(first, last + 1)
        )
        hint = _COUNTED if first and None not in names else ""
        return Naming(names, first, where, is_numbered=True, problem=f"{error}{hint}")


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
            f"(the first pair is {_SHOWN.repr(key)} and {_SHOWN.repr(value)})"
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


def naming_of_map(pairs: Sequence[Pair]) -> Naming:
    """The names of a label map, whose numbers begin at 1 or at 0 and may leave gaps; raises ValueError."""
    by_number: dict[int, str] = {}
    for given, name in pairs:
        number = _number(given)
        if number is None or not 0 <= number <= _LARGEST_NUMBER:
            raise ValueError(f"{_SHOWN.repr(given)} is not the number of a class")
        if number in by_number:
            raise ValueError(f"two classes have the number {number}: {by_number[number]!r} and {name!r}")
        by_number[number] = _name(name)
    first = min([1, *by_number])
    names = tuple(map(by_number.get, range(first, max(by_number, default=0) + 1)))
    return Naming(names, first, counts_from_one=True, is_numbered=True)


def numbers_some(pairs: Sequence[Pair]) -> bool:
    """Whether one side of a mapping gives every name a number."""
    return any(all(_number(pair[side]) is not None for pair in pairs) for side in (0, 1))


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
    raise ValueError(f"{_SHOWN.repr(value)} is not the name of a class")
