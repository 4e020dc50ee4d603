"""Reshape keeps the order of factors, so the batch can be followed through it."""

from __future__ import annotations

import pytest

from tf1compat.analysis.shapes.dimensions import (
    BATCH,
    REST,
    TIME,
    Dim,
    dim_of,
    has_symbol,
    joined,
    open_sizes,
    size_of,
)
from tf1compat.analysis.shapes.dimensions import reshaped as reshaped_dims

B: Dim = (BATCH,)
T: Dim = (TIME,)


def reshaped(
    dims: tuple[Dim | None, ...], sizes: tuple[int, ...], batch: int
) -> tuple[Dim | None, ...] | None:
    wanted = [REST if size == -1 else dim_of(size) or () for size in sizes]
    return reshaped_dims(dims, wanted, {BATCH: batch})


@pytest.mark.parametrize(
    ("dims", "sizes", "expected"),
    [
        ((B, (7,), (3,)), (-1, 3), ((BATCH, 7), (3,))),  # steps laid end to end
        ((B, (7,), (3,)), (28, 3), ((BATCH, 7), (3,))),
        (((BATCH, 7), (3,)), (4, 7, 3), (B, (7,), (3,))),  # and taken apart again
        (((7,), B, (3,)), (28, 3), ((7, BATCH), (3,))),  # step by step
        (((7, BATCH), (3,)), (7, 4, 3), ((7,), B, (3,))),
        ((B, (28,), (28,), ()), (4, 784), (B, (784,))),
        ((B, (784,)), (-1, 28, 28, 1), (B, (28,), (28,), ())),
        ((B, (6,)), (4, 2, -1), (B, (2,), (3,))),
        ((B, None, (3,)), (-1, 3), None),  # unknown in the middle: the rest is unknown, checked below
    ],
)
def test_where_the_batch_goes(
    dims: tuple[Dim | None, ...], sizes: tuple[int, ...], expected: tuple[Dim, ...] | None
) -> None:
    found = reshaped(dims, sizes, 4)
    if expected is None:
        assert found is not None
        assert has_symbol(found[0])
        assert found[1] == (3,)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("dims", "sizes"), [((B, (6,)), (2, 12)), ((B, (6,)), (3, 8)), (((3,), B), (6, 2)), ((B, (6,)), (4, 7))]
)
def test_a_batch_that_is_taken_apart_has_no_place(dims: tuple[Dim, ...], sizes: tuple[int, ...]) -> None:
    assert reshaped(dims, sizes, 4) is None


@pytest.mark.parametrize(
    ("dims", "sizes", "expected"),
    [
        ((B, (6,)), (1, 6), (B, (6,))),
        ((B, (7,), (3,)), (7, 3), ((BATCH, 7), (3,))),
        (((7,), B, (3,)), (7, 3), ((7, BATCH), (3,))),
        (((7,), B, (3,)), (7, 1, 3), ((7,), B, (3,))),
        ((B, (6,)), (6,), ((BATCH, 6),)),
    ],
)
def test_a_batch_of_one_is_still_told_apart(
    dims: tuple[Dim, ...], sizes: tuple[int, ...], expected: tuple[Dim, ...]
) -> None:
    assert reshaped(dims, sizes, 1) == expected


def test_products_and_sizes() -> None:
    assert joined([(2,), (3, BATCH), (5,)]) == (6, BATCH, 5)
    assert joined([(2,), None]) is None
    assert size_of((6, BATCH, 5), {BATCH: 4}) == 120
    assert open_sizes((B, (7,), None, (), (BATCH, 7))) == (None, 7, None, 1, None)


@pytest.mark.parametrize(
    ("dims", "wanted", "expected"),
    [
        ((B, T, (3,)), ((2500,), (3,)), ((BATCH, TIME), (3,))),
        (((BATCH, TIME), (3,)), ((50,), (50,), (3,)), (B, T, (3,))),  # by their order, where both are 50
        (((TIME, BATCH), (3,)), ((50,), (50,), (3,)), (T, B, (3,))),
        ((B, (TIME, 8)), (REST, (8,)), ((BATCH, TIME), (8,))),  # steps side by side, as of unrolled networks
        (((BATCH, TIME), (8,)), (B, REST, (8,)), (B, T, (8,))),
        (((TIME, BATCH), (8,)), (B, T, (8,)), None),  # the elements lie in another order than the shape says
        ((B, T, (3,)), (B, (50,), (3,)), (B, T, (3,))),
    ],
)
def test_batch_and_time_are_told_apart_by_their_order(
    dims: tuple[Dim | None, ...], wanted: tuple[Dim, ...], expected: tuple[Dim, ...] | None
) -> None:
    assert reshaped_dims(dims, wanted, {BATCH: 50, TIME: 50}) == expected
