"""TensorArrays (V1 to V3) become TensorLists: the flow edge carries the list itself.

A v1 TensorArray is a handle, plus a `flow` scalar that orders reads after writes. A TensorList is a value: each write
gives a new list, so the list takes the flow's place along `Enter`, `Merge`, `Switch`, `NextIteration` and `Exit`, and
the handle is no longer needed. In TF 0.12 the flow of an array starts at a constant, later at the array's own output.
Source of the ops: tensorflow/core/ops/data_flow_ops.cc and list_ops.cc.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import Outcome, redirect, substitute
from tf1compat.rewrite.element_shapes import element_shape
from tf1compat.rewrite.same_value import same_value

_ARRAY = re.compile(r"TensorArray(V\d)?\Z")
_OPERATION = re.compile(
    r"TensorArray(?P<what>Read|Write|Gather|Scatter|Size|Concat|Split|Unpack|Pack|Close|Grad|GradWithShape)(V\d)?\Z"
)
_CARRIES = frozenset({"Identity", "Enter", "Exit", "Merge", "Switch", "NextIteration", "Select"})
_MADE_BY = "tensor_arrays"
#: Where each operation has its flow input; those that write give a new flow.
_FLOW_INPUT = {"Read": 2, "Write": 3, "Gather": 2, "Scatter": 3, "Size": 1, "Concat": 1, "Split": 3, "Unpack": 2, "Pack": 1}  # fmt: skip
_WRITES = frozenset({"Write", "Scatter", "Split", "Unpack"})


def operation(node: Node) -> str | None:
    """What a TensorArray operation does (`Read`, `Write`, …), or None for other nodes."""
    match = _OPERATION.match(node.op)
    return match["what"] if match else None


def tensor_arrays_to_lists(graph: Graph) -> Outcome:
    """No TensorArray node is left; raises RewriteError where one has no TensorList form."""
    arrays = tuple(node for node in graph.nodes if _ARRAY.match(node.op))
    if not arrays:
        return Outcome(graph)
    conversion = _Conversion(graph, _Flows.of(graph))
    for node in graph.nodes:
        conversion.convert(node)
    result = substitute(graph, conversion.changed, conversion.added)
    result = redirect(result, conversion.flows.starts)
    return Outcome(
        result, len(conversion.changed), f"{len(arrays)} TensorArrays became TensorLists of a known element shape"
    )


@dataclass(frozen=True)
class _Flows:
    """Which array each handle and each flow belongs to."""

    array_of_operation: dict[str, str]  # by operation node
    starts: dict[TensorRef, TensorRef]  # where an array's flow starts → the list
    carriers: frozenset[str]  # nodes that pass a flow on

    @classmethod
    def of(cls, graph: Graph) -> _Flows:
        array_of, starts, carriers = {}, {}, set[str]()
        for node in graph.nodes:
            what = operation(node)
            if what is None or what in ("Close", "Grad", "GradWithShape"):
                continue
            array = _array_behind(graph, node.inputs[0])
            array_of[node.name] = array
            for start in _flow_starts(graph, node.inputs[_FLOW_INPUT[what]], carriers):
                other = starts.setdefault(start, TensorRef(array))
                if other.node != array:
                    raise RewriteError(
                        f"the flows of the TensorArrays '{array}' and '{other.node}' both start at '{start}'; "
                        "which list goes where cannot be told"
                    )
        return cls(array_of, starts, _carriers_after(graph, starts, carriers))


def _array_behind(graph: Graph, handle: TensorRef) -> str:
    node = graph.producer(handle)
    while not _ARRAY.match(node.op):
        if node.op not in _CARRIES:
            raise RewriteError(f"'{handle}' is used as a TensorArray but comes from '{node.name}' ({node.op})")
        node = graph.input(node, 0)
    return node.name


def _flow_starts(graph: Graph, flow: TensorRef, carriers: set[str]) -> Iterator[TensorRef]:
    todo, seen = [flow], set[TensorRef]()
    while todo:
        ref = todo.pop()
        if ref in seen:
            continue
        seen.add(ref)
        node = graph.producer(ref)
        what = operation(node)
        if what in _WRITES:
            todo.append(node.inputs[_FLOW_INPUT[what]])
        elif node.op in _CARRIES:
            carriers.add(node.name)
            todo.extend(_values(node))
        else:
            yield ref


def _values(node: Node) -> tuple[TensorRef, ...]:
    """The inputs of a carrier that carry the value (not a predicate)."""
    if node.op == "Switch":
        return node.inputs[:1]
    return node.inputs[1:] if node.op == "Select" else node.inputs


def _carriers_after(graph: Graph, starts: dict[TensorRef, TensorRef], carriers: set[str]) -> frozenset[str]:
    """All pass-through nodes that a flow reaches, those that no operation reads included."""
    todo = [*starts, *(TensorRef(name) for name in carriers)]
    seen = set(todo)
    while todo:
        ref = todo.pop()
        for use in graph.uses.get(ref, ()):
            node = graph[use.node]
            passes = node.op in _CARRIES and ref in _values(node)
            if not passes and operation(node) not in _WRITES:
                continue
            if passes:
                carriers.add(node.name)
            outputs = [TensorRef(node.name, index) for index in range(2 if node.op == "Switch" else 1)]
            todo.extend(each for each in outputs if each not in seen)
            seen.update(outputs)
    return frozenset(carriers)


@dataclass
class _Conversion:
    """The nodes that take the place of TensorArray nodes, as they are made."""

    graph: Graph
    flows: _Flows
    changed: dict[str, Node] = field(default_factory=dict)
    added: list[Node] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)

    def convert(self, node: Node) -> None:
        what = operation(node)
        if _ARRAY.match(node.op):
            self.changed[node.name] = self._reserve(node)
        elif what is not None:
            self.changed[node.name] = self._operations(node, what)
        elif node.name in self.flows.carriers:
            self.changed[node.name] = node.with_attrs(T=DType("variant")).without_attrs("_output_shapes")

    def _operations(self, node: Node, what: str) -> Node:
        if what == "Close":
            return make_node(node.name, "NoOp", control_inputs=node.control_inputs, made_by=_MADE_BY)
        if what not in _MAKERS:
            raise RewriteError(
                f"'{node.name}' ({node.op}) belongs to a gradient; name outputs that do not depend on it with --signature"
            )
        return _MAKERS[what](self, node, self._array(node))

    def _array(self, node: Node) -> Node:
        return self.graph[self.flows.array_of_operation[node.name]]

    def element_type(self, array: Node) -> DType:
        return array.dtype("dtype") or DType("float32")

    def shape_of(self, array: Node) -> Shape:
        if array.name not in self.shapes:
            operations = [
                self.graph[name] for name, owner in self.flows.array_of_operation.items() if owner == array.name
            ]
            self.shapes[array.name] = element_shape(self.graph, array, operations)
        return self.shapes[array.name]

    def shape_input(self, node: Node, array: Node) -> TensorRef:
        """A constant beside `node` that says the list's element shape; -1 for what is not known."""
        dims = self.shape_of(array).dims
        value = -1 if dims is None else [-1 if dim is None else dim for dim in dims]
        return self.constant(f"{node.name}/element_shape", value)

    def constant(self, name: str, value: object) -> TensorRef:
        dtype = DType("int32")
        self.added.append(
            make_node(name, "Const", made_by=_MADE_BY, dtype=dtype, value=TensorValue.of(value, dtype))
        )
        return TensorRef(name)

    def _reserve(self, array: Node) -> Node:
        return make_node(
            array.name, "TensorListReserve", (self.shape_input(array, array), array.inputs[0]),
            made_by=_MADE_BY, element_dtype=self.element_type(array), shape_type=DType("int32"),
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
    grows = array.attrs.get("dynamic_size") is True
    attrs: dict[str, Attr] = {"resize_if_index_out_of_bounds": True} if grows else {}
    return conversion.make(node, "TensorListSetItem", (flow, index, value), **attrs)


def _gather(conversion: _Conversion, node: Node, array: Node) -> Node:
    _, indices, flow = node.inputs
    shape = conversion.shape_input(node, array)
    if _is_whole_range(conversion.graph, indices, TensorRef(array.name), flow):
        return conversion.make(node, "TensorListStack", (flow, shape), num_elements=-1)
    return conversion.make(node, "TensorListGather", (flow, indices, shape))


def _pack(conversion: _Conversion, node: Node, array: Node) -> Node:
    return conversion.make(
        node, "TensorListStack", (node.inputs[1], conversion.shape_input(node, array)), num_elements=-1
    )


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
    return make_node(node.name, "TensorListLength", (node.inputs[1],), made_by=_MADE_BY)


def _concat(conversion: _Conversion, node: Node, array: Node) -> Node:
    leading = TensorRef(f"{node.name}/leading_dims")
    dtype = DType("int64")
    conversion.added.append(
        make_node(leading.node, "Const", made_by=_MADE_BY, dtype=dtype, value=TensorValue.of([], dtype))
    )
    inputs = (node.inputs[1], conversion.shape_input(node, array), leading)
    return conversion.make(node, "TensorListConcatV2", inputs, shape_type=DType("int32"))


def _split(conversion: _Conversion, node: Node, array: Node) -> Node:
    _, value, lengths, _flow = node.inputs
    inputs = (value, conversion.shape_input(node, array), lengths)
    return conversion.make(node, "TensorListSplit", inputs, shape_type=DType("int32"))


_MAKERS: dict[str, Callable[[_Conversion, Node, Node], Node]] = {
    "Read": _read, "Write": _write, "Gather": _gather, "Pack": _pack, "Scatter": _scatter, "Unpack": _unpack,
    "Size": _size, "Concat": _concat, "Split": _split,
}  # fmt: skip


def _is_whole_range(graph: Graph, indices: TensorRef, array: TensorRef, flow: TensorRef) -> bool:
    """Whether `indices` is `range(0, size of the array)`."""
    limit = _range_limit(graph, indices)
    if limit is None:
        return False
    size = graph.producer(limit)
    own = operation(size) == "Size" and _array_behind(graph, size.inputs[0]) == array.node
    return own or same_value(graph, limit, graph[array.node].inputs[0])


def _covers_array(graph: Graph, indices: TensorRef, value: TensorRef, array: Node) -> bool:
    """Whether scattering fills the array whole, in order: `range(0, n)` where n is the array's size and has
    been read off `value` itself."""
    limit = _range_limit(graph, indices)
    if limit is None:
        return False
    return same_value(graph, limit, array.inputs[0]) and _is_first_dimension(graph, limit, value)


def _range_limit(graph: Graph, indices: TensorRef) -> TensorRef | None:
    node = graph.producer(indices)
    if node.op != "Range" or not _is_constant(graph, node.inputs[0], 0) or not _is_constant(graph, node.inputs[2], 1):
        return None
    return node.inputs[1]


def _is_constant(graph: Graph, ref: TensorRef, number: int) -> bool:
    value = graph.producer(ref).attrs.get("value")
    return isinstance(value, TensorValue) and value.array.shape == () and int(value.array) == number


def _is_first_dimension(graph: Graph, size: TensorRef, value: TensorRef) -> bool:
    node = graph.producer(size)
    if node.op != "StridedSlice":
        return _is_constant(graph, size, (graph.static_shape(value).dims or (None,))[0] or -1)
    shape = graph.input(node, 0)
    begin = graph.input(node, 1).attrs.get("value")
    from_first = isinstance(begin, TensorValue) and begin.array.tolist() == [0]
    return shape.op == "Shape" and from_first and same_value(graph, shape.inputs[0], value)
