"""Feeds made up for a signature: several sizes (0 too), ragged lengths, dense and one-hot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from tf1compat.errors import FeedError
from tf1compat.graph.attributes import Array
from tf1compat.verify.inputs.dimensions import BATCH, TIME
from tf1compat.verify.inputs.domain import Domain, SignatureDomain, Size
from tf1compat.verify.inputs.serialized import Part, encoded

#: Sizes of the batch and of the time axis, each pair a case; the empty ones last.
_PAIRS = ((1, 1), (1, 7), (2, 2), (2, 7), (5, 7), (5, 1), (0, 7), (2, 0))
_MANY = (64, 7)
#: Sizes of any other axis, in turn; the larger ones for images.
_LOOSE = (4, 7, 12, 33)
_LOOSE_IMAGE = (24, 36, 64)
#: Shapes in turn where any will do.
_RANKS: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3))
#: Ids that nothing bounds stay below this, or below 3.
_UNBOUNDED_IDS = {"uint8": 256, "int8": 100, "quint8": 256, "qint8": 100}
_WORDS = (b"the", b"a", b"of", b"truth", b"universally", b"", b"42", "\u00e9t\u00e9".encode())


@dataclass(frozen=True)
class Case:
    """One feed of one signature: arrays by alias."""

    signature: str
    name: str  # "batch 2, time 7"
    feeds: Mapping[str, Array]

    @property
    def is_empty(self) -> bool:
        """Whether some input has no element."""
        return any(each.size == 0 for each in self.feeds.values())


@dataclass(frozen=True)
class _Draw:
    """The choices that one case makes."""

    random: np.random.Generator
    sizes: Mapping[str, int]
    index: int
    empty_rows: bool = False  # some sequence has no step at all

    def size(self, size: Size) -> int:
        return self.sizes[size] if isinstance(size, str) else size


def cases(domain: SignatureDomain, seed: int, *, many_rows: bool = False) -> tuple[Case, ...]:
    """The cases of a signature; the same for the same seed.

    With `many_rows` one more has a large batch, so that a classifier is likely to name each of its classes.
    """
    random = np.random.default_rng(seed)
    pairs = (*_PAIRS, _MANY) if many_rows and BATCH in domain.symbols else _PAIRS
    draws = [_Draw(random, sizes, index) for index, sizes in enumerate(_all_sizes(domain, pairs))]
    if any(each.values.kind == "lengths" for each in domain.inputs):
        longest = max(draws[: len(_PAIRS)], key=lambda draw: sum(draw.sizes.values()))
        draws.append(_Draw(random, longest.sizes, len(draws), empty_rows=True))
    return tuple(_case(domain, draw) for draw in draws)


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


def _case(domain: SignatureDomain, draw: _Draw) -> Case:
    feeds = {each.alias: _array(each, draw) for each in domain.inputs}
    by_alias = {each.alias: each for each in domain.inputs}
    for composite in domain.composites:
        feeds |= composite.arrays(
            draw.size(BATCH), draw.random, lambda alias, shape: _filled(by_alias[alias], draw, shape)
        )
    parts = [f"{symbol} {size}" for symbol, size in draw.sizes.items()] or [f"example {draw.index + 1}"]
    if draw.empty_rows:
        parts.append("a length of 0")
    return Case(domain.signature, ", ".join(parts), MappingProxyType(feeds))


def _array(domain: Domain, draw: _Draw) -> Array:
    if domain.any_rank:
        return _filled(domain, draw, _RANKS[draw.index % len(_RANKS)])
    return _filled(domain, draw, tuple(draw.size(dim) for dim in domain.dims))


def _filled(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    """Values of an input in a shape."""
    dtype = domain.dtype.stand_in
    if dtype is None:
        raise FeedError(
            f"no values can be made up for input '{domain.alias}' of type {domain.dtype}; "
            "give some with --inputs"
        )
    values: Array = np.asarray(_MAKERS[domain.values.kind](domain, draw, shape))
    if domain.dtype == "bfloat16":
        return _rounded(values.astype(np.float32))
    return values if domain.dtype == "string" else values.astype(dtype)


def _rounded(values: Array) -> Array:
    """float32 values that bfloat16 has too: those without the lower half of their bits."""
    bits = np.ascontiguousarray(values).view(np.uint32) & np.uint32(0xFFFF0000)
    rounded: Array = bits.view(np.float32).reshape(values.shape)
    return rounded


def _normal(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    if domain.values.one_hot and draw.index % 2:
        chosen = draw.random.integers(0, shape[-1], shape[:-1])
        return np.asarray(chosen[..., None] == np.arange(shape[-1]))
    return draw.random.standard_normal(shape)


def _fraction(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    return draw.random.uniform(0.5, 1.0, shape)


def _ids(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    below = domain.values.below
    return draw.random.integers(0, _UNBOUNDED_IDS.get(domain.dtype, 3) if below is None else below, shape)


def _lengths(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    """Ragged: a full one first, one step last."""
    upper = draw.size(1 if domain.values.upper is None else domain.values.upper)
    lengths: Array = draw.random.integers(min(1, upper), upper + 1, shape)
    if lengths.ndim and lengths.size > 1:
        lengths[-1] = min(1, upper)
    if lengths.ndim and lengths.size:
        lengths[0] = 0 if draw.empty_rows else upper
    return lengths


def _size(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    return np.full(shape, draw.sizes.get(BATCH, 1))


def _boolean(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    return draw.random.integers(0, 2, shape) if shape else np.asarray(draw.index % 2)


def _text(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    """Texts of all sorts; where a table knows words, half of them are such."""
    chosen = np.asarray(_WORDS)[draw.random.integers(0, len(_WORDS), shape)]
    words = domain.values.words
    if not words:
        return chosen
    known = np.asarray(words)[draw.random.integers(0, len(words), shape)]
    return np.where(draw.random.integers(0, 2, shape) == 1, known, chosen)


def _serialized(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    """Strings that hold what the graph takes out of them."""
    domains = {each.tensor: each for each in domain.values.parts}

    def make(part: Part, sizes: tuple[int, ...], steps: int) -> Array:
        made = domains[part.tensor]
        if made.values.kind == "lengths":
            return np.full(sizes, steps)
        values = _filled(made, draw, sizes)
        return values.astype(object) if values.dtype.kind == "S" else values

    encoding, count = domain.values.encoding, int(np.prod(shape))
    if encoding is None:
        raise FeedError(
            f"nothing tells what is in the strings of input '{domain.alias}'; give some with --inputs"
        )
    strings = [encoded(encoding, draw.random, make) for _ in range(count)]
    return np.array([*strings, b""], object)[:-1].reshape(shape)


def _fixed(domain: Domain, draw: _Draw, shape: tuple[int, ...]) -> Array:
    return np.full(shape, domain.values.value)


_MAKERS: Mapping[str, Callable[[Domain, _Draw, tuple[int, ...]], Array]] = MappingProxyType({
    "normal": _normal, "fraction": _fraction, "ids": _ids, "lengths": _lengths, "size": _size,
    "boolean": _boolean, "text": _text, "serialized": _serialized, "fixed": _fixed,
})  # fmt: skip
