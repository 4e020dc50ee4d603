"""Variables become values: each variable node is a `Placeholder` at which a `tf.Variable`'s value enters.

Reference variables (`Variable`, `VariableV2`) lose their reference types; resource variables (`VarHandleOp`) lose
their handles: a read is the value, a gather reads the value.
"""

from __future__ import annotations

from dataclasses import replace

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr, DType, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import PASS_THROUGH, resolve
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import Outcome, substitute

REFERENCE_VARIABLES = frozenset({"Variable", "VariableV2"})
VARIABLES = REFERENCE_VARIABLES | {"VarHandleOp"}
_BY_REFERENCE = {
    "RefEnter": "Enter", "RefExit": "Exit", "RefSwitch": "Switch", "RefMerge": "Merge",
    "RefIdentity": "Identity", "RefNextIteration": "NextIteration", "RefSelect": "Select",
}  # fmt: skip
_WRITES = frozenset({
    "Assign", "AssignAdd", "AssignSub", "ScatterUpdate", "ScatterAdd", "ScatterSub", "ScatterMul", "ScatterDiv",
    "ScatterNdUpdate", "ScatterNdAdd", "CountUpTo", "AssignVariableOp", "AssignAddVariableOp",
    "AssignSubVariableOp", "ResourceScatterUpdate", "ResourceScatterAdd", "ResourceCountUpTo",
})  # fmt: skip
_MADE_BY = "variables"


def variables_to_values(graph: Graph) -> Outcome:
    """No reference, no handle, no variable node is left; raises RewriteError where a variable is written."""
    written = next((node for node in graph.nodes if node.op in _WRITES), None)
    if written is not None:
        raise RewriteError(
            f"'{written.name}' ({written.op}) changes a variable while the outputs are computed; "
            "name outputs that do not depend on it with --signature"
        )
    handles = {node.name: node for node in graph.nodes if node.op == "VarHandleOp"}
    changed = {}
    added: list[Node] = []
    for node in graph.nodes:
        new = _rewritten(graph, node, handles, added)
        if new != node:
            changed[node.name] = new
    summary = "variables became values that enter from tf.Variable; references and handles are gone"
    return Outcome(substitute(graph, changed, added) if changed else graph, len(changed), summary)


def _rewritten(graph: Graph, node: Node, handles: dict[str, Node], added: list[Node]) -> Node:
    if node.op in VARIABLES:
        dtype = (node.dtype("dtype") or DType("float32")).base
        return make_node(node.name, "Placeholder", made_by=_MADE_BY, dtype=dtype, shape=node.shape())
    if handles:
        node = _without_handle(graph, node, handles, added)
    return _without_reference(node)


def _without_reference(node: Node) -> Node:
    attrs: dict[str, Attr] = {
        key: value.base if isinstance(value, DType) and value.is_ref else value
        for key, value in node.attrs.items()
    }
    if node.op not in _BY_REFERENCE and attrs == dict(node.attrs):
        return node
    return replace(node.with_attrs(**attrs), op=_BY_REFERENCE.get(node.op, node.op))


def _without_handle(graph: Graph, node: Node, handles: dict[str, Node], added: list[Node]) -> Node:
    if not node.inputs or not (node.op in PASS_THROUGH | {"Switch", "Merge"} or node.op in _READS):
        return node
    handle = handles.get(_handle_behind(graph, node.inputs[0]).node)
    if handle is None:
        return node
    dtype = handle.dtype("dtype") or DType("float32")
    if node.op in _READS:
        return _READS[node.op](node, dtype, added)
    return node.with_attrs(T=dtype)


def _handle_behind(graph: Graph, ref: TensorRef) -> TensorRef:
    """The variable's handle behind a tensor, through loops and conditionals."""
    found = resolve(graph, ref)
    producer = graph.producer(found)
    while producer.op == "Switch":
        found = resolve(graph, producer.inputs[0])
        producer = graph.producer(found)
    return found


def _read(node: Node, dtype: DType, _: list[Node]) -> Node:
    return make_node(
        node.name, "Identity", node.inputs, control_inputs=node.control_inputs, made_by=_MADE_BY, T=dtype
    )


def _gather(node: Node, dtype: DType, added: list[Node]) -> Node:
    index = DType("int32")
    axis = make_node(
        f"{node.name}/axis", "Const", made_by=_MADE_BY, dtype=index,
        value=TensorValue.of(node.integer("batch_dims"), index),
    )  # fmt: skip
    added.append(axis)
    return make_node(
        node.name, "GatherV2", (*node.inputs, TensorRef(axis.name)), control_inputs=node.control_inputs,
        made_by=_MADE_BY, Tparams=dtype, Tindices=node.dtype("Tindices") or index, Taxis=index,
        batch_dims=node.integer("batch_dims"),
    )  # fmt: skip


def _gather_nd(node: Node, dtype: DType, _: list[Node]) -> Node:
    return make_node(
        node.name, "GatherNd", node.inputs, control_inputs=node.control_inputs, made_by=_MADE_BY,
        Tparams=dtype, Tindices=node.dtype("Tindices") or DType("int32"),
    )  # fmt: skip


def _shape(node: Node, dtype: DType, _: list[Node]) -> Node:
    return make_node(
        node.name, "Shape", node.inputs, made_by=_MADE_BY, T=dtype, out_type=node.dtype("out_type") or DType("int32")
    )


_READS = {
    "ReadVariableOp": _read,
    "ResourceGather": _gather,
    "ResourceGatherNd": _gather_nd,
    "VariableShape": _shape,
}
