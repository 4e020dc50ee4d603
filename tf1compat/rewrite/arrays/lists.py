"""TensorArrays (V1 to V3) become TensorLists: the flow edge carries the list itself.

A TensorList is a value: each write gives a new list, so the list takes the flow's place along `Enter`, `Merge`,
`Switch`, `NextIteration` and `Exit`, and the handle is no longer needed.
Source of the ops: tensorflow/core/ops/data_flow_ops.cc and list_ops.cc.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from tf1compat.analysis.same_value import same_value
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_operation, is_array
from tf1compat.ops.families import RANGE, SHAPE, STRIDED_SLICE
from tf1compat.ops.values import known_scalar
from tf1compat.rewrite.arrays.dimension_rules import Dimension
from tf1compat.rewrite.arrays.element_dimensions import ElementDimensions, emit_dimension
from tf1compat.rewrite.arrays.element_shapes import element_shape, written_dimensions
from tf1compat.rewrite.arrays.flows import Flows, find_flows
from tf1compat.rewrite.arrays.gradients import ADDS
from tf1compat.rewrite.base import Outcome, fresh_name, redirect, substitute
from tf1compat.rewrite.emit import INT, Emitter

_MADE_BY = "tensor_arrays"


def tensor_arrays_to_lists(graph: Graph) -> Outcome:
    """No TensorArray node is left; raises RewriteError where one has no TensorList form."""
    arrays = tuple(node for node in graph.nodes if is_array(node))
    if not arrays:
        return Outcome(graph)
    conversion = _Conversion(graph, find_flows(graph))
    for node in graph.nodes:
        conversion.convert(node)
    result = substitute(graph, conversion.changed, conversion.added)
    result = redirect(result, conversion.flows.starts)
    return Outcome(
        result,
        len(conversion.changed),
        f"{len(arrays)} TensorArrays became TensorLists of a known element shape",
    )


@dataclass
class _Conversion:
    """The nodes that take the place of TensorArray nodes, as they are made."""

    graph: Graph
    flows: Flows
    changed: dict[str, Node] = field(default_factory=dict)
    added: list[Node] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    reserved: dict[str, TensorRef] = field(default_factory=dict)

    @cached_property
    def dimensions(self) -> ElementDimensions:
        return ElementDimensions(self.graph, self._elements)

    @cached_property
    def operations(self) -> dict[str, list[Node]]:
        """The operations on each array."""
        result: dict[str, list[Node]] = {}
        for name, owner in self.flows.array_of_operation.items():
            result.setdefault(owner, []).append(self.graph[name])
        return result

    def convert(self, node: Node) -> None:
        what = array_operation(node)
        if is_array(node):
            self.changed[node.name] = self._reserve(node)
        elif what is not None:
            self.changed[node.name] = self._operations(node, what)
        elif node.name in self.flows.carriers:
            self.changed[node.name] = node.with_attrs(T=DType("variant")).without_attrs("_output_shapes")

    def _operations(self, node: Node, what: str) -> Node:
        if what == "close":
            return make_node(node.name, "NoOp", control_inputs=node.control_inputs, made_by=_MADE_BY)
        return _MAKERS[what](self, node, self._array(node))

    def _array(self, node: Node) -> Node:
        return self.graph[self.flows.array_of_operation[node.name]]

    def element_type(self, array: Node) -> DType:
        return array.dtype("dtype") or DType("float32")

    def shape_of(self, array: Node) -> Shape:
        if array.name not in self.shapes:
            operations = self.operations.get(array.name, [])
            self.shapes[array.name] = element_shape(self.graph, array, operations)
        return self.shapes[array.name]

    def shape_input(self, node: Node, array: Node) -> TensorRef:
        """A constant beside `node` that says the list's element shape; -1 for what is not known."""
        dims = self.shape_of(array).dims
        value = -1 if dims is None else [-1 if dim is None else dim for dim in dims]
        return self.constant(f"{node.name}/element_shape", value)

    def constant(self, name: str, value: object, dtype: str = "int32") -> TensorRef:
        kind, free = DType(dtype), fresh_name(self.graph, name)
        self.added.append(
            make_node(free, "Const", made_by=_MADE_BY, dtype=kind, value=TensorValue.of(value, kind))
        )
        return TensorRef(free)

    def _elements(self, node: Node, axis: int) -> tuple[Dimension, ...]:
        """The dimensions that what is read from an array has on an axis: those of all that is written to it."""
        if array_operation(node) != "read":
            return ()
        return self._written(self._array(node), axis)

    def _written(self, array: Node, axis: int) -> tuple[Dimension, ...]:
        return written_dimensions(self.operations.get(array.name, ()), axis)

    def stacked_shape(self, node: Node, array: Node) -> TensorRef:
        """The element shape of what is stacked: that of the list itself, where it is computed, so that a converter
        that has come to know one of them knows both."""
        if None in (self.shape_of(array).dims or ()) and self.dimensions.beside(node, array):
            return self._reserved_shape(array)
        return self.shape_input(node, array)

    def _reserved_shape(self, array: Node) -> TensorRef:
        if array.name not in self.reserved:
            self.reserved[array.name] = self._computed_shape(array)
        return self.reserved[array.name]

    def _computed_shape(self, array: Node) -> TensorRef:
        """The element shape that a list begins with; a dimension that the file leaves open is read off what enters
        the loop, where it can be followed there."""
        dims = self.shape_of(array).dims or ()
        origins = {
            axis: self.dimensions.origins(array, self._written(array, axis))
            for axis, dim in enumerate(dims)
            if dim is None
        }
        if not any(origins.values()):
            return self.shape_input(array, array)
        emit = Emitter(f"{array.name}/element", _MADE_BY, self.graph.by_name)
        parts = [
            emit_dimension(self.graph, emit, origins[axis]) if origins.get(axis)
            else emit.constant(-1 if dim is None else dim)
            for axis, dim in enumerate(dims)
        ]  # fmt: skip
        shape = emit("Pack", *parts, N=len(parts), T=INT, axis=0)
        self.added += emit.nodes
        return shape

    def _reserve(self, array: Node) -> Node:
        return make_node(
            array.name, "TensorListReserve", (self._reserved_shape(array), array.inputs[0]),
            control_inputs=array.control_inputs, made_by=_MADE_BY,
            element_dtype=self.element_type(array), shape_type=DType("int32"),
        )  # fmt: skip

    def make(self, node: Node, op: str, inputs: tuple[TensorRef, ...], **attrs: Attr) -> Node:
        return make_node(
            node.name, op, inputs, control_inputs=node.control_inputs, made_by=_MADE_BY,
            element_dtype=self.element_type(self._array(node)), **attrs,
        )  # fmt: skip


