"""Dimensions as products of numbers and symbols, outermost factor first.

`()` is 1; `(BATCH, 7)` is a batch of sequences of 7 laid end to end; `(7, BATCH)` the same, step by step. None is a
dimension of which nothing is known. Reshape keeps the order of factors, so it can be followed through any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Final, TypeAlias

BATCH: Final = "batch"
TIME: Final = "time"
SYMBOLS: Final = frozenset({BATCH, TIME})
_ANY = "any"
Dim: TypeAlias = tuple[int | str, ...]
Dims: TypeAlias = tuple[Dim | None, ...] | None
#: The rest of a shape: the size that is left when all others are known.
REST: Final[Dim] = (-1,)
#: The numbers that a graph's author had in the place of symbols; a symbol without one was open to him too.
Numbers: TypeAlias = Mapping[str, int]


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


def has_symbol(dim: Dim | None) -> bool:
    """Whether a dimension depends on a size that is not a number."""
    return dim is not None and not SYMBOLS.isdisjoint(dim)


def any_symbol(dims: Dims) -> bool:
    """Whether some dimension has a symbol for a factor."""
    return dims is not None and any(map(has_symbol, dims))


def axis_of(symbol: str, dims: Dims) -> int | None:
    """The first axis whose dimension has a symbol for a factor."""
    return next((axis for axis, dim in enumerate(dims or ()) if dim is not None and symbol in dim), None)


def size_of(dim: Dim, numbers: Numbers) -> int | None:
    """The number that a dimension was for the author; None where it was open to him."""
    sizes = [each if isinstance(each, int) else numbers.get(each) for each in dim if each != _ANY]
    known = [each for each in sizes if each is not None]
    return prod(known) if len(known) == len(sizes) else None


def open_sizes(dims: Dims) -> tuple[int | None, ...] | None:
    """The shape for any sizes: None wherever a symbol is a factor, or nothing is known."""
    return None if dims is None else tuple(None if has_symbol(each) else _number(each) for each in dims)


def _number(dim: Dim | None) -> int | None:
    return None if dim is None else size_of(dim, {})


def reshaped(
    dims: Sequence[Dim | None], wanted: Sequence[Dim], numbers: Numbers
) -> tuple[Dim | None, ...] | None:
    """The dimensions that the elements of `dims` have in another shape; `REST` may stand for one of them.

    None where a symbol would be taken apart, or where too little is known.
    """
    factors = [factor for dim in dims for factor in ((_ANY,) if dim is None else dim)]
    rest = wanted.index(REST) if REST in wanted else len(wanted)
    before = _taken(factors, wanted[:rest], numbers)
    if rest == len(wanted):
        return before if before is not None and not factors else None
    factors.reverse()
    backwards = [tuple(reversed(each)) for each in wanted[:rest:-1]]
    after = _taken(factors, backwards, numbers)
    if before is None or after is None:
        return None
    middle = joined((factor,) for factor in reversed(factors))
    unknown = middle is not None and _ANY in middle and not has_symbol(middle)
    return (*before, None if unknown else middle, *(tuple(reversed(each)) for each in reversed(after)))


def _taken(factors: list[int | str], wanted: Sequence[Dim], numbers: Numbers) -> tuple[Dim, ...] | None:
    """Factors taken off the front for one dimension after another."""
    found: list[Dim] = []
    for place, dim in enumerate(wanted):
        taken = _factors_of(factors, dim, numbers)
        if taken is None:
            return None
        following = wanted[place + 1] if place + 1 < len(wanted) else None
        if (
            following != ()
            and _is_single(factors[:1], numbers)
            and (following is None or following[0] not in factors[:1])
        ):
            taken = (*taken, factors.pop(0))  # a size of one stands with what comes before it
        found.append(taken)
    return tuple(found)


def _is_single(factors: Sequence[int | str], numbers: Numbers) -> bool:
    return bool(factors) and isinstance(factors[0], str) and numbers.get(factors[0]) == 1


def _factors_of(factors: list[int | str], dim: Dim, numbers: Numbers) -> Dim | None:
    """The first factors whose product is a dimension: symbols by themselves, numbers as they come."""
    if dim == ():
        return _product_of(factors, 1, numbers)
    parts: list[Dim] = []
    for factor in dim:
        if isinstance(factor, str):
            if not factors or factors[0] != factor:
                return None
            parts.append((factors.pop(0),))
            continue
        part = _product_of(factors, factor, numbers)
        if part is None:
            return None
        parts.append(part)
    return joined(parts)


def _product_of(factors: list[int | str], size: int, numbers: Numbers) -> Dim | None:
    """The first factors whose product is `size`; a number may be split, a symbol not."""
    if size == 1 and _is_single(factors[:1], numbers):
        return (factors.pop(0),)
    taken: list[int | str] = []
    while size > 1:
        first = factors[0] if factors else _ANY
        number = numbers.get(first) if isinstance(first, str) else first
        if number is None or number == 0:
            return None
        if size % number == 0:
            taken.append(factors.pop(0))
            size //= number
        elif isinstance(first, int) and number % size == 0:
            taken.append(size)
            factors[0] = number // size
            size = 1
        else:
            return None
    return joined((each,) for each in taken)
