"""An original that takes one number of examples answers for any, piece by piece."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


def test_rows_are_taken_and_put_together_again(tensorflow: object) -> None:
    from tf1compat.verify.original.batches import Rows

    rows = Rows(0, 1, 1)
    array = np.arange(5)
    assert rows.taken(array, 3, 7).tolist() == [3, 4, 4, 4]
    assert rows.joined([np.array([0, 1, 2]), np.array([3, 4, 4])], 5).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("outer", "inner"), [(1, 3), (3, 1), (2, 2)])
def test_rows_that_lie_with_steps_in_one_axis_are_told_apart(outer: int, inner: int) -> None:
    from tf1compat.verify.original.batches import Rows

    rows = Rows(1, outer, inner)
    whole = np.arange(2 * outer * 6 * inner).reshape(2, outer * 6 * inner)
    assert rows.count(whole) == 6
    pieces = [rows.taken(whole, begin, begin + 4) for begin in (0, 4)]
    assert [each.shape for each in pieces] == [(2, outer * 4 * inner)] * 2
    np.testing.assert_array_equal(rows.joined(pieces, 6), whole)
