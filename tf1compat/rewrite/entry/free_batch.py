"""A graph that was built for one number of examples takes any: what found out how is in `analysis.batch`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from tf1compat.analysis.batch import FreeBatch, find_free_batch
from tf1compat.analysis.batch.dims import BATCH, Dim, Dims, has_batch, open_sizes
from tf1compat.analysis.batch.walk import Vector
from tf1compat.analysis.constants import constant
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.pattern import Mismatch
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.graph.frames import frame_of_nodes
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import SHAPES
from tf1compat.rewrite.base import Outcome, fresh_name, substitute
from tf1compat.rewrite.emit import INT, Emitter

_MADE_BY = "free_batch"
_ELEMENT_SHAPES = ("element_shape", "element_shape_except0")


def free_batch(
    graph: Graph, size: int, axes: Mapping[str, int], fed: Sequence[str], outputs: Sequence[TensorRef]
) -> Outcome:
    """Whatever was made for `size` examples is made for as many as are fed.

    `axes` gives the axis of the batch in each fed node that has one. Raises RewriteError where the graph has no such
    form.
    """
    given = {TensorRef(name): axis for name, axis in axes.items()}
    found = find_free_batch(graph, size, given, map(TensorRef, fed), outputs)
    if isinstance(found, Mismatch):
        raise RewriteError(f"the batch cannot be free: {found.reason}; leave out --batch free")
    freed = _Freed(graph, found)
    result = freed.graph_for_any_batch()
    return Outcome(result, freed.count, f"what was made for a batch of {size} is made for any")


class _Freed:
    """Makes the changes that were found."""

    def __init__(self, graph: Graph, found: FreeBatch) -> None:
        self.graph, self.found, self.count = graph, found, 0
        self._emitter = Emitter("any_batch", _MADE_BY, graph.by_name)
        self._added: list[Node] = []
        self._frames = frame_of_nodes(graph)

    def graph_for_any_batch(self) -> Graph:
        changed = {name: self._spread(name, axis) for name, axis in self.found.spread.items()}
        for (name, position), vector in self.found.vectors.items():
            node = changed.get(name, self.graph[name])
            changed[name] = self._reading(node, position, vector)
        changed |= {
            node.name: _silent(node) for node in self.graph.nodes if _asserts_shapes(self.graph, node)
        }
        self.count = len(changed)
        graph = substitute(self.graph, changed, [*self._emitter.nodes, *self._added])
        return graph.replacing(self._described(node) for node in graph.nodes)

    # ---------------------------------------------------------------------------------------- what is read

    def _reading(self, node: Node, position: int, vector: Vector) -> Node:
        """The node with another shape to read at one input."""
        dtype = dtype_of(self.graph, node.inputs[position])
        dtype = dtype if dtype in ("int32", "int64") else INT
        scalar = self.graph.static_shape(node.inputs[position]).dims == ()
        new = self._shape(node, vector, dtype, scalar=scalar)
        return replace(node, inputs=(*node.inputs[:position], new, *node.inputs[position + 1 :]))

    def _shape(self, node: Node, vector: Vector, dtype: DType, *, scalar: bool) -> TensorRef:
        if node.op == "Reshape" and sum(has_batch(dim) for dim in vector) == 1 and (-1,) not in vector:
            vector = tuple((-1,) if has_batch(dim) else dim for dim in vector)
        if not any(map(has_batch, vector)):
            return self._constant(node, [_number(dim) for dim in vector], dtype)
        entries = [self._entry(node, dim) for dim in vector]
        if scalar:
            return self._typed(entries[0], dtype)
        return self._typed(self._emitter("Pack", *entries, N=len(entries), T=INT, axis=0), dtype)

    def _entry(self, node: Node, dim: Dim | None) -> TensorRef:
        if not has_batch(dim):
            return self._constant(node, _number(dim), INT)
        batch, others = self._batch_beside(node), _number(tuple(each for each in dim or () if each != BATCH))
        return batch if others == 1 else self._emitter("Mul", batch, self._constant(node, others, INT), T=INT)

    def _typed(self, ref: TensorRef, dtype: DType) -> TensorRef:
        return ref if dtype == INT else self._emitter("Cast", ref, SrcT=INT, DstT=dtype)

    def _constant(self, node: Node, value: object, dtype: DType) -> TensorRef:
        """A constant in the frame of the node that it serves."""
        if node.name not in self._frames:
            return self._emitter.constant(value, dtype)
        # The control input keeps the constant in the frame.
        name = fresh_name(
            {*self.graph.by_name, *(each.name for each in self._added)}, f"{node.name}/any_batch"
        )
        beside = node.control_inputs[:1] or (node.inputs[0].node,)
        self._added.append(
            make_node(name, "Const", control_inputs=beside, made_by=_MADE_BY, dtype=dtype,
                      value=TensorValue.of(value, dtype))
        )  # fmt: skip
        return TensorRef(name)

    # ------------------------------------------------------------------------------------------- the batch

    @cached_property
    def _batch(self) -> TensorRef:
        """How many examples are fed, as a scalar outside of all loops."""
        ref, axis = next(iter(self.found.inputs.items()))
        return self._emitter.dimension(ref, axis, dtype_of(self.graph, ref))

    def _batch_beside(self, node: Node) -> TensorRef:
        """The same where a node stands: handed into its loop."""
        frames = self._frames.get(node.name, ())
        ref = self._batch
        for depth in range(len(frames)):
            ref = self._entered(ref, frames[: depth + 1])
        return ref

    def _entered(self, ref: TensorRef, frames: tuple[str, ...]) -> TensorRef:
        enter = next(
            node for node in self.graph.nodes if node.op == "Enter" and self._frames.get(node.name) == frames
        )
        name = fresh_name(
            {*self.graph.by_name, *(each.name for each in self._added)}, f"{enter.name}/any_batch"
        )
        node = replace(enter, name=name, inputs=(ref,), control_inputs=(), made_by=_MADE_BY)
        self._added.append(node.without_attrs("_output_shapes").with_attrs(T=INT, is_constant=True))
        return TensorRef(name)

    # ---------------------------------------------------------------------------------- constants and shapes

    def _spread(self, name: str, axis: int) -> Node:
        """A constant of equal rows as its one row, repeated for each example."""
        node = self.graph[name]
        value = constant(self.graph, TensorRef(name))
        assert value is not None
        dtype = node.dtype("dtype") or DType("float32")
        row = self._constant(node, np.take(value, [0], axis), dtype)
        vector: Vector = tuple(((BATCH,) if place == axis else ()) for place in range(value.ndim))
        times = self._shape(replace(node, op="Tile", inputs=(row,)), vector, INT, scalar=False)
        return replace(
            make_node(name, "Tile", (row, times), made_by=_MADE_BY, T=dtype, Tmultiples=INT),
            control_inputs=node.control_inputs,
        )

    def _described(self, node: Node) -> Node:
        """The node with the shapes that it says of its tensors open where the batch is."""
        recorded = node.attrs.get("_output_shapes")
        if isinstance(recorded, tuple):
            shapes = (self._open(TensorRef(node.name, index), each) for index, each in enumerate(recorded))
            node = node.with_attrs(_output_shapes=tuple(shapes))
        if node.op == "EnsureShape":
            node = node.with_attrs(shape=self._open(TensorRef(node.name), node.shape()))
        for attr in _ELEMENT_SHAPES:
            if isinstance(node.attrs.get(attr), Shape) and node.inputs:
                node = node.with_attrs(**{attr: self._open_element(node, attr)})
        return node

    def _open(self, ref: TensorRef, recorded: Attr) -> Shape:
        if ref not in self.found.dims:
            return recorded if isinstance(recorded, Shape) else Shape()
        return _shape_of(self.found.dims[ref])

    def _open_element(self, node: Node, attr: str) -> Shape:
        maker = node.name if node.op in ("TensorArrayV3", "TensorArrayV2", "TensorArray") else ""
        array = maker or resolve(self.graph, node.inputs[0]).node
        element = self.found.elements.get(array)
        if attr != "element_shape" or array not in self.found.elements:
            return Shape()
        return _shape_of(element)


def _asserts_shapes(graph: Graph, node: Node) -> bool:
    """Whether a node makes sure of nothing but sizes: what was sure of the author's batch is not of another."""
    if node.op != "Assert":
        return False
    behind = ancestors(graph, [node.inputs[0].node], control=False, stop=lambda each: each.op in SHAPES)
    ends = {graph[name].op for name in behind if graph[name].op in SHAPES or not graph[name].inputs}
    return bool(ends & SHAPES) and ends <= SHAPES | {"Const"}


def _silent(node: Node) -> Node:
    return replace(node, op="NoOp", inputs=(), attrs=MappingProxyType({}), made_by=_MADE_BY)


def _number(dim: Dim | None) -> int:
    product = 1
    for factor in dim or ():
        product *= int(factor)
    return product


def _shape_of(dims: Dims) -> Shape:
    return Shape(open_sizes(dims))
