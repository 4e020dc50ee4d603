"""Partitioned variables: what the graph has in parts is one variable of the plan, as it is one tensor on disk."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from tf1compat.graph.attributes import Shape
from tf1compat.plan.model import PartPlan, VariablePlan

_Place = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
_SLICE = re.compile(r"((?:\d+ )+)((?:-|\d+,\d+)(?::(?:-|\d+,\d+))*)")
_EXTENT = re.compile(r"-|(\d+),(\d+)")
_PART = re.compile(r"(.+)/part_\d+\Z")


def joined(variables: Iterable[VariablePlan], taken: Iterable[str]) -> tuple[VariablePlan, ...]:
    """The variables, those that are parts of one tensor and make up all of it as one, in the place of the first part.

    Its name is that of the parts without their numbers; where another variable (`taken`) has it, they stay apart.
    """
    every = tuple(variables)
    groups: dict[tuple[str, str], list[VariablePlan]] = {}
    for each in every:
        match = _PART.fullmatch(each.name)
        if match is not None and each.shape_and_slice and match[1] not in taken:
            groups.setdefault((match[1], each.key), []).append(each)
    whole = {}
    for (name, _), parts in groups.items():
        variable = _whole(name, parts)
        if variable is not None:
            whole.update({each.name: variable for each in parts})
    return tuple(dict.fromkeys(whole.get(each.name, each) for each in every))


def _whole(name: str, parts: Sequence[VariablePlan]) -> VariablePlan | None:
    """The variable that the parts make up; None where some of it is in no part, or in two."""
    places = [_place(each.shape_and_slice) for each in parts]
    if None in places:
        return None
    known = [each for each in places if each is not None]
    dims = known[0][0]
    if any(each[0] != dims for each in known):
        return None
    if sum(math.prod(each[2]) for each in known) != math.prod(dims) or any(
        _overlap(first, second) for first, second in combinations(known, 2)
    ):
        return None
    found = tuple(
        PartPlan(each.name, begin, size) for each, (_, begin, size) in zip(parts, known, strict=True)
    )
    return replace(parts[0], name=name, shape_and_slice="", shape=Shape(dims), parts=found)


def _overlap(first: _Place, second: _Place) -> bool:
    return all(
        begin < other + length and other < begin + size
        for begin, size, other, length in zip(*first[1:], *second[1:], strict=True)
    )


def _place(shape_and_slice: str) -> _Place | None:
    """The whole tensor's shape, and where in it a part lies (`7 3 0,4:-`): its begin and size in each axis."""
    match = _SLICE.fullmatch(shape_and_slice)
    if match is None:
        return None
    dims = tuple(map(int, match[1].split()))
    spec = _EXTENT.findall(match[2])
    if len(spec) != len(dims):
        return None
    extents = [(int(start or 0), int(length or dim)) for (start, length), dim in zip(spec, dims, strict=True)]
    return dims, tuple(each[0] for each in extents), tuple(each[1] for each in extents)
