"""Outputs that tell nothing apart are found, so that inputs can be scaled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tf1compat.verify.original.saturation import constant_outputs
from tf1compat.verify.reloaded.fresh import Answer


def constant(*values: Any) -> bool:
    return bool(constant_outputs(Answer({"y": np.asarray(value, np.float32)}) for value in values))


@pytest.mark.parametrize(
    "values",
    [
        ([[0.2, 0.8]], [[0.2, 0.8], [0.2, 0.8]]),
        ([[0.0, 1.0], [1.0, 0.0]],),
        ([-1.0, 1.0, 1.0],),
        (0.5, 0.5),
        ([[np.nan, 1.0], [np.nan, 1.0]],),
    ],
)
def test_one_row_throughout_and_saturation_tell_nothing(values: tuple[Any, ...]) -> None:
    assert constant(*values)


@pytest.mark.parametrize("values", [([[0.2, 0.8], [0.3, 0.7]],), (0.5, 0.6), ([[0.0, 1.0], [0.0, 0.5]],)])
def test_rows_that_differ_tell_something(values: tuple[Any, ...]) -> None:
    assert not constant(*values)


def test_one_row_alone_may_still_differ_from_others() -> None:
    assert not constant([[0.2, 0.8]])


def test_whole_numbers_empty_outputs_and_refusals_do_not_count() -> None:
    answers = [Answer({"n": np.array([1, 1]), "e": np.zeros([0, 2], np.float32)}), Answer({}, "no")]
    assert constant_outputs(answers) == frozenset()
