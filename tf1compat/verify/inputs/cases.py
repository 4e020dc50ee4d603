"""Feeds made up for a signature: several sizes (0 too), ragged lengths, dense and one-hot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, prod
from types import MappingProxyType

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.verify.inputs.dimensions import BATCH, TIME
from tf1compat.verify.inputs.domain import Domain, SignatureDomain
from tf1compat.verify.inputs.value_makers import Decks, Draw, filled

#: The name of a case that the user fed.
GIVEN = "given inputs"
#: Sizes of the batch and of the time axis, each pair a case; the empty ones last.
_PAIRS = ((1, 1), (1, 7), (2, 2), (2, 7), (5, 7), (5, 1), (0, 7), (2, 0))
_MANY = (64, 7)
#: A pair in which all axes of time are as long as each other, where there are several.
_EQUAL_TIMES = (2, 4)
#: Sizes of any other axis, in turn; the larger ones for images.
_LOOSE = (4, 7, 12, 33)
_LOOSE_IMAGE = (24, 36, 64)
#: Shapes in turn where any will do.
_RANKS: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3))
#: Tables of up to this many rows are reached whole, by examples, or by one larger batch or longer run, more.
_SMALL_TABLE = 256
_LARGEST = {BATCH: 256, TIME: 64}


@dataclass(frozen=True)
class Case:
    """One feed of one signature: arrays by alias."""

    signature: str
    name: str  # "batch 2, time 7"
    feeds: Mapping[str, Array]
    sizes: Mapping[str, int] = field(default_factory=dict)  # of the axes that all inputs share: batch, time

    @property
    def is_given(self) -> bool:
        """Whether the user fed it."""
        return self.name == GIVEN

    @property
    def is_empty(self) -> bool:
        """Whether some input has no element."""
        return any(each.size == 0 for each in self.feeds.values())


def cases(
    domain: SignatureDomain, seed: int, *, many_rows: bool = False, scale: float = 1.0
) -> tuple[Case, ...]:
    """The cases of a signature; the same for the same seed.

    With `many_rows` one more has a large batch, so that a classifier is likely to name each of its classes. Inputs
    that take any numbers have them times `scale`.
    """
    random = np.random.default_rng(seed)
    decks = Decks(random)
    pairs = (*_PAIRS, _MANY) if many_rows and BATCH in domain.symbols else _PAIRS
    if sum(each.startswith(TIME) for each in domain.symbols) > 1:
        pairs = (*pairs, _EQUAL_TIMES)
    draws = [
        Draw(random, sizes, index, decks, scale=scale)
        for index, sizes in enumerate(_all_sizes(domain, pairs))
    ]
    if any(each.values.kind == "lengths" for each in domain.inputs):
        longest = max(draws[: len(_PAIRS)], key=lambda draw: sum(draw.sizes.values()))
        draws.append(Draw(random, longest.sizes, len(draws), decks, empty_rows=True, scale=scale))
    made = [_case(domain, draw) for draw in draws]
    if scale == 1.0:
        made += [_case(domain, draw) for draw in _until_all_rows(domain, decks, len(draws))]
    return tuple(made)


def _until_all_rows(domain: SignatureDomain, decks: Decks, index: int) -> Iterator[Draw]:
    """More cases, until ids have reached every row of small tables; each is made before the next is asked for."""
    for number in range(_SMALL_TABLE):
        left = [each for each in domain.inputs if decks.left_of(each.alias) > 0 and _is_small(each)]
        if not left:
            return
        sizes = _sizes(domain, index + number, 2, 7)
        axis = next((each for each in (BATCH, TIME) if each in domain.symbols), None)
        if axis is not None:
            wanted = max(ceil(_needed(each, decks) / _entries(each, sizes, axis)) for each in left)
            sizes[axis] = min(wanted, _LARGEST[axis])
        yield Draw(decks.random, sizes, index + number, decks)
        if axis is not None:
            return


def _needed(domain: Domain, decks: Decks) -> float:
    """How many entries are likely to reach all rows: of texts every other one is a word that is known."""
    return decks.left_of(domain.alias) * (4.0 if domain.values.kind == "text" else 1.5)


def _is_small(domain: Domain) -> bool:
    below = domain.values.below
    return domain.values.kind == "text" or (below is not None and below <= _SMALL_TABLE)


def _entries(domain: Domain, sizes: Mapping[str, int], axis: str) -> int:
    """How many entries an input has for each size of an axis."""
    found = [sizes[dim] if isinstance(dim, str) else dim for dim in domain.dims if dim != axis]
    return max(prod(found), 1)


def _all_sizes(domain: SignatureDomain, pairs: Iterable[tuple[int, int]]) -> Iterator[dict[str, int]]:
    """Sizes for the symbols of a signature: each combination once, three if nothing is open."""
    made: set[tuple[tuple[str, int], ...]] = set()
    if not domain.symbols & {BATCH, TIME}:
        yield from (_sizes(domain, index, 2, 7) for index in range(3))
        return
    for index, (batch, time) in enumerate(pairs):
        if 0 in (batch, time) and (BATCH if batch == 0 else TIME) not in domain.symbols:
            continue
        sizes = _sizes(domain, index, batch, time)
        if tuple(sizes.items()) not in made:
            made.add(tuple(sizes.items()))
            yield sizes


def _sizes(domain: SignatureDomain, index: int, batch: int, time: int) -> dict[str, int]:
    sizes = {}
    for symbol in sorted(domain.symbols):
        if symbol == BATCH:
            sizes[symbol] = batch
        elif symbol == TIME:
            sizes[symbol] = time
        elif symbol.startswith(TIME):
            sizes[symbol] = 2 * time % 5 + 1
        else:
            choices = _LOOSE_IMAGE if _is_of_image(domain, symbol) else _LOOSE
            sizes[symbol] = choices[index % len(choices)]
    return sizes


def _is_of_image(domain: SignatureDomain, symbol: str) -> bool:
    return any(symbol in each.dims and len(each.dims) > 3 for each in domain.inputs)


def _case(domain: SignatureDomain, draw: Draw) -> Case:
    feeds = {each.alias: _array(each, draw) for each in domain.inputs}
    by_alias = {each.alias: each for each in domain.inputs}
    for composite in domain.composites:
        feeds |= composite.arrays(
            draw.size(BATCH),
            draw.random,
            lambda alias, shape: filled(by_alias[alias], draw, shape),
            draw.sizes,
        )
    feeds |= {
        each.alias: np.full_like(feeds[each.alias], len(feeds[each.values.entries_of]))
        for each in domain.inputs
        if each.values.entries_of is not None
    }
    parts = [f"{symbol} {size}" for symbol, size in draw.sizes.items()] or [f"example {draw.index + 1}"]
    if draw.empty_rows:
        parts.append("a length of 0")
    if draw.scale != 1.0:
        parts.append(f"inputs times {draw.scale:g}")
    sizes = {symbol: size for symbol, size in draw.sizes.items() if symbol in (BATCH, TIME)}
    return Case(domain.signature, ", ".join(parts), MappingProxyType(feeds), sizes)


def _array(domain: Domain, draw: Draw) -> Array:
    if domain.any_rank:
        return filled(domain, draw, _RANKS[draw.index % len(_RANKS)])
    return filled(domain, draw, tuple(draw.size(dim) for dim in domain.dims))
