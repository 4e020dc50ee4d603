"""A graph that was built for one number of examples or steps takes any: `analysis.shapes` found out how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from types import MappingProxyType

from tf1compat.analysis.constants import constant
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, REST, SYMBOLS, TIME, Dim, Dims, has_symbol, open_sizes
from tf1compat.analysis.shapes.free import FreeSizes, Question, find_free_sizes
from tf1compat.analysis.shapes.walk import Vector
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.graph.frames import ENTER, frame_of_nodes
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import is_array
from tf1compat.ops.axes.filling import SIZES
from tf1compat.ops.families import ASSERT, CONSTANT, ENSURE_SHAPE, RESHAPE, SHAPES, SLICES
from tf1compat.rewrite.base import Outcome, fresh_name, substitute
from tf1compat.rewrite.emit import INT, Emitter

_MADE_BY = "free_sizes"
_FREED = {BATCH: "a batch of {0}", TIME: "{0} steps"}
#: Ops that read a whole shape.
_SHAPED = SLICES | SIZES.keys()
_ELEMENT_SHAPES = ("element_shape", "element_shape_except0")


def free_sizes(question: Question, *, or_as_it_is: bool = False) -> Outcome:
    """Whatever was made for the author's numbers is made for as many as are fed.

    Raises RewriteError where the graph has no such form, unless it may be left as it is.
    """
    found = find_free_sizes(question)
    if isinstance(found, Mismatch) and or_as_it_is:
        return Outcome(question.graph, 0, "")
    if isinstance(found, Mismatch):
        raise RewriteError(_refusal(question, found))
    freed = _Freed(found.graph, found)
    result = freed.graph_for_any_size()
    made = " and ".join(_FREED[symbol].format(number) for symbol, number in question.numbers.items())
    return Outcome(result, freed.count, f"what was made for {made} is made for any")


def _refusal(question: Question, found: Mismatch) -> str:
    """Which sizes cannot be free, why, and the options that ask for them."""
    options = {BATCH: ("the batch", "--batch free"), TIME: ("the number of steps", "--time free")}
    asked = [options[symbol] for symbol in question.numbers if symbol in options]
    what, left_out = (" and ".join(each) for each in zip(*asked, strict=True))
    return f"{what} cannot be free: {found.reason}; leave out {left_out}"


class _Freed:
    """Makes the changes that were found."""

    def __init__(self, graph: Graph, found: FreeSizes) -> None:
        self.graph, self.found, self.count = graph, found, 0
        self._emitter = Emitter("any_size", _MADE_BY, graph.by_name)
        self._added: list[Node] = []
        self._frames = frame_of_nodes(graph)
        self._sizes: dict[str, TensorRef] = {}

    def graph_for_any_size(self) -> Graph:
        changed = {name: self._spread(name, axes) for name, axes in self.found.spread.items()}
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
        dims = self.graph.static_shape(node.inputs[position]).dims
        scalar = dims == () or (dims is None and len(vector) == 1 and node.op not in _SHAPED)
        new = self._shape(node, vector, dtype, scalar=scalar)
        return replace(node, inputs=(*node.inputs[:position], new, *node.inputs[position + 1 :]))

    def _shape(self, node: Node, vector: Vector, dtype: DType, *, scalar: bool) -> TensorRef:
        if node.op in RESHAPE and sum(has_symbol(dim) for dim in vector) == 1 and REST not in vector:
            vector = tuple(REST if has_symbol(dim) else dim for dim in vector)
        if not any(map(has_symbol, vector)):
            return self._constant(node, [_number(dim) for dim in vector], dtype)
        entries = [self._entry(node, dim) for dim in vector]
        if scalar:
            return self._typed(entries[0], dtype)
        return self._typed(self._emitter("Pack", *entries, N=len(entries), T=INT, axis=0), dtype)

    def _entry(self, node: Node, dim: Dim | None) -> TensorRef:
        if not has_symbol(dim):
            return self._constant(node, _number(dim), INT)
        factors = [self._size_beside(node, each) for each in dim or () if isinstance(each, str)]
        others = _number(tuple(each for each in dim or () if each not in SYMBOLS))
        if others != 1:
            factors.append(self._constant(node, others, INT))
        return reduce(lambda one, other: self._emitter("Mul", one, other, T=INT), factors)

    def _typed(self, ref: TensorRef, dtype: DType) -> TensorRef:
        return ref if dtype == INT else self._emitter("Cast", ref, SrcT=INT, DstT=dtype)

    def _constant(self, node: Node, value: object, dtype: DType) -> TensorRef:
        """A constant in the frame of the node that it serves."""
        if node.name not in self._frames:
            return self._emitter.constant(value, dtype)
        # The control input keeps the constant in the frame.
        name = fresh_name(
            {*self.graph.by_name, *(each.name for each in self._added)}, f"{node.name}/any_size"
        )
        beside = node.control_inputs[:1] or (node.inputs[0].node,)
        self._added.append(
            make_node(name, "Const", control_inputs=beside, made_by=_MADE_BY, dtype=dtype,
                      value=TensorValue.of(value, dtype))
        )  # fmt: skip
        return TensorRef(name)

    # ------------------------------------------------------------------------------------------- the sizes

    def _size(self, symbol: str) -> TensorRef:
        """How many examples or steps are fed, as a scalar outside of all loops."""
        if symbol not in self._sizes:
            axes = (
                (ref, axis)
                for ref, axes in self.found.inputs.items()
                for axis, each in axes.items()
                if each == symbol
            )
            ref, axis = next(axes)
            self._sizes[symbol] = self._emitter.dimension(ref, axis, dtype_of(self.graph, ref))
        return self._sizes[symbol]

    def _size_beside(self, node: Node, symbol: str) -> TensorRef:
        """The same where a node stands: handed into its loop."""
        frames = self._frames.get(node.name, ())
        if node.op in ENTER:
            frames = frames[:-1]  # what enters a loop is read outside of it
        ref = self._size(symbol)
        for depth in range(len(frames)):
            ref = self._entered(ref, frames[: depth + 1])
        return ref

    def _entered(self, ref: TensorRef, frames: tuple[str, ...]) -> TensorRef:
        enter = next(
            node for node in self.graph.nodes if node.op in ENTER and self._frames.get(node.name) == frames
        )
        name = fresh_name(
            {*self.graph.by_name, *(each.name for each in self._added)}, f"{enter.name}/any_size"
        )
        node = replace(enter, name=name, inputs=(ref,), control_inputs=(), made_by=_MADE_BY)
        self._added.append(node.without_attrs("_output_shapes").with_attrs(T=INT, is_constant=True))
        return TensorRef(name)

    # ---------------------------------------------------------------------------------- constants and shapes

    def _spread(self, name: str, axes: Mapping[int, Dim]) -> Node:
        """A constant of equal rows as one of them, repeated as often as there are."""
        node = self.graph[name]
        value = constant(self.graph, TensorRef(name))
        assert value is not None
        dtype = node.dtype("dtype") or DType("float32")
        row = self._constant(
            node,
            value[tuple(slice(0, 1) if axis in axes else slice(None) for axis in range(value.ndim))],
            dtype,
        )
        vector: Vector = tuple(axes.get(axis, ()) for axis in range(value.ndim))
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
        if node.op in ENSURE_SHAPE:
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
        maker = node.name if is_array(node) else ""
        array = maker or resolve(self.graph, node.inputs[0]).node
        element = self.found.elements.get(array)
        if attr != "element_shape" or array not in self.found.elements:
            return Shape()
        return _shape_of(element)


def _asserts_shapes(graph: Graph, node: Node) -> bool:
    """Whether a node makes sure of nothing but sizes: what was sure of the author's batch is not of another."""
    if node.op not in ASSERT:
        return False
    behind = ancestors(graph, [node.inputs[0].node], control=False, stop=lambda each: each.op in SHAPES)
    ends = {graph[name].op for name in behind if graph[name].op in SHAPES or not graph[name].inputs}
    return bool(ends & SHAPES) and ends <= SHAPES | CONSTANT


def _silent(node: Node) -> Node:
    return replace(node, op="NoOp", inputs=(), attrs=MappingProxyType({}), made_by=_MADE_BY)


def _number(dim: Dim | None) -> int:
    product = 1
    for factor in dim or ():
        product *= int(factor)
    return product


def _shape_of(dims: Dims) -> Shape:
    return Shape(open_sizes(dims))
