"""A model that takes any batch against an original that takes one: its answers to pieces of that size, put together.

The original runs a larger or smaller batch in pieces of its own size, the last filled up with rows that are thrown
away again. Equal row by row, the migrated model treats each example as the original does, whatever stands beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, Dim, Dims
from tf1compat.analysis.shapes.free import FreeSizes
from tf1compat.errors import PlanError
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.free_sizes import free_sizes_of
from tf1compat.plan.model import MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.original.reference import Reference
from tf1compat.verify.reloaded.fresh import Answer

_NO_ROWS = "the original takes no empty batch"


@dataclass(frozen=True)
class Rows:
    """Where the examples lie in an array: `axis` holds `outer` groups of each example's `inner` entries."""

    axis: int
    outer: int
    inner: int

    def count(self, array: Array) -> int:
        """How many examples an array holds."""
        return int(array.shape[self.axis]) // (self.outer * self.inner)

    def taken(self, array: Array, begin: int, end: int) -> Array:
        """The examples from `begin` to `end`, the last one again and again where the array ends before."""
        apart = self._apart(array)
        places = np.minimum(np.arange(begin, end), apart.shape[self.axis + 1] - 1)
        return self._together(np.take(apart, places, self.axis + 1), array)

    def joined(self, arrays: Sequence[Array], count: int) -> Array:
        """The first `count` examples of several arrays."""
        whole = np.concatenate([self._apart(each) for each in arrays], self.axis + 1)
        return self._together(np.take(whole, np.arange(count), self.axis + 1), arrays[0])

    def _apart(self, array: Array) -> Array:
        groups = (self.outer, self.count(array), self.inner)
        return array.reshape((*array.shape[: self.axis], *groups, *array.shape[self.axis + 1 :]))

    def _together(self, array: Array, like: Array) -> Array:
        size = self.outer * array.shape[self.axis + 1] * self.inner
        return array.reshape((*like.shape[: self.axis], size, *like.shape[self.axis + 1 :]))


class AnySize:
    """Runs cases of any batch on an original that takes batches of one size."""

    def __init__(self, graph: Graph, plan: MigrationPlan, reference: Reference) -> None:
        self._reference = reference
        self._size = 0 if plan.batch is None else plan.batch.size
        self._layouts = {each.name: layout_of(graph, plan, each) for each in _freed(plan)}
        self._axes = {} if plan.batch is None else plan.batch.axes

    @property
    def description(self) -> str:
        """What was run as the original."""
        return f"{self._reference.description}, for any batch run {self._size} examples at a time"

    def resized(self, made_up: Iterable[Case]) -> tuple[Case, ...]:
        """The cases, made up for the original's own size, at several sizes in turn where their signature takes any."""
        sizes = (self._size, 1, self._size + 2)
        return tuple(
            self._at_size(case, sizes[place % len(sizes)]) if case.signature in self._axes else case
            for place, case in enumerate(made_up)
        )

    def _at_size(self, case: Case, size: int) -> Case:
        axes = self._axes.get(case.signature, {})
        feeds = {
            alias: np.take(value, np.arange(size) % self._size, axes[alias]) if alias in axes else value
            for alias, value in case.feeds.items()
        }
        sizes = {**case.sizes, "batch": size}
        return Case(case.signature, f"{size} examples, {case.name}", MappingProxyType(feeds), sizes)

    def run(self, case: Case, only: Collection[str] | None = None) -> Answer:
        """The original's answer to a case, piece by piece."""
        axes = self._axes.get(case.signature, {})
        counts = {case.feeds[alias].shape[axis] for alias, axis in axes.items()}
        if len(counts) != 1 or counts == {self._size}:
            return self._reference.run(case, only)
        (count,) = counts
        if not count:
            return Answer({}, _NO_ROWS)
        answers = [self._reference.run(piece, only) for piece in self._pieces(case, axes, count)]
        failed = next((each for each in answers if each.error is not None), None)
        return failed or Answer(dict(self._put_together(case.signature, answers, count)))

    def observe(self, case: Case, tensors: Iterable[TensorRef]) -> Iterator[tuple[TensorRef, Array]]:
        """The values of tensors in each piece of a case."""
        axes, wanted = self._axes.get(case.signature, {}), tuple(tensors)
        counts = {case.feeds[alias].shape[axis] for alias, axis in axes.items()}
        pieces = self._pieces(case, axes, counts.pop()) if len(counts) == 1 else [case]
        for each in pieces:
            yield from self._reference.observe(each, wanted)

    def _pieces(self, case: Case, axes: Mapping[str, int], count: int) -> Iterator[Case]:
        for begin in range(0, count, self._size):
            feeds = {
                alias: Rows(axes[alias], 1, 1).taken(value, begin, begin + self._size)
                if alias in axes
                else value
                for alias, value in case.feeds.items()
            }
            yield replace(case, feeds=MappingProxyType(feeds))

    def _put_together(
        self, signature: str, answers: Sequence[Answer], count: int
    ) -> Iterator[tuple[str, Array]]:
        layout = self._layouts[signature]
        for alias, first in answers[0].outputs.items():
            rows = rows_of(layout[alias], first, self._size)
            arrays = [each.outputs[alias] for each in answers]
            yield alias, first if rows is None else rows.joined(arrays, count)


def of_any_size(graph: Graph, plan: MigrationPlan, reference: Reference) -> Reference | AnySize:
    """The original as it is, or, where the plan frees the batch, for cases of any size."""
    return AnySize(graph, plan, reference) if _freed(plan) else reference


def _freed(plan: MigrationPlan) -> list[SignaturePlan]:
    """The signatures that take any batch and are run for it; a step that is one of many applications has no run."""
    axes = {} if plan.batch is None else plan.batch.axes
    return [each for each in plan.signatures if each.name in axes and is_run_whole(each)]


def is_run_whole(signature: SignaturePlan) -> bool:
    """Whether the original can be run as a signature is: not, where it is one application of many."""
    return signature.step is None or signature.step.application is None


def layout_of(graph: Graph, plan: MigrationPlan, signature: SignaturePlan) -> dict[str, Dims]:
    """The dimensions of each output, by alias; raises PlanError where the batch of the plan is none of the graph's."""
    found = free_sizes_of(graph, plan, signature)
    if isinstance(found, Mismatch):
        raise PlanError([f"signature '{signature.name}' cannot take any batch: {found.reason}"])
    return {each.alias: _output_dims(each, found) for each in signature.outputs}


def _output_dims(output: OutputBinding, found: FreeSizes) -> Dims:
    piece = output.pieces[0]
    dims = found.dims.get(piece.tensor)
    stacked = () if output.joined is not None else ((None,) * len(piece.index))
    return None if dims is None else (*stacked, *dims)


def rows_of(dims: Dims, array: Array, size: int) -> Rows | None:
    """Where the examples lie in an output of the original; None where it has none."""
    for axis, dim in enumerate(dims or ()):
        if dim is not None and BATCH in dim:
            place, entries = dim.index(BATCH), int(array.shape[axis]) // size
            before, after = _number(dim[:place]), _number(dim[place + 1 :])
            if after is not None:
                return Rows(axis, entries // max(after, 1), after)
            return Rows(axis, before or 1, entries // (before or 1))
    return None


def _number(dim: Dim) -> int | None:
    """The product of factors; None where one of them is not known."""
    product = 1
    for factor in dim:
        if not isinstance(factor, int):
            return None
        product *= factor
    return product
