"""A rewritten graph as a GraphDef with its function library, ready for `tf.graph_util.import_graph_def`.

FunctionDefs name outputs by the op's own output names (`split:output:1`), which the registered ops tell.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tf1compat.errors import RewriteError
from tf1compat.graph import protos
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import ARGUMENT, WHILE
from tf1compat.ops.library import CALLEES
from tf1compat.rewrite.base import fresh_name
from tf1compat.savedmodel.private import op_definition


def graph_def_of(graph: Graph) -> Any:
    """The `tf.compat.v1.GraphDef` of a graph; raises RewriteError for ops that this TensorFlow does not know."""
    import tensorflow as tf

    _check_registered(graph)
    graph = _with_stateless_calls(graph)
    result = tf.compat.v1.GraphDef.FromString(protos.write_graph_def(graph))
    for node in result.node:
        _complete(node)
    shapes = _argument_shapes(graph)
    for function in graph.functions.values():
        _add_function(result.library.function.add(), function, shapes.get(function.name, ()))
    return result


def _argument_shapes(graph: Graph) -> dict[str, Sequence[Shape]]:
    """What the loops' own functions are given, as far as each loop says; converters need it for the loop counters."""
    found: dict[str, Sequence[Shape]] = {}
    for node in _every_node(graph):
        shapes = node.attrs.get("output_shapes")
        if node.op in WHILE and isinstance(shapes, tuple):
            known = [each for each in shapes if isinstance(each, Shape)]
            found.update((name, known) for name in _called(node))
    return found


def _every_node(graph: Graph) -> Iterator[Node]:
    yield from graph.nodes
    for function in graph.functions.values():
        yield from function.graph.nodes


def _check_registered(graph: Graph) -> None:
    for node in _every_node(graph):
        if node.op not in ARGUMENT and op_definition(node.op) is None:
            raise RewriteError(
                f"'{node.name}' is a {node.op}, which this TensorFlow does not have; "
                "name outputs that do not depend on it with --signature"
            )


def _with_stateless_calls(graph: Graph) -> Graph:
    """Loops and conditionals without side effects in the forms that may be pruned and merged."""
    stateful: set[str] = set()
    changed = True
    while changed:
        found = {
            name
            for name, each in graph.functions.items()
            if any(_is_stateful(n, stateful) for n in each.graph.nodes)
        }
        changed = found != stateful
        stateful = found
    functions = {
        name: replace(each, graph=_stateless(each.graph, stateful)) for name, each in graph.functions.items()
    }
    return replace(_stateless(graph, stateful), functions=functions)


def _is_stateful(node: Node, stateful: set[str]) -> bool:
    if node.op in CALLEES:
        return any(name in stateful for name in _called(node))
    return node.op not in ARGUMENT and bool(op_definition(node.op).is_stateful)


def _called(node: Node) -> tuple[str, ...]:
    return tuple(getattr(node.attrs[key], "name", "") for key in CALLEES[node.op])


def _stateless(graph: Graph, stateful: set[str]) -> Graph:
    return graph.replacing(_lowered(node, stateful) if node.op in CALLEES else node for node in graph.nodes)


def _lowered(node: Node, stateful: set[str]) -> Node:
    """A call in its right form, marked as TF2 marks its own: run inline, not by one function call a turn
    (`maybe_set_lowering_attr` in tensorflow/python/ops/control_flow_util_v2.py)."""
    kind = node.op.removeprefix("Stateless")
    op = kind if any(name in stateful for name in _called(node)) else f"Stateless{kind}"
    return replace(node, op=op).with_attrs(_lower_using_switch_merge=True)


def _complete(node: Any) -> None:
    """Give a NodeDef the defaults of attributes that its op has gained since the file was written, and take those that
    it does not have; raises RewriteError for one of these that asks for something."""
    definition = op_definition(node.op)
    for attr in definition.attr:
        if attr.name not in node.attr and attr.HasField("default_value"):
            node.attr[attr.name].CopyFrom(attr.default_value)
    known = {each.name for each in definition.attr}
    for name in [each for each in node.attr if each not in known and not each.startswith("_")]:
        if not _asks_for_nothing(node.attr[name]):
            raise RewriteError(
                f"'{node.name}' ({node.op}) has the attribute '{name}', which this TensorFlow's {node.op} does not "
                "have; name outputs that do not depend on it with --signature"
            )
        del node.attr[name]