def _read(conversion: _Conversion, node: Node, array: Node) -> Node:
    _, index, flow = node.inputs
    return conversion.make(node, "TensorListGetItem", (flow, index, conversion.shape_input(node, array)))


def _write(conversion: _Conversion, node: Node, array: Node) -> Node:
    _, index, value, flow = node.inputs
    room = _with_room(conversion, node, flow, index) if _grows(array) else flow
    if node.attrs.get(ADDS) is True:
        value = _with_held(conversion, node, array)
    return conversion.make(node, "TensorListSetItem", (room, index, value))


def _with_held(conversion: _Conversion, node: Node, array: Node) -> TensorRef:
    """A value added to what the list holds at its place; where nothing is yet, that is zeros."""
    _, index, value, flow = node.inputs
    kind = conversion.element_type(array)
    emit = Emitter(node.name, _MADE_BY, conversion.graph.by_name)
    shape = emit("Shape", value, T=kind, out_type=INT)
    held = emit("TensorListGetItem", flow, index, shape, element_dtype=kind)
    added = emit("AddV2", held, value, T=kind)
    conversion.added += emit.nodes
    return added


def _with_room(conversion: _Conversion, node: Node, flow: TensorRef, index: TensorRef) -> TensorRef:
    """A list that is long enough for an index. The write's own attribute for that is newer than TensorFlow 2.11, and
    XLA, which cannot let a list grow, takes no notice of it."""
    emit = Emitter(node.name, _MADE_BY, conversion.graph.by_name)
    needed = emit("AddV2", index, emit.constant(1), T=INT)
    size = emit("Maximum", emit("TensorListLength", flow), needed, T=INT)
    room = emit("TensorListResize", flow, size)
    conversion.added += emit.nodes
    return room


def _gather(conversion: _Conversion, node: Node, array: Node) -> Node:
    _, indices, flow = node.inputs
    if _is_whole_range(conversion, indices, array, flow):
        shape = conversion.stacked_shape(node, array)
        return conversion.make(node, "TensorListStack", (flow, shape), num_elements=-1)
    shape = conversion.shape_input(node, array)
    return conversion.make(node, "TensorListGather", (flow, indices, shape))


