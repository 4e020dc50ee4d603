"""Parts of one tensor are one variable of the plan, where they make up all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tf1compat.graph.attributes import DType, Shape
from tf1compat.plan.document import from_json, to_json
from tf1compat.plan.model import MigrationPlan, PartPlan, VariablePlan
from tf1compat.plan.stored.partitions import joined


def part(name: str, place: str, key: str = "w") -> VariablePlan:
    return VariablePlan(name, key, place, DType("float32"), Shape(), True)


FIRST, SECOND = part("w/part_0", "5 3 0,3:0,3"), part("w/part_1", "5 3 3,2:-")
OTHER = VariablePlan("b", "b", "", DType("float32"), Shape.of(3), True)


def names(variables: Iterable[VariablePlan]) -> list[str]:
    return [each.name for each in variables]


def test_parts_become_one_variable_in_the_place_of_the_first() -> None:
    whole, other = joined([FIRST, OTHER, SECOND], {"b", "w/part_0", "w/part_1"})
    assert other == OTHER
    assert whole == replace(
        FIRST, name="w", shape_and_slice="", shape=Shape.of(5, 3),
        parts=(PartPlan("w/part_0", (0, 0), (3, 3)), PartPlan("w/part_1", (3, 0), (2, 3))),
    )  # fmt: skip


def test_parts_of_columns() -> None:
    (whole,) = joined([part("w/part_0", "2 3 0,2:0,1"), part("w/part_1", "2 3 0,2:1,2")], ())
    assert [each.begin for each in whole.parts] == [(0, 0), (0, 1)]


@pytest.mark.parametrize(
    "apart",
    [
        [FIRST],  # the rest is not needed
        [FIRST, part("w/part_1", "5 3 2,3:-")],  # they overlap
        [FIRST, part("w/part_1", "6 3 3,3:-")],  # of two tensors
        [FIRST, part("w/part_1", "5 3 3,2:-", key="v")],
        [FIRST, part("w/part_1", "no slice")],
        [part("a", "4 0,2"), part("b", "4 2,2")],  # named by hand
    ],
)
def test_other_slices_stay_as_they_are(apart: list[VariablePlan]) -> None:
    assert joined(apart, ()) == tuple(apart)


def test_a_name_that_another_variable_has_is_not_given() -> None:
    assert names(joined([FIRST, SECOND], {"w"})) == ["w/part_0", "w/part_1"]


def test_parts_survive_json() -> None:
    plan = MigrationPlan(
        "model", "sha256:0", (), variables=joined([FIRST, SECOND], ()), weights_reason="as asked for"
    )
    assert from_json(to_json(plan)) == plan


def test_a_second_time_changes_nothing() -> None:
    once = joined([FIRST, SECOND], ())
    assert joined(once, ()) == once
