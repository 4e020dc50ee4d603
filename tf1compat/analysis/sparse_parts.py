"""Which inputs are the indices, the values and the shape of one sparse tensor.

The ops that read the three parts tell, also where the values were changed or entries left out on the way; and so do
the names that `tf.sparse_placeholder` (tensorflow/python/ops/array_ops.py) gives to parts under one scope.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from tf1compat.analysis.constants import constant
from tf1compat.graph.attributes import Shape
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef, leaf
from tf1compat.ops import families
from tf1compat.ops.axes.elementwise import UNARY
from tf1compat.ops.pipelines.decoders import SPARSE_OPS, SPARSE_PARTS
from tf1compat.ops.pipelines.example_parsers import parsed_outputs
from tf1compat.ops.sparse import sparse_operands

_PARTS = ("indices", "values", "shape")
#: Ops that take some entries of their first operand.
_CHOOSING = families.GATHER | families.GATHER_ND | families.STRIDED_SLICE
#: Ops whose output is a part of the same sparse tensor, or of some of its entries.
_KEEPS_PART = (
    UNARY | families.BINARY_ARITHMETIC | families.RESHAPES | _CHOOSING | families.SPARSE_REORDER
    | families.SPARSE_SOFTMAX | SWITCH | MERGE
)  # fmt: skip
#: What is fed, with its shape.
Inputs = Mapping[TensorRef, Shape]


class SparseParts(NamedTuple):
    """The inputs that are the parts of one sparse tensor; None in `dims` is any size."""

    indices: TensorRef
    values: TensorRef | None
    shape: TensorRef | None
    dims: tuple[int | None, ...]

    @property
    def parts(self) -> dict[str, TensorRef]:
        """The parts that are fed, by what they are."""
        parts = zip(_PARTS, (self.indices, self.values, self.shape), strict=True)
        return {name: ref for name, ref in parts if ref is not None}


class _Reading(NamedTuple):
    """The parts that something reads together, and what it says of the axes."""

    parts: Mapping[str, TensorRef]
    rank: int | None = None
    dims: tuple[int, ...] | None = None  # a constant shape


def sparse_inputs(graph: Graph, inputs: Inputs) -> tuple[SparseParts, ...]:
    """The inputs that belong to one sparse tensor each, in the order in which they are read."""
    found: dict[TensorRef, list[_Reading]] = {}
    readings = (*_decoded(graph, inputs), *_read(graph, inputs), *_named(inputs))
    for each in readings:
        indices = each.parts.get("indices")
        if indices is not None and inputs[indices].rank in (2, None):
            found.setdefault(indices, []).append(each)
    return tuple(_whole(graph, inputs, indices, each) for indices, each in found.items())


def _whole(graph: Graph, inputs: Inputs, indices: TensorRef, readings: list[_Reading]) -> SparseParts:
    parts: dict[str, TensorRef] = {}
    for each in readings:
        parts = {**each.parts, **parts}
    constant_dims = next((each.dims for each in readings if each.dims is not None), None)
    dims = constant_dims or _dense_dims(graph, inputs, parts, readings)
    return SparseParts(indices, parts.get("values"), parts.get("shape"), dims)


def _decoded(graph: Graph, inputs: Inputs) -> Iterator[_Reading]:
    """The parts of each sparse tensor that one op gives."""
    groups: dict[tuple[str, str], dict[str, TensorRef]] = {}
    for ref in inputs:
        node = graph.producer(ref)
        if node.op in SPARSE_OPS:
            groups.setdefault((node.name, ""), {})[SPARSE_PARTS[ref.index]] = ref
        parsed = parsed_outputs(graph, node)
        if ref.index < len(parsed) and parsed[ref.index].part in _PARTS:
            groups.setdefault((node.name, parsed[ref.index].feature.key), {})[parsed[ref.index].part] = ref
    yield from map(_Reading, groups.values())


def _read(graph: Graph, inputs: Inputs) -> Iterator[_Reading]:
    """The parts that one op reads, or something made of them."""
    for node in graph.nodes:
        refs = sparse_operands(node)
        if refs is not None:
            origins = {name: part_of(graph, ref, inputs) for name, ref in zip(_PARTS, refs, strict=True)}
            shape = constant(graph, refs[2])
            dims = None if shape is None else tuple(int(size) for size in shape.ravel())
            parts = {name: ref for name, ref in origins.items() if ref is not None}
            yield _Reading(parts, 2 if node.op in families.SPARSE_MATRIX_PRODUCT else None, dims)


def part_of(graph: Graph, ref: TensorRef, inputs: Container[TensorRef]) -> TensorRef | None:
    """The input that a part of a sparse tensor was made of."""
    seen: set[TensorRef] = set()
    todo = [ref]
    while todo:
        ref = todo.pop()
        if ref in inputs:
            return ref
        node = graph.producer(ref)
        if ref not in seen and node.op in _KEEPS_PART:
            todo += reversed(node.inputs[:1] if node.op in _CHOOSING else node.inputs)
        seen.add(ref)
    return None


def _named(inputs: Inputs) -> Iterator[_Reading]:
    groups: dict[str, dict[str, TensorRef]] = {}
    for ref in inputs:
        if leaf(ref.node) in _PARTS and ref.node != leaf(ref.node):
            groups.setdefault(ref.node.rpartition("/")[0], {})[leaf(ref.node)] = ref
    yield from (_Reading(parts) for parts in groups.values() if len(parts) > 1)


def _dense_dims(
    graph: Graph, inputs: Inputs, parts: Mapping[str, TensorRef], readings: list[_Reading]
) -> tuple[int | None, ...]:
    """The dense shape, as far as the graph tells: a matrix unless it says otherwise."""
    shape, indices = parts.get("shape"), parts["indices"]
    known = [inputs[shape].dims if shape else None, (inputs[indices].dims or ())[1:]]
    ranks = [each.rank for each in readings] + [dims[0] for dims in known if dims]
    rank = next((each for each in ranks if each is not None), 2)
    return (*[None] * (rank - 1), _columns(graph, indices)) if rank > 1 else (None,) * rank


def _columns(graph: Graph, indices: TensorRef) -> int | None:
    """How many columns a product with a matrix demands."""
    for use in graph.uses.get(indices, ()):
        node = graph[use.node]
        if node.op in families.SPARSE_MATRIX_PRODUCT and not node.attrs.get("adjoint_a"):
            dims = graph.static_shape(node.inputs[3]).dims
            return dims[1 if node.attrs.get("adjoint_b") else 0] if dims else None
    return None