def _pack(conversion: _Conversion, node: Node, array: Node) -> Node:
    shape = conversion.stacked_shape(node, array)
    return conversion.make(node, "TensorListStack", (node.inputs[1], shape), num_elements=-1)


def _scatter(conversion: _Conversion, node: Node, array: Node) -> Node:
    _, indices, value, flow = node.inputs
    if _covers_array(conversion.graph, indices, value, array):
        return _from_tensor(conversion, node, value, array)
    return conversion.make(node, "TensorListScatterIntoExistingList", (flow, value, indices))


def _unpack(conversion: _Conversion, node: Node, array: Node) -> Node:
    return _from_tensor(conversion, node, node.inputs[1], array)


def _from_tensor(conversion: _Conversion, node: Node, value: TensorRef, array: Node) -> Node:
    return conversion.make(
        node, "TensorListFromTensor", (value, conversion.shape_input(node, array)), shape_type=DType("int32")
    )


def _size(conversion: _Conversion, node: Node, _: Node) -> Node:
    return make_node(
        node.name, "TensorListLength", (node.inputs[1],), control_inputs=node.control_inputs, made_by=_MADE_BY
    )


def _concat(conversion: _Conversion, node: Node, array: Node) -> Node:
    leading = conversion.constant(f"{node.name}/leading_dims", [], "int64")
    inputs = (node.inputs[1], conversion.shape_input(node, array), leading)
    return conversion.make(node, "TensorListConcatV2", inputs, shape_type=DType("int32"))


def _split(conversion: _Conversion, node: Node, array: Node) -> Node:
    _, value, lengths, _flow = node.inputs
    inputs = (value, conversion.shape_input(node, array), lengths)
    return conversion.make(node, "TensorListSplit", inputs, shape_type=DType("int32"))


_MAKERS: dict[str, Callable[[_Conversion, Node, Node], Node]] = {
    "read": _read, "write": _write, "gather": _gather, "pack": _pack, "scatter": _scatter, "unpack": _unpack,
    "size": _size, "concat": _concat, "split": _split,
}  # fmt: skip


def _grows(array: Node) -> bool:
    return array.attrs.get("dynamic_size") is True


def _is_whole_range(conversion: _Conversion, indices: TensorRef, array: Node, flow: TensorRef) -> bool:
    """Whether `indices` is `range(0, size of the array)`, the size that it has at this point of its flow."""
    graph = conversion.graph
    limit = _range_limit(graph, indices)
    if limit is None:
        return False
    size = graph.producer(limit)
    if array_operation(size) == "size" and conversion.flows.array_of_operation[size.name] == array.name:
        return not _grows(array) or same_value(graph, size.inputs[1], flow)
    return not _grows(array) and same_value(graph, limit, array.inputs[0])


def _covers_array(graph: Graph, indices: TensorRef, value: TensorRef, array: Node) -> bool:
    """Whether scattering fills the array whole, in order: `range(0, n)` where n is the array's size and has
    been read off `value` itself."""
    limit = _range_limit(graph, indices)
    if limit is None or _grows(array):
        return False
    return same_value(graph, limit, array.inputs[0]) and _is_first_dimension(graph, limit, value)


def _range_limit(graph: Graph, indices: TensorRef) -> TensorRef | None:
    node = graph.producer(indices)
    if (
        node.op not in RANGE
        or known_scalar(graph, node.inputs[0]) != 0
        or known_scalar(graph, node.inputs[2]) != 1
    ):
        return None
    return node.inputs[1]


def _is_first_dimension(graph: Graph, size: TensorRef, value: TensorRef) -> bool:
    """Whether a size is how many elements a value has along its first axis."""
    node = graph.producer(size)
    if node.op not in STRIDED_SLICE:
        dims = graph.static_shape(value).dims
        return bool(dims) and dims is not None and known_scalar(graph, size) == dims[0]
    shape, begin = graph.input(node, 0), graph.input(node, 1).attrs.get("value")
    from_first = isinstance(begin, TensorValue) and begin.array.tolist() == [0]
    is_scalar = node.integer("shrink_axis_mask") == 1
    return shape.op in SHAPE and from_first and is_scalar and same_value(graph, shape.inputs[0], value)
