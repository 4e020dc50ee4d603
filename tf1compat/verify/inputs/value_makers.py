"""Values for an input in a shape, one maker a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from tf1compat.errors import FeedError
from tf1compat.graph.attributes import Array
from tf1compat.verify.inputs.dimensions import BATCH
from tf1compat.verify.inputs.domain import Domain, Size
from tf1compat.verify.inputs.serialized import Part, encoded

#: Ids that nothing bounds stay below this, or below 3.
_UNBOUNDED_IDS = {"uint8": 256, "int8": 100, "quint8": 256, "qint8": 100}
_WORDS = (b"the", b"a", b"of", b"truth", b"universally", b"", b"42", "\u00e9t\u00e9".encode())
#: Tables of up to this many rows are gone through row by row; of larger ones rows are drawn.
_MOST_ROWS = 4096


@dataclass
class Decks:
    """The rows of each table that no case has touched yet, in an order of chance."""

    random: np.random.Generator
    left: dict[str, list[int]] = field(default_factory=dict)

    def left_of(self, name: str) -> int:
        """How many rows no case has touched."""
        return len(self.left.get(name, ()))

    def deal(self, name: str, rows: int, count: int) -> Array:
        """As many rows as asked for: three in four that were not dealt before, as long as there are any."""
        left = self.left.setdefault(
            name, self.random.permutation(rows).tolist() if rows <= _MOST_ROWS else []
        )
        new = min(count - count // 4, len(left))
        dealt, left[:] = left[:new], left[new:]
        drawn = self.random.integers(0, rows, count - new)
        found: Array = self.random.permutation(np.concatenate([np.array(dealt, np.int64), drawn]))
        return found


@dataclass(frozen=True)
class Draw:
    """The choices that one case makes."""

    random: np.random.Generator
    sizes: Mapping[str, int]
    index: int
    decks: Decks
    empty_rows: bool = False  # some sequence has no step at all
    scale: float = 1.0  # of values that may be any numbers

    def size(self, size: Size) -> int:
        return self.sizes[size] if isinstance(size, str) else size


def filled(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Values of an input in a shape."""
    dtype = domain.dtype.stand_in
    if dtype is None:
        raise FeedError(
            f"no values can be made up for input '{domain.alias}' of type {domain.dtype}; "
            "give some with --inputs"
        )
    values: Array = np.asarray(MAKERS[domain.values.kind](domain, draw, shape))
    if domain.dtype == "bfloat16":
        return _rounded(values.astype(np.float32))
    return values if domain.dtype == "string" else values.astype(dtype)


def _rounded(values: Array) -> Array:
    """float32 values that bfloat16 has too: those without the lower half of their bits."""
    bits = np.ascontiguousarray(values).view(np.uint32) & np.uint32(0xFFFF0000)
    rounded: Array = bits.view(np.float32).reshape(values.shape)
    return rounded


def _normal(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    if domain.values.one_hot and draw.index % 2 and draw.scale == 1.0:
        return _one_hot(domain, draw, shape)
    return draw.random.standard_normal(shape) * draw.scale


def _one_hot(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Rows with a single one; every class is chosen, as far as there are rows."""
    if not shape[-1]:
        return np.zeros(shape)
    chosen = draw.decks.deal(domain.alias, shape[-1], int(np.prod(shape[:-1]))).reshape(shape[:-1])
    return np.asarray(chosen[..., None] == np.arange(shape[-1]))


def _range(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Both ends are among the values."""
    values = draw.random.uniform(domain.values.low, domain.values.high, shape)
    if values.size > 1:
        values.flat[:2] = domain.values.low, domain.values.high
    return values


def _mask(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Zeros and ones, a one in each row: in turn as padding leaves them, and anywhere."""
    if not shape[-1]:
        return np.zeros(shape)
    if draw.index % 2 or len(shape) == 1:
        values = draw.random.integers(0, 2, shape)
        values[..., 0] = 1
        return values
    kept = draw.random.integers(1, shape[-1] + 1, shape[:-1])
    return np.asarray(np.arange(shape[-1]) < kept[..., None])


def _probabilities(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Rows that sum to one."""
    values = draw.random.uniform(0.05, 1.0, shape)
    if len(shape) < 2 or shape[-1] < 2:
        return values
    shares: Array = values / values.sum(axis=-1, keepdims=True)
    return shares


def _fraction(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    if draw.scale != 1.0:
        return draw.random.uniform(-draw.scale, draw.scale, shape)
    return draw.random.uniform(0.5, 1.0, shape)


def _ids(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    below = domain.values.below
    if below is None:
        return draw.random.integers(0, _UNBOUNDED_IDS.get(domain.dtype, 3), shape)
    return draw.decks.deal(domain.alias, below, int(np.prod(shape))).reshape(shape)


def _lengths(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Ragged: a full one first, one step last."""
    upper = draw.size(1 if domain.values.upper is None else domain.values.upper)
    lengths: Array = draw.random.integers(min(1, upper), upper + 1, shape)
    if lengths.ndim and lengths.size > 1:
        lengths[-1] = min(1, upper)
    if lengths.ndim and lengths.size:
        lengths[0] = 0 if draw.empty_rows else upper
    return lengths


def _size(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    return np.full(shape, draw.sizes.get(BATCH, 1))


def _boolean(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    return draw.random.integers(0, 2, shape) if shape else np.asarray(draw.index % 2)


def _text(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Texts of all sorts; where a table knows words, half of them are such."""
    chosen = np.asarray(_WORDS)[draw.random.integers(0, len(_WORDS), shape)]
    words = domain.values.words
    if not words:
        return chosen
    known = draw.random.integers(0, 2, shape) == 1
    dealt = np.asarray(words)[draw.decks.deal(domain.alias, len(words), int(known.sum()))]
    found = chosen.astype(np.result_type(chosen, dealt))
    found[known] = dealt
    return found


def _serialized(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    """Strings that hold what the graph takes out of them."""
    domains = {each.tensor: each for each in domain.values.parts}

    def make(part: Part, sizes: tuple[int, ...], steps: int) -> Array:
        made = domains[part.tensor]
        if made.values.kind == "lengths":
            return np.full(sizes, steps)
        values = filled(made, draw, sizes)
        return values.astype(object) if values.dtype.kind == "S" else values

    encoding, count = domain.values.encoding, int(np.prod(shape))
    if encoding is None:
        raise FeedError(
            f"nothing tells what is in the strings of input '{domain.alias}'; give some with --inputs"
        )
    strings = [encoded(encoding, draw.random, make) for _ in range(count)]
    return np.array([*strings, b""], object)[:-1].reshape(shape)


def _fixed(domain: Domain, draw: Draw, shape: tuple[int, ...]) -> Array:
    return np.full(shape, domain.values.value)


MAKERS: Mapping[str, Callable[[Domain, Draw, tuple[int, ...]], Array]] = MappingProxyType({
    "normal": _normal, "range": _range, "mask": _mask, "probabilities": _probabilities, "one_hot": _one_hot,
    "fraction": _fraction, "ids": _ids, "lengths": _lengths, "size": _size,
    "boolean": _boolean, "text": _text, "serialized": _serialized, "fixed": _fixed,
})  # fmt: skip
