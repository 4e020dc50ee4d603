"""Dimensions as products in which the batch is a factor of its own, outermost first.

`()` is 1; `(BATCH, 7)` is a batch of sequences of 7 laid end to end; `(7, BATCH)` the same, step by step. None is a
dimension of which nothing is known. Reshape keeps the order of factors, so it can be followed through any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import TypeAlias

BATCH = "batch"
_ANY = "any"
Dim: TypeAlias = tuple[int | str, ...]
Dims: TypeAlias = tuple[Dim | None, ...] | None


def dim_of(size: int | None) -> Dim | None:
    """A plain number as a dimension."""
    return None if size is None else () if size == 1 else (size,)


def dims_of(sizes: Iterable[int | None] | None) -> Dims:
    """A recorded shape as dimensions."""
    return None if sizes is None else tuple(map(dim_of, sizes))


def joined(parts: Iterable[Dim | None]) -> Dim | None:
    """The product of dimensions, in this order; numbers side by side are multiplied."""
    found: list[int | str] = []
    for part in parts:
        if part is None:
            return None
        for factor in part:
            last = found[-1] if found else None
            if isinstance(factor, int) and isinstance(last, int):
                found[-1] = last * factor
            else:
                found.append(factor)
    return tuple(found)


def has_batch(dim: Dim | None) -> bool:
    """Whether the batch is a factor of a dimension."""
    return dim is not None and BATCH in dim


def any_batch(dims: Dims) -> bool:
    """Whether the batch is a factor of some dimension."""
    return dims is not None and any(map(has_batch, dims))


def size_of(dim: Dim, batch: int) -> int:
    """The number that a dimension was for the author."""
    return prod(each if isinstance(each, int) else batch for each in dim if each != _ANY)


def open_sizes(dims: Dims) -> tuple[int | None, ...] | None:
    """The shape for any batch: None wherever the batch is a factor, or nothing is known."""
    return None if dims is None else tuple(_open_size(each) for each in dims)


def _open_size(dim: Dim | None) -> int | None:
    return None if dim is None or has_batch(dim) else size_of(dim, 1)


def reshaped(dims: Sequence[Dim | None], sizes: Sequence[int], batch: int) -> tuple[Dim, ...] | None:
    """The dimensions that the elements of `dims` have in another shape of the author's (one size may be -1).

    None where the batch would be taken apart, or where too little is known.
    """
    factors = [factor for dim in dims for factor in ((_ANY,) if dim is None else dim)]
    rest = sizes.index(-1) if -1 in sizes else len(sizes)
    before = _taken(factors, sizes[:rest], batch)
    if rest == len(sizes):
        return before if before is not None and not factors else None
    factors.reverse()
    after = _taken(factors, sizes[:rest:-1], batch)
    if before is None or after is None:
        return None
    middle = joined((factor,) for factor in reversed(factors))
    return (*before, middle or (), *(tuple(reversed(each)) for each in reversed(after)))


def _taken(factors: list[int | str], sizes: Sequence[int], batch: int) -> tuple[Dim, ...] | None:
    """Factors taken off the front for one size after another."""
    found: list[Dim] = []
    for place, size in enumerate(sizes):
        taken = _product_of(factors, size, batch)
        if taken is None:
            return None
        following = sizes[place + 1] if place + 1 < len(sizes) else 0
        if batch == 1 and factors[:1] == [BATCH] and following != 1:
            taken = (*taken, factors.pop(0))  # a batch of one stands with what comes before it
        found.append(taken)
    return tuple(found)


def _product_of(factors: list[int | str], size: int, batch: int) -> Dim | None:
    """The first factors whose product is `size`; a number may be split, the batch not."""
    if size == 1 and batch == 1 and factors[:1] == [BATCH]:
        return (factors.pop(0),)
    taken: list[int | str] = []
    while size > 1:
        first = factors[0] if factors else _ANY
        number = batch if first == BATCH else first
        if not isinstance(number, int) or number == 0:
            return None
        if size % number == 0:
            taken.append(factors.pop(0))
            size //= number
        elif first != BATCH and number % size == 0:
            taken.append(size)
            factors[0] = number // size
            size = 1
        else:
            return None
    return joined((each,) for each in taken)
