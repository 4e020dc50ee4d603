"""Inputs that are one value in several tensors: sparse (indices, values, shape) and ragged (values, row splits).

What is fed to one of them has to fit what is fed to the others, so they are made together.
Names: `tf.sparse_placeholder` (tensorflow/python/ops/array_ops.py) and `tf.ragged.placeholder`
(tensorflow/python/ops/ragged/ragged_factory_ops.py) give each part a name of its own under one scope. Where the
scope was left out, the ops that read the three parts of a sparse tensor tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import PASS_THROUGH, resolve
from tf1compat.names import TensorRef, leaf
from tf1compat.ops.decoders import SPARSE_OPS, SPARSE_PARTS
from tf1compat.ops.example_parsers import parsed_outputs
from tf1compat.plan.model import InputBinding

#: Where ops take a sparse tensor's indices, values and shape.
_READERS = {
    "SparseTensorDenseMatMul": (0, 1, 2), "SparseReorder": (0, 1, 2), "SparseToDense": (0, 2, 1),
    "SparseAdd": (0, 1, 2), "SparseTensorDenseAdd": (0, 1, 2), "SparseReduceSum": (0, 1, 2),
    "SparseReduceMax": (0, 1, 2), "SparseSoftmax": (0, 1, 2), "SparseFillEmptyRows": (0, 1, 2),
    "SparseDenseCwiseMul": (0, 1, 2), "SparseDenseCwiseDiv": (0, 1, 2), "SparseDenseCwiseAdd": (0, 1, 2),
    "SparseSlice": (0, 1, 2), "SerializeSparse": (0, 1, 2), "SerializeManySparse": (0, 1, 2),
}  # fmt: skip
_PARTS = ("indices", "values", "shape")
_LONGEST_ROW = 4
#: Makes an input's values in a shape of any size.
Make = Callable[[str, tuple[int, ...]], Array]


@dataclass(frozen=True)
class SparseInput:
    """The inputs of one sparse tensor by alias (None: the signature does not have it), and its dense shape.

    None in `dims` is any size; the first one is that of the batch.
    """

    indices: str
    values: str | None
    shape: str | None
    dims: tuple[int | None, ...]

    @property
    def aliases(self) -> tuple[str, ...]:
        return tuple(each for each in (self.indices, self.values, self.shape) if each is not None)

    def arrays(self, rows: int, random: np.random.Generator, make: Make) -> dict[str, Array]:
        """Entries in order, no two at one place, at least one in each row."""
        rows = rows if self.dims[0] is None else self.dims[0]
        rest = [_LONGEST_ROW if dim is None else dim for dim in self.dims[1:]]
        shape = (rows, *rest)
        taken = random.random(shape) < 0.5
        if taken.size:
            taken.reshape(rows, -1)[:, 0] = True
        places = np.argwhere(taken).astype(np.int64).reshape(-1, len(shape))
        found = {self.indices: places}
        if self.values is not None:
            found[self.values] = make(self.values, (len(places),))
        if self.shape is not None:
            found[self.shape] = np.array(shape, np.int64)
        return found


@dataclass(frozen=True)
class RaggedInput:
    """The inputs of one ragged tensor by alias: its values, and its row splits from the outermost inwards."""

    values: str | None
    splits: tuple[str, ...]
    inner: tuple[int | None, ...] = ()

    @property
    def aliases(self) -> tuple[str, ...]:
        return (*self.splits, *([] if self.values is None else [self.values]))

    def arrays(self, rows: int, random: np.random.Generator, make: Make) -> dict[str, Array]:
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
    return (*ragged, *_sparse(graph, rest))


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


def _sparse(graph: Graph, inputs: Mapping[TensorRef, InputBinding]) -> Iterator[SparseInput]:
    seen: set[TensorRef] = set()
    for parts in (
        *_decoded_together(graph, inputs),
        *_read_together(graph, inputs),
        *_named_together(inputs),
    ):
        indices = parts.get("indices")
        if indices is None or indices in seen or inputs[indices].shape.rank not in (2, None):
            continue
        seen.add(indices)
        values, shape = (inputs[ref].alias if (ref := parts.get(name)) else None for name in _PARTS[1:])
        yield SparseInput(inputs[indices].alias, values, shape, _dense_dims(graph, inputs, parts))


def _decoded_together(
    graph: Graph, inputs: Mapping[TensorRef, InputBinding]
) -> Iterator[dict[str, TensorRef]]:
    """The parts of each sparse tensor that one op gives."""
    groups: dict[tuple[str, str], dict[str, TensorRef]] = {}
    for ref in inputs:
        node = graph.producer(ref)
        if node.op in SPARSE_OPS:
            groups.setdefault((node.name, ""), {})[SPARSE_PARTS[ref.index]] = ref
        parsed = parsed_outputs(graph, node)
        if ref.index < len(parsed) and parsed[ref.index].part in _PARTS:
            groups.setdefault((node.name, parsed[ref.index].feature.key), {})[parsed[ref.index].part] = ref
    yield from groups.values()


def _read_together(graph: Graph, inputs: Mapping[TensorRef, InputBinding]) -> Iterator[dict[str, TensorRef]]:
    for node in graph.nodes:
        positions = _READERS.get(node.op)
        if positions is not None and len(node.inputs) > max(positions):
            refs = [resolve(graph, node.inputs[place], PASS_THROUGH) for place in positions]
            yield {name: ref for name, ref in zip(_PARTS, refs, strict=True) if ref in inputs}


def _named_together(inputs: Mapping[TensorRef, InputBinding]) -> Iterator[dict[str, TensorRef]]:
    groups: dict[str, dict[str, TensorRef]] = {}
    for ref in inputs:
        if leaf(ref.node) in _PARTS and ref.node != leaf(ref.node):
            groups.setdefault(ref.node.rpartition("/")[0], {})[leaf(ref.node)] = ref
    yield from (parts for parts in groups.values() if len(parts) > 1)


def _dense_dims(
    graph: Graph, inputs: Mapping[TensorRef, InputBinding], parts: Mapping[str, TensorRef]
) -> tuple[int | None, ...]:
    """The dense shape, as far as the graph tells: a matrix unless it says otherwise."""
    shape, indices = parts.get("shape"), parts["indices"]
    ranks = [inputs[shape].shape.dims if shape else None, (inputs[indices].shape.dims or ())[1:]]
    rank = next((dims[0] for dims in ranks if dims and dims[0] is not None), 2)
    return (*[None] * (rank - 1), _columns(graph, indices)) if rank > 1 else (None,) * rank


def _columns(graph: Graph, indices: TensorRef) -> int | None:
    """How many columns a product with a matrix demands."""
    for use in graph.uses.get(indices, ()):
        node = graph[use.node]
        if node.op == "SparseTensorDenseMatMul" and not node.attrs.get("adjoint_a"):
            dims = graph.static_shape(node.inputs[3]).dims
            return dims[1 if node.attrs.get("adjoint_b") else 0] if dims else None
    return None
