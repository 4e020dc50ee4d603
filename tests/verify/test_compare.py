"""Differences: what passes, what fails, and the numbers that say why."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tf1compat.verify.compare import difference, labelled, likeness, missing
from tf1compat.verify.comparison import CaseResult, Comparison, OutputDifference

NAN, INFINITY = float("nan"), float("inf")


def compared(expected: Any, found: Any, rtol: float = 1e-5, atol: float = 1e-5) -> OutputDifference:
    return difference("y", np.asarray(expected), np.asarray(found), rtol, atol)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([1.0, 2.0], [1.0, 2.0]),
        ([1.0, 2.0], [1.000005, 2.0]),
        ([1000.0], [1000.005]),
        ([NAN, 1.0], [NAN, 1.0]),
        ([INFINITY, -INFINITY], [INFINITY, -INFINITY]),
        ([], []),
        ([1 + 2j], [1 + 2j]),
        ([3, 4], [3, 4]),
        ([True, False], [True, False]),
        ([b"a", b"bc"], [b"a", b"bc"]),
        (np.array([b"a"], "S9"), np.array([b"a"], "S1")),
        (np.array([b"a"], object), np.array([b"a"])),
    ],
)
def test_what_is_equal_within_tolerance_passes(expected: Any, found: Any) -> None:
    assert compared(expected, found).passed


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([1.0, 2.0], [1.0, 2.1]),
        ([0.0], [2e-5]),
        ([NAN], [1.0]),
        ([1.0], [NAN]),
        ([1.0, NAN], [NAN, 1.0]),
        ([INFINITY], [-INFINITY]),
        ([INFINITY], [1e30]),
        ([1.0], [INFINITY]),
        ([3, 4], [3, 5]),
        ([2**60], [2**60 + 1]),
        ([True, False], [True, True]),
        ([b"a", b"bc"], [b"a", b"b"]),
        ([1 + 2j], [1 + 3j]),
    ],
)
def test_what_differs_fails(expected: Any, found: Any) -> None:
    assert not compared(expected, found).passed


def test_the_largest_differences_are_reported() -> None:
    found = compared([1.0, -4.0, 0.0], [1.5, -5.0, 0.25])
    assert found.largest_absolute == 1.0
    assert found.largest_relative == 0.5
    assert found.excess == pytest.approx(1.0 - 1e-5 - 4e-5)


def test_a_nan_on_one_side_is_reported_as_nan() -> None:
    largest = compared([1.0, 2.0], [NAN, 2.0]).largest_absolute
    assert largest is not None
    assert math.isnan(largest)


def test_an_integer_is_off_by_its_distance() -> None:
    assert compared([3, 4], [3, 9]).largest_absolute == 5.0


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (np.zeros(2, np.float32), np.zeros(2, np.float64)),
        (np.zeros(2, np.int32), np.zeros(2, np.int64)),
        (np.zeros([2, 1]), np.zeros([1, 2])),
        (np.zeros(0), np.zeros([0, 3])),
        (np.array([b"1"]), np.array([1])),
    ],
)
def test_another_type_or_shape_fails_without_a_number(expected: Any, found: Any) -> None:
    result = compared(expected, found)
    assert not result.passed
    assert result.largest_absolute is None


def test_a_missing_output_fails() -> None:
    assert not missing("y", np.zeros(0)).passed


SCORES = np.array([[0.1, 0.7, 0.2], [0.4, 0.2, 0.4]], np.float32)
NAMES = ("cat", "dog", "caf\u00e9")


def ids(*values: int) -> np.ndarray[Any, Any]:
    return np.array(values, np.int64)


def test_labels_are_the_names_of_the_largest_scores() -> None:
    found = labelled(SCORES, NAMES, None, 0.0, 0.0)
    assert found["class_ids"].tolist() == [1, 0]
    assert found["class_ids"].dtype == np.int64
    assert found["classes"].tolist() == [b"dog", b"cat"]


def test_either_side_of_a_tie_is_right() -> None:
    found = labelled(SCORES, NAMES, ids(1, 2), 1e-5, 1e-5)
    assert found["class_ids"].tolist() == [1, 2]
    assert found["classes"].tolist() == [b"dog", "caf\u00e9".encode()]


@pytest.mark.parametrize("wrong", [ids(2, 0), ids(1, 1), ids(1, 3), ids(1, -1), ids(1), None])
def test_a_class_without_the_largest_score_is_not_accepted(wrong: Any) -> None:
    assert labelled(SCORES, NAMES, wrong, 1e-5, 1e-5)["class_ids"].tolist() == [1, 0]


def test_an_empty_batch_has_no_classes() -> None:
    found = labelled(np.zeros([0, 3], np.float32), NAMES, ids(), 1e-5, 1e-5)
    assert found["class_ids"].shape == found["classes"].shape == (0,)


def comparison(*results: CaseResult) -> Comparison:
    return Comparison(results, 1e-5, 1e-5, "original graph", 1, "2.21.0")


GOOD = CaseResult("a", "batch 1", (compared([1.0], [1.0]),))
BAD = CaseResult("a", "batch 2", (compared([1.0], [2.0]),))
REFUSED = CaseResult("a", "batch 0", refused="no rows")
FAILED = CaseResult("a", "batch 2", failure="it crashed")


def test_a_comparison_passes_when_all_that_was_compared_does() -> None:
    assert comparison(GOOD, REFUSED).passed
    assert not comparison(GOOD, BAD).passed
    assert not comparison(GOOD, FAILED).passed


def test_a_comparison_of_nothing_does_not_pass() -> None:
    assert not comparison().passed
    assert not comparison(REFUSED).passed
    assert not comparison(GOOD, CaseResult("b", "batch 1", refused="no")).passed


def test_of_what_is_drawn_type_shape_and_finiteness_count() -> None:
    drawn, other = np.float32([0.1, 0.2]), np.float32([0.9, 0.4])
    assert likeness("y", drawn, other).passed
    assert likeness("y", drawn, other).drawn
    assert not likeness("y", drawn, other[:1]).passed
    assert not likeness("y", drawn, other.astype(np.float64)).passed
    assert not likeness("y", drawn, np.float32([0.1, np.nan])).passed
    assert likeness("y", np.float32([np.inf, 0]), np.float32([0, np.inf])).passed


def beside(expected: Any, found: Any, moved: Any) -> OutputDifference:
    values = (np.asarray(each) for each in (expected, found))
    return difference("y", *values, 1e-5, 1e-5, np.asarray(moved, np.float64))


@pytest.mark.parametrize(
    ("expected", "found", "moved"),
    [
        ([1.0, 2.0], [1.5, 2.0], [0.5, 0.0]),
        ([-INFINITY, 2.0], [-16.0, 2.0], [INFINITY, 0.0]),
        ([-16.0, 2.0], [-INFINITY, 2.0], [INFINITY, 0.0]),
        ([1.0], [NAN], [NAN]),
        ([3, 4], [3, 5], [0.0, 1.0]),
        ([True], [False], [1.0]),
    ],
)
def test_an_element_may_be_as_far_off_as_the_original_itself_moves(
    expected: Any, found: Any, moved: Any
) -> None:
    assert not compared(expected, found).passed
    result = beside(expected, found, moved)
    assert result.passed
    assert result.largest_absolute is not None


@pytest.mark.parametrize(
    ("expected", "found", "moved"),
    [
        ([1.0, 2.0], [1.5, 2.0], [0.4, 9.0]),
        ([1.0, 2.0], [1.5, 2.5], [INFINITY, 0.0]),
        ([1.0], [NAN], [INFINITY]),
        ([-INFINITY], [-16.0], [5.0]),
        ([3, 4], [3, 6], [9.0, 1.0]),
        ([b"a"], [b"b"], [9.0]),
    ],
)
def test_beyond_both_it_differs(expected: Any, found: Any, moved: Any) -> None:
    assert not beside(expected, found, moved).passed


def test_both_figures_are_kept() -> None:
    result = beside([1.0, 2.0, 3.0], [1.5, 2.0, 3.0], [0.6, 70.0, 0.0])
    assert (result.largest_absolute, result.original_moves) == (0.5, 0.6)
    assert beside([1.0], [1.0], [0.6]).original_moves is None
