"""Entries that are taken out of each row, or put into it, by indices that count the rows."""

from __future__ import annotations

import pytest

from tests.analysis.time.test_follow import FLAT, MIXED, steps_of

COUNTED = """
    first = Const() dtype=int32; value=tensor(int32, [0])
    second = Const() dtype=int32; value=tensor(int32, [1])
    rows_sizes = Shape(flat) T=float32
    rows = StridedSlice(rows_sizes, first, second, second) T=int32; Index=int32; shrink_axis_mask=1
    numbers = Range(zero, rows, one) Tidx=int32
    best = ArgMax(flat, one) T=float32; output_type=int32
    three = Const() dtype=int32; value=tensor(int32, 3)
    all_in_one = Const() dtype=int32; value=tensor(int32, [-1])
    whole = Reshape(flat, all_in_one) T=float32
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("begins = Mul(numbers, three) T=int32\nplaces = Add(begins, best) T=int32\n"
         "y = GatherV2(whole, places, zero) Tparams=float32", FLAT),
        ("begins = Mul(numbers, two) T=int32\nplaces = Add(begins, best) T=int32\n"
         "y = GatherV2(whole, places, zero) Tparams=float32", MIXED),
        ("pairs = Pack(numbers, best) N=2; T=int32; axis=1\ny = GatherNd(flat, pairs) Tparams=float32", FLAT),
        ("pairs = Pack(best, numbers) N=2; T=int32; axis=1\ny = GatherNd(flat, pairs) Tparams=float32", MIXED),
        ("pairs = Pack(numbers, best) N=2; T=int32; axis=1\nhigh = Max(flat, one) T=float32\n"
         "y = ScatterNd(pairs, high, rows_sizes) T=float32", FLAT),
    ],
)  # fmt: skip
def test_a_row_s_own_entry_is_of_its_step(lines: str, expected: object):
    assert steps_of(COUNTED + lines) == expected


TILED = """
    kept = Const() dtype=int32; value=tensor(int32, 2)
    top = TopKV2(flat, kept) T=float32
    twice = Const() dtype=int32; value=tensor(int32, [1, 2])
    upright = ExpandDims(numbers, one) T=int32
    each = Tile(upright, twice) T=int32
    each_flat = Reshape(each, all_in_one) T=int32
    best_flat = Reshape(top:1, all_in_one) T=int32
    values = Reshape(top, all_in_one) T=float32
"""


@pytest.mark.parametrize(
    ("first", "second", "expected"), [("each_flat", "best_flat", FLAT), ("best_flat", "each_flat", MIXED)]
)
def test_numbers_of_rows_may_be_repeated_and_laid_end_to_end(first: str, second: str, expected: object):
    lines = f"pairs = Pack({first}, {second}) N=2; T=int32; axis=1\n"
    lines += "y = ScatterNd(pairs, values, rows_sizes) T=float32"
    assert steps_of(COUNTED + TILED + lines) == expected


PARTS = """
    first = Const() dtype=int32; value=tensor(int32, [0])
    second = Const() dtype=int32; value=tensor(int32, [1])
    rows_sizes = Shape(flat) T=float32
    rows = StridedSlice(rows_sizes, first, second, second) T=int32; Index=int32; shrink_axis_mask=1
    numbers = Range(zero, rows, one) Tidx=int32
    best = ArgMax(flat, one) T=float32; output_type=int32
    to = Minimum(best, one) T=int32
    parts = DynamicPartition(flat, to) num_partitions=2; T=float32
    places = DynamicPartition(numbers, to) num_partitions=2; T=int32
    left = Tanh(parts) T=float32
    right = {0} T=float32
    y = DynamicStitch(places, places:1, left, right) N=2; T=float32
    {1}
"""


@pytest.mark.parametrize(
    ("body", "beside", "expected"),
    [
        ("Neg(parts:1)", "", FLAT),
        ("Cumsum(parts:1, zero)", "", MIXED),
        ("Neg(parts:1)", "seen = Sum(parts, zero) T=float32", MIXED),
    ],
)
def test_rows_that_come_back_where_they_were_are_of_their_steps(body: str, beside: str, expected: object):
    """Not so where a part is looked at by itself, which has other rows than all."""
    assert steps_of(PARTS.format(body, beside)) == expected
