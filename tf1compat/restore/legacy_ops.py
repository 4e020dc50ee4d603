"""A v1 graph of before TensorFlow 1.0 becomes one that TensorFlow 2 accepts, with little touched.

TensorFlow 2 still runs v1 loops, reference variables and `TensorArrayV3`, but in a graph of today's version
it refuses to create the first two generations of TensorArray ops, whose handle is a string. Here each becomes
its V3 form in place, under its own name, and the nodes that carry a handle carry a resource instead.
Source: tensorflow/core/ops/data_flow_ops.cc, where V2 and V3 differ in the handle's type alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import MappingProxyType

from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import ARRAY_OPERATIONS, TENSOR_ARRAYS, array_operation, is_array
from tf1compat.ops.families import HAND_ON

_RESOURCE = DType("resource")
_INT32 = DType("int32")
_MADE_BY = "legacy_ops"

#: V1 ops of another name: what they become once their indices are spelled out.
_PACKED = MappingProxyType({"pack": "TensorArrayGatherV3", "unpack": "TensorArrayScatterV3"})


def runnable(graph: Graph) -> tuple[Graph, tuple[str, ...]]:
    """The same computation in ops that TensorFlow 2 creates, and what was replaced, a line for each op type.

    A graph that needs nothing comes back as it is.
    """
    stale = {node.name for node in graph.nodes if _is_stale(node.op)}
    if not stale:
        return graph, ()
    carriers = _carriers(graph, stale)
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.name in stale:
            nodes += _renewed(node)
        else:
            nodes.append(_carrying_resource(node) if node.name in carriers else node)
    replaced = Counter(graph[name].op for name in stale)
    account = (f"{op} became {_successor(op)} ({count})" for op, count in sorted(replaced.items()))
    return graph.replacing(nodes), tuple(account)


def _is_stale(op: str) -> bool:
    """Whether an op is of the first two generations; gradients with a shape are of the third, without a number."""
    known = op in TENSOR_ARRAYS or ARRAY_OPERATIONS.get(op) not in (None, "gradwithshape")
    return known and not op.endswith("V3")


def _successor(op: str) -> str:
    return _PACKED.get(ARRAY_OPERATIONS.get(op, ""), op.removesuffix("V2") + "V3")


def _makes_handle(node: Node) -> bool:
    return is_array(node) or array_operation(node) == "grad"


def _carriers(graph: Graph, stale: set[str]) -> set[str]:
    """The nodes between a handle's maker and its users."""
    todo = [TensorRef(name) for name in stale if _makes_handle(graph[name])]
    found: set[str] = set()
    while todo:
        for use in graph.uses.get(todo.pop(), ()):
            if use.node not in found and graph[use.node].op in HAND_ON:
                found.add(use.node)
                todo += [TensorRef(use.node), TensorRef(use.node, 1)]
    return found


def _carrying_resource(node: Node) -> Node:
    return replace(node, op=node.op.removeprefix("Ref")).with_attrs(T=_RESOURCE)


def _renewed(node: Node) -> list[Node]:
    what = array_operation(node)
    if what not in _PACKED:
        return [replace(node, op=_successor(node.op)).without_attrs("_output_shapes")]
    return _pack(node) if what == "pack" else _unpack(node)


def _pack(node: Node) -> list[Node]:
    handle, flow = node.inputs
    size = make_node(f"{node.name}/size", "TensorArraySizeV3", (handle, flow), made_by=_MADE_BY)
    indices = _range(node, TensorRef(size.name))
    gather = replace(node, op="TensorArrayGatherV3", inputs=(handle, TensorRef(indices[-1].name), flow))
    return [size, *indices, gather]


def _unpack(node: Node) -> list[Node]:
    handle, value, flow = node.inputs
    value_type = node.dtype() or DType("float32")
    shape = make_node(
        f"{node.name}/shape", "Shape", (value,), made_by=_MADE_BY, T=value_type, out_type=_INT32
    )
    first = _constant(node, "first", 0)
    length = make_node(
        f"{node.name}/length", "Gather", (TensorRef(shape.name), TensorRef(first.name)),
        made_by=_MADE_BY, Tparams=_INT32, Tindices=_INT32,
    )  # fmt: skip
    indices = _range(node, TensorRef(length.name))
    inputs = (handle, TensorRef(indices[-1].name), value, flow)
    return [shape, first, length, *indices, replace(node, op="TensorArrayScatterV3", inputs=inputs)]


def _range(node: Node, limit: TensorRef) -> list[Node]:
    """Nodes for 0, 1, ... up to a limit; the last one is the range."""
    start, delta = _constant(node, "start", 0), _constant(node, "delta", 1)
    inputs = (TensorRef(start.name), limit, TensorRef(delta.name))
    return [start, delta, make_node(f"{node.name}/range", "Range", inputs, made_by=_MADE_BY, Tidx=_INT32)]


def _constant(node: Node, name: str, value: int) -> Node:
    # The control input keeps the constant in the frame of the node it serves.
    return make_node(
        f"{node.name}/{name}", "Const", control_inputs=(node.inputs[0].node,), made_by=_MADE_BY,
        dtype=_INT32, value=TensorValue.of(value, _INT32),
    )  # fmt: skip
