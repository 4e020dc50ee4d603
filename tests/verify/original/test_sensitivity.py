"""A model's own movement: a place where it is well-conditioned, and what such a place makes elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pytest

from tf1compat.graph.attributes import Array
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.reloaded.fresh import Answer

pytestmark = pytest.mark.tensorflow

CASE = Case("serving_default", "case", {"x": np.array([0.5, 1.0, 8.0], np.float32), "n": np.array([3])})


def left(x: Array) -> Array:
    """What lies between one and a number, and its logarithm: of one, nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(np.float32(1) - np.minimum(x, np.float32(1)))


def movement(function: Any, coarse: str = "", case: Case = CASE) -> Array:
    from tf1compat.verify.original.sensitivity import Sensitivity

    def run(case: Case, only: Collection[str] | None) -> Answer:
        return Answer({"y": function(case.feeds["x"])})

    types = {"serving_default": {"y": coarse}} if coarse else {}
    return Sensitivity(None, run, (), types, 1).of(case, run(case, None), False)["y"]


def test_what_is_well_conditioned_moves_by_a_place() -> None:
    assert np.all(movement(lambda x: x) == np.spacing(CASE.feeds["x"]))


def test_where_it_comes_to_infinity_the_movement_is_infinite() -> None:
    moved = movement(left)
    assert 0 < moved[0] < 1e-6
    assert np.isinf(moved[1])
    assert moved[2] == 0


def test_no_number_is_carried_on() -> None:
    def root(x: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.where(x == 8, np.float32(-1), np.float32(1) - x))

    assert np.isnan(movement(root)).tolist() == [False, True, False]


def test_the_place_is_that_of_the_type_that_it_is_computed_in() -> None:
    moved = movement(lambda x: x, "half")
    np.testing.assert_allclose(moved, CASE.feeds["x"] * 2.0**-10)


def test_whole_numbers_move_where_a_place_decides_them() -> None:
    moved = movement(lambda x: (x >= 1).astype(np.int64))
    assert moved.tolist() == [0, 1, 0]


def test_whole_inputs_are_left_alone() -> None:
    seen: list[int] = []

    def run(case: Case, only: Collection[str] | None) -> Answer:
        seen.append(int(case.feeds["n"][0]))
        return Answer({"y": case.feeds["x"]})

    from tf1compat.verify.original.sensitivity import Sensitivity

    Sensitivity(None, run, (), {}, 1).of(CASE, run(CASE, None), False)
    assert set(seen) == {3}
