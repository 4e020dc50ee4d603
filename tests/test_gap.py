"""What `python -m benchmarks.cases` and `benchmarks.step_grid` take for a difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.gap import gap_between

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("found", "expected", "difference"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0.0),
        ([0.5, 0.25], [0.25, 0.25], 0.25),
        ([110.0], [100.0], 0.1),
        ([NAN, 1.0], [NAN, 1.0], 0.0),
        ([NAN, 1.0], [0.0, 1.0], INF),
        ([0.0, 1.0], [NAN, 1.0], INF),
        ([INF, -INF], [INF, -INF], 0.0),
        ([INF], [-INF], INF),
        ([1.0], [INF], INF),
        ([NAN], [INF], INF),
        ([1.0], [1.0, 1.0], INF),
        ([], [], 0.0),
        ([1 + 2j], [1 + 1j], pytest.approx(2**-0.5)),
    ],
)
def test_the_largest_difference_counts(found: list[Any], expected: list[Any], difference: float) -> None:
    assert gap_between(np.array(found), np.array(expected)) == difference


@pytest.mark.parametrize(
    ("found", "expected", "part"),
    [([1, 2, 3, 4], [1, 2, 3, 5], 0.25), ([True], [False], 1.0), ([b"a", b"b"], [b"a", b"c"], 0.5)],
)
def test_of_what_are_no_fractions_the_part_that_differs(
    found: list[Any], expected: list[Any], part: float
) -> None:
    assert gap_between(np.array(found), np.array(expected)) == part


def test_halves_are_compared_as_wider_numbers() -> None:
    assert gap_between(np.array([60000], np.float16), np.array([-60000], np.float16)) == pytest.approx(
        2.0, abs=1e-3
    )
