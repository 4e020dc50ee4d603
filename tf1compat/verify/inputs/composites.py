"""Inputs that are one value in several tensors: sparse (indices, values, shape) and ragged (values, row splits).

What is fed to one of them has to fit what is fed to the others, so they are made together.
Names: `tf.ragged.placeholder` (tensorflow/python/ops/ragged/ragged_factory_ops.py) gives each part a name of its own
under one scope. The parts of sparse tensors are told in `sparse`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

import numpy as np

from tf1compat.analysis.sparse_parts import sparse_inputs
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding

_LONGEST_ROW = 4
#: Entries that a dense tensor would have, beyond which few of them are filled.
_MANY = 40_000
#: Makes an input's values in a shape of any size.
Make = Callable[[str, tuple[int, ...]], Array]


@dataclass(frozen=True)
class SparseInput:
    """The inputs of one sparse tensor by alias (None: the signature does not have it), and its dense shape.

    In `dims`, None is any size, the first one that of the batch; a symbol has one size in all inputs.
    """

    indices: str
    values: str | None
    shape: str | None
    dims: tuple[int | str | None, ...]

    @property
    def aliases(self) -> tuple[str, ...]:
        return tuple(each for each in (self.indices, self.values, self.shape) if each is not None)

    def arrays(
        self,
        rows: int,
        random: np.random.Generator,
        make: Make,
        sizes: Mapping[str, int] = MappingProxyType({}),
    ) -> dict[str, Array]:
        """Entries in order, no two at one place, at least one in each row."""
        dims = [sizes[dim] if isinstance(dim, str) else dim for dim in self.dims]
        open_sizes = [rows, *[_LONGEST_ROW] * (len(dims) - 1)]
        shape = tuple(size if dim is None else dim for dim, size in zip(dims, open_sizes, strict=True))
        places = _places(shape, random)
        found = {self.indices: places}
        if self.values is not None:
            found[self.values] = make(self.values, (len(places),))
        if self.shape is not None:
            found[self.shape] = np.array(shape, np.int64)
        return found


def _places(shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """Half of the places, or some thousand of many, in order and with the first of each row."""
    size = prod(shape)
    if size > _MANY:
        firsts = np.arange(shape[0]) * (size // shape[0])
        chosen = np.union1d(firsts, random.integers(0, size, _MANY // 4))
        return np.stack(np.unravel_index(chosen, shape), -1).astype(np.int64)
    taken = random.random(shape) < 0.5
    if taken.size:
        taken.reshape(shape[0], -1)[:, 0] = True
    return np.argwhere(taken).astype(np.int64).reshape(-1, len(shape))


@dataclass(frozen=True)
class RaggedInput:
    """The inputs of one ragged tensor by alias: its values, and its row splits from the outermost inwards."""

    values: str | None
    splits: tuple[str, ...]
    inner: tuple[int | None, ...] = ()

    @property
    def aliases(self) -> tuple[str, ...]:
        return (*self.splits, *([] if self.values is None else [self.values]))

    def arrays(
        self,
        rows: int,
        random: np.random.Generator,
        make: Make,
        sizes: Mapping[str, int] = MappingProxyType({}),
    ) -> dict[str, Array]:
        """Rows of 0 to 4 elements, whose splits begin with 0 and end with the number of elements."""
        found: dict[str, Array] = {}
        for alias in self.splits:
            lengths = random.integers(0, _LONGEST_ROW + 1, rows)
            found[alias] = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
            rows = int(found[alias][-1])
        if self.values is not None:
            inner = tuple(_LONGEST_ROW if dim is None else dim for dim in self.inner)
            found[self.values] = make(self.values, (rows, *inner))
        return found


Composite = SparseInput | RaggedInput


def composites_of(graph: Graph, inputs: Sequence[InputBinding]) -> tuple[Composite, ...]:
    """The inputs of a signature that belong together."""
    ragged = tuple(_ragged(inputs))
    taken = {alias for each in ragged for alias in each.aliases}
    rest = {each.tensor: each for each in inputs if each.alias not in taken}
    found = sparse_inputs(graph, {ref: each.shape for ref, each in rest.items()})
    sparse = (
        SparseInput(rest[each.indices].alias, _alias(rest, each.values), _alias(rest, each.shape), each.dims)
        for each in found
    )
    return (*ragged, *sparse)


def _alias(inputs: Mapping[TensorRef, InputBinding], ref: TensorRef | None) -> str | None:
    return None if ref is None else inputs[ref].alias


def _ragged(inputs: Iterable[InputBinding]) -> Iterator[RaggedInput]:
    groups: dict[str, dict[str, InputBinding]] = {}
    for each in inputs:
        scope, _, name = each.tensor.node.rpartition("/")
        if name == "flat_values" or name.startswith("row_splits_"):
            groups.setdefault(scope, {})[name] = each
    for parts in groups.values():
        splits = tuple(parts[name].alias for name in sorted(parts) if name != "flat_values")
        values = parts.get("flat_values")
        inner = () if values is None or values.shape.dims is None else values.shape.dims[1:]
        if splits:
            yield RaggedInput(None if values is None else values.alias, splits, inner)
