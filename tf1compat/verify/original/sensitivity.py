"""How far the original's own answers move when what goes into it moves by one unit in the last place.

An output that is ill-conditioned at some input (the logarithm of a share that a saturated sigmoid rounds to nothing)
has no more right digits than that: by as much two correct programs may differ. The same place is lost and won where
TensorFlow fuses ops, which it does in functions but not in a session that runs part of a graph; so the original is
also run fused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from tf1compat.errors import RestoreError
from tf1compat.graph.attributes import Array
from tf1compat.ops.families import VARIABLE_HANDLE, VARIABLES
from tf1compat.restore.session import LegacySession
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.original.precision import EPSILON, Coarse
from tf1compat.verify.reloaded.fresh import Answer

#: By alias, how far each element of an output moves; infinite where it comes to infinity, NaN where it is no number.
Movement = Mapping[str, Array]
Run = Callable[[Case, Collection[str] | None], Answer]
#: All values up, all down, and so often each by chance.
_BY_CHANCE = 4


@dataclass(frozen=True)
class Sensitivity:
    """Moves the inputs of a case, and the weights too where that is asked for, to see what becomes of the outputs."""

    legacy: LegacySession | None  # None: it is another model that is run, and its inputs alone are moved
    run: Run
    variables: Sequence[str]
    coarse: Coarse  # where these are computed in a type of fewer digits, it is its last place that counts
    seed: int

    def of(self, case: Case, expected: Answer, weights: bool) -> Movement:
        """The largest movement of each element of each output."""
        coarse = max(self.coarse.get(case.signature, {}).values(), key=EPSILON.__getitem__, default="")
        random = np.random.default_rng(self.seed)
        moved = {alias: np.zeros(value.shape) for alias, value in expected.outputs.items()}
        for answer in chain(
            self._fused(case, expected), self._moved(case, _directions(random, coarse), weights)
        ):
            for alias, value in answer.outputs.items():
                moved[alias] = np.maximum(moved[alias], _apart(expected.outputs[alias], value))
        return MappingProxyType(moved)

    def _fused(self, case: Case, expected: Answer) -> Iterator[Answer]:
        """Answers to the same inputs, ops being fused as TensorFlow sees fit, which depends on what is asked for."""
        if self.legacy is None:
            return
        try:
            with self.legacy.optimized():
                yield from (self.run(case, only) for only in (None, *([alias] for alias in expected.outputs)))
        except (tf.errors.OpError, RestoreError):
            return  # ops that cannot be placed here may stand in the graph, as long as nobody asks for them

    def _moved(self, case: Case, directions: Iterable[Direction], weights: bool) -> Iterator[Answer]:
        for direction in directions:
            feeds = {alias: direction.moved(value) for alias, value in case.feeds.items()}
            shifted = replace(case, feeds=MappingProxyType(feeds))
            if not weights or self.legacy is None:
                yield self.run(shifted, None)
            else:
                with self._moved_weights(self.legacy, direction):
                    yield from (self.run(each, None) for each in (case, shifted))

    @cached_property
    def _weights(self) -> tuple[_Weight, ...]:
        if self.legacy is None:
            return ()
        found = (_Weight.of(self.legacy, name) for name in self.variables)
        return tuple(each for each in found if each is not None)

    @contextmanager
    def _moved_weights(self, legacy: LegacySession, direction: Direction) -> Iterator[None]:
        held = [(each, each.read(legacy)) for each in self._weights]
        try:
            for weight, value in held:
                weight.write(legacy, direction.moved(value))
            yield
        finally:
            for weight, value in held:
                weight.write(legacy, value)


class Direction(NamedTuple):
    """Where values move: `sign` times infinity, or each by chance; by a place of another type, if one is named."""

    sign: int
    random: np.random.Generator
    coarse: str = ""

    def moved(self, values: Array) -> Array:
        """The values, those of floating types each at the next number."""
        if values.dtype.kind != "f":
            return values
        signs = self.random.integers(0, 2, values.shape) * 2 - 1 if self.sign == 0 else self.sign
        moved: Array = np.nextafter(values, np.asarray(signs * np.inf, values.dtype))
        if self.coarse:
            moved = np.asarray(values + signs * np.abs(values) * EPSILON[self.coarse], values.dtype)
        return moved


def _directions(random: np.random.Generator, coarse: str) -> Iterator[Direction]:
    for sign in (1, -1, *[0] * _BY_CHANCE):
        yield Direction(sign, random, coarse)


def _apart(one: Array, other: Array) -> Array:
    """The distance of each element; nothing is known of answers of another shape or of no numbers."""
    if one.shape != other.shape or one.dtype.kind not in "fciub":
        return np.zeros(one.shape)
    wide = np.complex128 if one.dtype.kind == "c" else np.float64
    first, second = one.astype(wide), other.astype(wide)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    with np.errstate(invalid="ignore", over="ignore"):
        apart: Array = np.where(same, 0.0, np.abs(second - first))
    return apart


class _Weight(NamedTuple):
    """A variable of the original graph, and how its value is taken and given."""

    value: Any
    fed: Any
    assign: Any

    @classmethod
    def of(cls, legacy: LegacySession, name: str) -> _Weight | None:
        """The ops that read and write a variable; None where it is no variable of a floating type."""
        try:
            operation = legacy.graph.get_operation_by_name(name)
        except KeyError:
            return None
        if operation.type not in VARIABLES:
            return None
        dtype, handle = operation.get_attr("dtype"), operation.outputs[0]
        if not dtype.is_floating:
            return None
        with legacy.graph.as_default():
            fed = tf.compat.v1.placeholder(dtype)
            if operation.type not in VARIABLE_HANDLE:
                return cls(
                    tf.identity(handle), fed, tf.raw_ops.Assign(ref=handle, value=fed, validate_shape=False)
                )
            value = tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)
            return cls(value, fed, tf.raw_ops.AssignVariableOp(resource=handle, value=fed))

    def read(self, legacy: LegacySession) -> Array:
        value: Array = np.asarray(legacy.session.run(self.value))
        return value

    def write(self, legacy: LegacySession, value: Array) -> None:
        legacy.session.run(self.assign, {self.fed: value})