def _asks_for_nothing(value: Any) -> bool:
    """Whether an attribute is off, zero or empty, as those that an op gains are by default."""
    kind = value.WhichOneof("value")
    return kind is None or (kind in ("b", "i", "f", "s") and not getattr(value, kind))


def _add_function(proto: Any, function: Function, shapes: Sequence[Shape]) -> None:
    graph = function.graph
    # Unlike those of all other functions: ONNX nests the bodies of loops, and a name inside hides one outside.
    own = f"{zlib.crc32(function.name.encode()):08x}"
    arguments = {
        name: fresh_name(graph, f"arg_{own}_{number}") for number, name in enumerate(function.inputs)
    }
    proto.signature.name = function.name
    for name, argument in arguments.items():
        dtype = graph[name].dtype() or DType("float32")
        proto.signature.input_arg.add(name=argument, type=dtype.number)
    for number, shape in enumerate(shapes):
        _describe(proto.arg_attr[number].attr["_output_shapes"].list.shape.add(), shape)
    body = [node for node in graph.nodes if node.op not in ARGUMENT]
    proto.node_def.extend(_node_defs(graph.replacing(body)))
    for source, node in zip(body, proto.node_def, strict=True):
        _complete(node)
        del node.input[:]
        node.input.extend(_function_input(graph, ref, arguments) for ref in source.inputs)
        node.input.extend("^" + name for name in source.control_inputs if name not in arguments)
    for number, ref in enumerate(function.outputs):
        output = f"output_{number}"
        proto.signature.output_arg.add(name=output, type=_dtype_of(graph, ref))
        proto.ret[output] = _function_input(graph, ref, arguments)


def _describe(proto: Any, shape: Shape) -> None:
    """Write a shape into a TensorShapeProto."""
    proto.unknown_rank = shape.dims is None
    for dim in shape.dims or ():
        proto.dim.add(size=-1 if dim is None else dim)


def _node_defs(graph: Graph) -> Any:
    import tensorflow as tf

    return tf.compat.v1.GraphDef.FromString(protos.write_graph_def(graph)).node


def _function_input(graph: Graph, ref: TensorRef, arguments: Mapping[str, str]) -> str:
    if ref.node in arguments:
        return arguments[ref.node]
    name, offset, _ = _output_argument(graph.producer(ref), ref.index)
    return f"{ref.node}:{name}:{offset}"


def _dtype_of(graph: Graph, ref: TensorRef) -> int:
    node = graph.producer(ref)
    if node.op in ARGUMENT:
        return (node.dtype() or DType("float32")).number
    return _output_argument(node, ref.index)[2]


def _output_argument(node: Node, index: int) -> tuple[str, int, int]:
    """The name of the output argument that holds output `index`, the place in it, and its type's number."""
    first = 0
    for argument in op_definition(node.op).output_arg:
        types = _types(node, argument)
        if index < first + len(types):
            return argument.name, index - first, types[index - first]
        first += len(types)
    raise RewriteError(f"'{node.name}' ({node.op}) has {first} outputs, but output {index} is read")


def _types(node: Node, argument: Any) -> list[int]:
    if argument.type_list_attr:
        listed = node.attrs.get(argument.type_list_attr, ())
        return (
            [each.number for each in listed if isinstance(each, DType)] if isinstance(listed, tuple) else []
        )
    count = node.integer(argument.number_attr) if argument.number_attr else 1
    return [_type(node, argument)] * count


def _type(node: Node, argument: Any) -> int:
    if not argument.type_attr:
        return int(argument.type)
    dtype = node.dtype(argument.type_attr)
    if dtype is not None:
        return dtype.number
    default = next(attr for attr in op_definition(node.op).attr if attr.name == argument.type_attr)
    return int(default.default_value.type)
