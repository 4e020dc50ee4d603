"""The number of each step held against the lengths marks time, where the author had a number of steps."""

from __future__ import annotations

import pytest

from tf1compat.analysis.shapes.dimensions import BATCH, TIME, Dims
from tf1compat.analysis.shapes.rows.masks import marked
from tf1compat.analysis.shapes.walk import Changes, Walk, Want
from tf1compat.analysis.time.time_axis import COUNTED
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

LINES = """
    lengths = Placeholder() dtype=int32; shape=shape(None)
    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    steps = Const() dtype=int32; value=tensor(int32, 5)
    fewer = Const() dtype=int32; value=tensor(int32, 4)
    list = Const() dtype=int32; value=tensor(int32, [0, 1, 2, 3, 4])
    numbers = Range(zero, steps, one) Tidx=int32
    short = Range(zero, fewer, one) Tidx=int32
    row = ExpandDims(numbers, zero) T=int32; Tdim=int32
    column = ExpandDims(lengths, one) T=int32; Tdim=int32
"""
UNMARKED: Dims = ((BATCH,), (5,))
MARKED: Dims = ((BATCH,), (TIME,))


def walk(line: str, count: int | None = 5) -> Walk:
    found = Walk(from_text(LINES + line), {} if count is None else {TIME: count}, Changes())
    found.time.update({TensorRef(name): COUNTED for name in ("lengths", "column")})
    return found


@pytest.mark.parametrize(
    "line",
    [
        "y = Less(row, column) T=int32",
        "y = GreaterEqual(column, row) T=int32",
        "y = Less(numbers, column) T=int32",
        "one_based = Add(numbers, one) T=int32\ny = LessEqual(one_based, column) T=int32",
        "long = Cast(row) SrcT=int32; DstT=int64\nas_is = Identity(long) T=int64\ny = Less(as_is, column) T=int64",
    ],
)
def test_the_numbers_of_all_steps_mark_time(line: str) -> None:
    found = walk(line)
    assert marked(found, found.graph["y"], UNMARKED) == MARKED
    assert found.marks == {"y"}
    assert found.wants == [Want(TensorRef("numbers"), 0, (TIME,), "y")]


@pytest.mark.parametrize(
    "line",
    [
        "y = Add(row, column) T=int32",
        "y = Less(row, steps) T=int32",
        "y = Less(column, lengths) T=int32",
        "y = Less(short, column) T=int32",
        "y = Less(list, column) T=int32",
        "twice = Mul(row, one) T=int32\ny = Less(twice, column) T=int32",
    ],
)
def test_other_comparisons_mark_nothing(line: str) -> None:
    found = walk(line)
    assert marked(found, found.graph["y"], UNMARKED) == UNMARKED
    assert (found.marks, found.wants) == (set(), [])


@pytest.mark.parametrize(
    ("count", "dims"),
    [(None, UNMARKED), (4, UNMARKED), (5, ((BATCH,), (4,))), (5, ((BATCH,), None)), (5, None)],
)
def test_without_the_author_s_number_of_steps_there_is_no_time(count: int | None, dims: Dims) -> None:
    found = walk("y = Less(row, column) T=int32", count)
    assert marked(found, found.graph["y"], dims) == dims
    assert not found.marks
