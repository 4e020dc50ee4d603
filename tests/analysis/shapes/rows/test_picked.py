"""Rows that a mask picks, or that differ from all before them, and what puts each back where it was."""

from __future__ import annotations

import pytest

from tests.analysis.time.test_follow import ALONG, FLAT, MIXED, steps_of

PICKED = """
    column = Const() dtype=int32; value=tensor(int32, 0)
    none = Const() dtype=float32; value=tensor(float32, 0.0)
    highest = Max(flat, one) T=float32
    mask = Greater(highest, none) T=float32
    at = Where(mask) T=bool
    rows = GatherNd(flat, at) Tparams=float32; Tindices=int64
    flat_shape = Shape(flat) T=float32; out_type=int64
    all_in_one = Const() dtype=int32; value=tensor(int32, [-1])
    at_first = Reshape(at, all_in_one) T=int64
"""
BACK = "\ny = ScatterNd(at, made, flat_shape) T=float32; Tindices=int64"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("made = Tanh(rows) T=float32" + BACK, FLAT),
        ("made = Softmax(rows) T=float32" + BACK, FLAT),
        ("other = GatherV2(flat, at_first, zero) Tparams=float32\nmade = Add(rows, other) T=float32" + BACK, FLAT),
        # over the rows that were picked, of all steps
        ("made = Cumsum(rows, zero) T=float32" + BACK, MIXED),
        # put back where another mask says
        ("other = Less(highest, none) T=float32\nthere = Where(other) T=bool\n"
         "y = ScatterNd(there, rows, flat_shape) T=float32; Tindices=int64", MIXED),
        # never put back: how many rows there are depends on the data
        ("y = Tanh(rows) T=float32", MIXED),
        # the numbers of the rows themselves
        ("numbers = Cast(at_first) SrcT=int64; DstT=float32\nwide = ExpandDims(numbers, one) T=float32\n"
         "made = Add(rows, wide) T=float32" + BACK, MIXED),
    ],
)  # fmt: skip
def test_rows_that_are_picked_and_put_back_are_of_their_steps(lines: str, expected: object):
    assert steps_of(PICKED + lines) == expected


def test_entries_that_are_picked_along_two_axes_come_back_along_both():
    text = """
    none = Const() dtype=float32; value=tensor(float32, 0.0)
    on = Greater(x, none) T=float32
    at = Where(on) T=bool
    values = GatherNd(x, at) Tparams=float32; Tindices=int64
    whole = Shape(x) T=float32; out_type=int64
    y = SparseToDense(at, whole, values, none) T=float32; Tindices=int64
    """
    assert steps_of(text) == ALONG


DIFFERENT = """
    all_in_one = Const() dtype=int32; value=tensor(int32, [-1])
    in_a_row = Reshape(ids, all_in_one) T=int32
    different = Unique(in_a_row) T=int32; out_idx=int32
    table = GatherV2(w, different, zero) Tparams=float32
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("y = GatherV2(table, different:1, zero) Tparams=float32", FLAT),
        ("made = Softmax(table) T=float32\ny = GatherV2(made, different:1, zero) Tparams=float32", FLAT),
        (
            "made = Cumsum(table, zero) T=float32\ny = GatherV2(made, different:1, zero) Tparams=float32",
            MIXED,
        ),
        ("y = GatherV2(w, different:1, zero) Tparams=float32", MIXED),
        ("y = GatherV2(table, in_a_row, zero) Tparams=float32", MIXED),
    ],
)
def test_what_is_looked_up_once_is_each_entry_s_own(lines: str, expected: object):
    assert steps_of(DIFFERENT + lines) == expected


BAG = """
    none = Const() dtype=float32; value=tensor(float32, 0.0)
    on = Greater(flat, none) T=float32
    at = Where(on) T=bool
    corner = Const() dtype=int32; value=tensor(int32, [0, {column}])
    end = Const() dtype=int32; value=tensor(int32, [0, {end}])
    steps = Const() dtype=int32; value=tensor(int32, [1, 1])
    number = StridedSlice(at, corner, end, steps) T=int64; Index=int32; begin_mask=1; end_mask=1; shrink_axis_mask=2
    row_of = Cast(number) SrcT=int64; DstT=int32
    picked = GatherNd(flat, at) Tparams=float32; Tindices=int64
    y = SegmentSum(picked, row_of) T=float32; Tindices=int32
"""


def test_segments_are_of_the_row_that_their_entries_stand_in():
    assert steps_of(BAG.format(column=0, end=1)) == FLAT
    assert steps_of(BAG.format(column=1, end=2)) == MIXED
