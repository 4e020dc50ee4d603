"""Variables become values: each variable node is a `Placeholder` at which a `tf.Variable`'s value enters.

Reference variables (`Variable`, `VariableV2`) lose their reference types; resource variables (`VarHandleOp`) lose
their handles: a read is the value, a gather reads the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.graph.frames import MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import PASS_THROUGH
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.updates import writes_variable
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, substitute

_BY_REFERENCE = families.BY_REFERENCE | families.REFERENCE_SELECT
#: Ops that pass a handle on.
_CARRIES = PASS_THROUGH | SWITCH | MERGE | NEXT_ITERATION
_MADE_BY = "variables"


def variables_to_values(graph: Graph) -> Outcome:
    """No reference, no handle, no variable node is left; raises RewriteError where a variable is written."""
    result, count = with_values(graph, handle_types(graph, variable_types(graph)))
    return Outcome(
        result, count, "variables became values that enter from tf.Variable; references and handles are gone"
    )


def with_values(graph: Graph, types: Mapping[str, DType]) -> tuple[Graph, int]:
    """The graph with a variable's value, of this type, where these nodes gave its handle; how many nodes changed.

    Raises RewriteError where a variable is written, or its handle is needed.
    """
    for node in graph.nodes:
        if is_write(node):
            raise RewriteError(
                f"'{node.name}' ({node.op}) changes a variable while the outputs are computed; {ELSEWHERE}"
            )
    handles = _Handles(graph, types)
    changed = {}
    for node in graph.nodes:
        new = _without_reference(handles.rewritten(node))
        if new != node:
            changed[node.name] = new
    return (substitute(graph, changed, handles.added) if changed else graph), len(changed)


def is_write(node: Node) -> bool:
    """Whether a node changes a variable."""
    return writes_variable(node.op)


def _without_reference(node: Node) -> Node:
    if node.op in families.VARIABLES:
        dtype = (node.dtype("dtype") or DType("float32")).base
        return make_node(node.name, "Placeholder", made_by=_MADE_BY, dtype=dtype, shape=node.shape())
    attrs: dict[str, Attr] = {
        key: value.base if isinstance(value, DType) and value.is_ref else value
        for key, value in node.attrs.items()
    }
    if node.op not in _BY_REFERENCE and attrs == dict(node.attrs):
        return node
    op = node.op.removeprefix("Ref") if node.op in _BY_REFERENCE else node.op
    return replace(node.with_attrs(**attrs), op=op)


# -------------------------------------------------------------------------------------- resource variables


def variable_types(graph: Graph) -> dict[str, DType]:
    """The element type of each resource variable, by node."""
    variables = (node for node in graph.nodes if node.op in families.VARIABLE_HANDLE)
    return {node.name: node.dtype("dtype") or DType("float32") for node in variables}


def handle_types(graph: Graph, given: Mapping[str, DType]) -> dict[str, DType]:
    """The element type behind each node that gives one of these handles, into loops and branches too."""
    found = dict(given)
    todo = list(found)
    while todo:
        name = todo.pop()
        for use in graph.uses_of_node.get(name, ()):
            carries = graph[use.node].op in _CARRIES and not (graph[use.node].op in SWITCH and use.position)
            if carries and use.node not in found:
                found[use.node] = found[name]
                todo.append(use.node)
    return found


@dataclass
class _Handles:
    """Takes the handles out of nodes; `types` are the element types behind those that give one."""

    graph: Graph
    types: Mapping[str, DType]
    added: list[Node] = field(default_factory=list)

    def rewritten(self, node: Node) -> Node:
        """The node with the value where it had the handle; raises RewriteError where it needs the handle."""
        dtype = next((self.types[ref.node] for ref in node.inputs if ref.node in self.types), None)
        if dtype is None:
            return node
        if node.name in self.types:
            shapes = (self._shape(node),) * (2 if node.op in SWITCH else 1)
            return node.with_attrs(T=dtype, _output_shapes=shapes)
        if node.op not in _READS:
            raise RewriteError(
                f"'{node.name}' ({node.op}) uses a variable itself, not its value; {ELSEWHERE}"
            )
        return _READS[node.op](self, node, dtype)

    def _shape(self, node: Node) -> Shape:
        """The shape of the variable whose handle a node passes on: the handle's own says nothing of it."""
        while node.inputs:
            node = self.graph.input(node, 0)
        return node.shape()

    def read(self, node: Node, dtype: DType) -> Node:
        return self._made(node, "Identity", T=dtype)

    def shape(self, node: Node, dtype: DType) -> Node:
        return self._made(node, "Shape", T=dtype, out_type=node.dtype("out_type") or DType("int32"))

    def gather_nd(self, node: Node, dtype: DType) -> Node:
        return self._made(node, "GatherNd", Tparams=dtype, Tindices=node.dtype("Tindices") or DType("int32"))

    def gather(self, node: Node, dtype: DType) -> Node:
        index = DType("int32")
        axis = make_node(
            fresh_name(self.graph, f"{node.name}/axis"), "Const", made_by=_MADE_BY, dtype=index,
            value=TensorValue.of(node.integer("batch_dims"), index),
        )  # fmt: skip
        self.added.append(axis)
        made = self._made(
            node, "GatherV2", Tparams=dtype, Tindices=node.dtype("Tindices") or index, Taxis=index,
            batch_dims=node.integer("batch_dims"),
        )  # fmt: skip
        return replace(made, inputs=(*node.inputs, TensorRef(axis.name)))

    def _made(self, node: Node, op: str, **attrs: Attr) -> Node:
        return make_node(
            node.name, op, node.inputs, control_inputs=node.control_inputs, made_by=_MADE_BY, **attrs
        )


_READS: Mapping[str, Callable[[_Handles, Node, DType], Node]] = families.by_op({
    families.READ_RESOURCE: _Handles.read, families.RESOURCE_GATHER: _Handles.gather,
    families.RESOURCE_GATHER_ND: _Handles.gather_nd, families.VARIABLE_SHAPE: _Handles.shape,
})  # fmt: skip
