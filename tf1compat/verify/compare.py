"""Two arrays compared: what differs, and by how much beyond the tolerance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.verify.comparison import OutputDifference


def difference(
    alias: str, expected: Array, found: Array, rtol: float, atol: float, moved: Array | None = None
) -> OutputDifference:
    """How far `found` is from `expected`.

    Floating values are within tolerance when |found - expected| <= atol + rtol * |expected|; NaN equals NaN
    at the same place, an infinity equals itself. All other types must be equal. An element that is beyond that may be
    as far off as the original itself `moved`, when what goes into it moved by one unit in the last place.
    """
    types = type_name(expected), type_name(found)
    shapes = expected.shape, found.shape
    if types[0] != types[1] or shapes[0] != shapes[1]:
        return OutputDifference(alias, *types, *shapes, None, None, None)
    measure = _inexact if expected.dtype.kind in "fc" else _exact
    absolute, relative, excess = measure(expected, found, rtol, atol)
    if moved is None or excess <= 0 or types[0] == "string":
        return OutputDifference(alias, *types, *shapes, absolute, relative, excess)
    allowed = (rtol, atol) if expected.dtype.kind in "fc" else (0.0, 0.0)
    excess, moves = _beside(expected, found, *allowed, moved)
    return OutputDifference(alias, *types, *shapes, absolute, relative, excess, original_moves=moves)


def _beside(expected: Array, found: Array, rtol: float, atol: float, moved: Array) -> tuple[float, float]:
    """By how much the difference exceeds the original's own movement where it is beyond the tolerance, and that."""
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    one, other = expected.astype(wide), found.astype(wide)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(other - one)
    scale = np.where(np.isfinite(one), np.abs(one), 0.0)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    beyond = ~same & ~(apart <= atol + rtol * scale)
    # Where the original itself comes to infinity, or to no number, every other answer is as good, but for no number.
    unbounded = np.isnan(moved) | (np.isinf(moved) & ~np.isnan(other))
    with np.errstate(invalid="ignore"):
        excess = np.where(unbounded, 0.0, apart - np.where(unbounded, 0.0, moved))
    return _largest(excess[beyond], -atol), _largest(moved[beyond], 0.0)


def magnitude(array: Array) -> float:
    """The largest finite absolute value of an array, or one where that is less."""
    if array.dtype.kind not in "fc" or not array.size:
        return 1.0
    sizes = np.abs(array.astype(np.complex128 if array.dtype.kind == "c" else np.float64))
    return max(1.0, _largest(sizes[np.isfinite(sizes)], 0.0))


def likeness(alias: str, expected: Array, found: Array) -> OutputDifference:
    """Whether two draws have one type and shape, and are finite alike; their values say nothing."""
    excess = 0.0 if _is_finite(found) or not _is_finite(expected) else float("inf")
    types, shapes = (type_name(expected), type_name(found)), (expected.shape, found.shape)
    return OutputDifference(alias, *types, *shapes, None, None, excess, drawn=True)


def _is_finite(array: Array) -> bool:
    return array.dtype.kind not in "fc" or bool(np.all(np.isfinite(array)))


def type_name(array: Array) -> str:
    """The name of TensorFlow's element type."""
    return "string" if array.dtype.kind in "SUO" else array.dtype.name


def _exact(expected: Array, found: Array, rtol: float, atol: float) -> tuple[float, float, float]:
    differs = _plain(expected) != _plain(found)
    if not np.any(differs):
        return 0.0, 0.0, 0.0
    if expected.dtype.kind not in "iu":
        return float("inf"), float("inf"), float("inf")
    one, other = expected[differs].astype(np.float64), found[differs].astype(np.float64)
    apart = np.maximum(np.abs(other - one), 1.0)  # two large integers may be one float
    return float(np.max(apart)), _largest_relative(apart, one), float(np.max(apart))


def _plain(array: Array) -> Array:
    """Strings as fixed-width bytes, so that both sides are held alike."""
    return array.astype(np.bytes_) if type_name(array) == "string" else array


def _inexact(expected: Array, found: Array, rtol: float, atol: float) -> tuple[float, float, float]:
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    one, other = expected.astype(wide), found.astype(wide)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.where(same, 0.0, np.abs(other - one))
    # An infinity on one side is infinitely far from all but itself, whatever share of it is tolerated.
    scale = np.where(np.isfinite(one), np.abs(one), 0.0)
    excess = np.where(same, -atol, apart - atol - rtol * scale)
    return _largest(apart, 0.0), _largest_relative(apart, one), _largest(excess, -atol)


def _largest(values: Array, of_nothing: float) -> float:
    return float(np.max(values)) if values.size else of_nothing


def _largest_relative(apart: Array, expected: Array) -> float:
    scaled = (expected != 0) & np.isfinite(expected)
    return _largest(apart[scaled] / np.abs(expected[scaled]), 0.0)


def missing(alias: str, expected: Array) -> OutputDifference:
    """The difference of an output that the migrated model does not have."""
    return OutputDifference(alias, type_name(expected), "missing", expected.shape, (), None, None, None)


def labelled(
    scores: Array, names: tuple[str, ...], found_ids: Array | None, rtol: float, atol: float
) -> Mapping[str, Array]:
    """The `class_ids` and `classes` that belong to the original's scores.

    Where the id that was found has a score as large as the largest, within tolerance, it is the expected
    one: a tie.
    """
    ids: Array = np.zeros(scores.shape[:-1], np.int64)
    if scores.size:
        ids = np.argmax(scores, axis=-1).astype(np.int64)
    if found_ids is not None and found_ids.shape == ids.shape and _are_ids(found_ids, scores.shape[-1]):
        best = np.take_along_axis(scores, ids[..., None], axis=-1)[..., 0]
        chosen = np.take_along_axis(scores, found_ids[..., None].astype(np.int64), axis=-1)[..., 0]
        ids = np.where(best - chosen <= atol + rtol * np.abs(best), found_ids, ids).astype(np.int64)
    return {"class_ids": ids, "classes": name_table(names)[ids]}


def name_table(names: tuple[str, ...]) -> Array:
    """Class names as the model holds them: UTF-8, in the order of the neurons."""
    return np.array([name.encode() for name in names])


def _are_ids(values: Array, count: int) -> bool:
    return values.dtype.kind in "iu" and bool(np.all((values >= 0) & (values < count)))
