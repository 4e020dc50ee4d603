"""Whether a graph asks if there are any examples."""

from __future__ import annotations

import pytest

from tf1compat.analysis.shapes.emptiness import asks_for_none
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

TEXT = """
x = Placeholder() dtype=float32; shape=shape(None, 3)
zero = Const() dtype=int32; value=tensor(int32, 0)
two = Const() dtype=int32; value=tensor(int32, 2)
one = Const() dtype=int32; value=tensor(int32, [1])
first = Const() dtype=int32; value=tensor(int32, [0])
sizes = Shape(x) T=float32; out_type=int32
rows = StridedSlice(sizes, first, one, one) shrink_axis_mask=1
none = Equal(rows, zero) T=int32
y = Select(none, x, x) T=float32
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", True),
        ("Equal(rows, zero)", "Less(zero, rows)", True),
        ("StridedSlice(sizes, first, one, one) shrink_axis_mask=1", "Size(x) T=float32", True),
        ("Equal(rows, zero)", "Equal(rows, two)", False),
        ("Equal(rows, zero)", "Equal(x, zero)", False),
        ("Select(none, x, x)", "Neg(x)", False),
    ],
)
def test_a_size_that_is_compared_with_zero_asks(old: str, new: str, expected: bool):
    assert asks_for_none(from_text(TEXT.replace(old, new)), [TensorRef("y")]) == expected
