"""The functions of a file's own library, as graphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from tensorboard.compat.proto import function_pb2

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.graph.protos.graphs import attrs_from
from tf1compat.names import TensorRef

#: The name that the definition of a node's op gives to each of the node's outputs; a list's as often as it is long.
OutputNames = Callable[[Node], Sequence[str]]
_NAME = re.compile(r"(?P<node>[^:]+)(?::(?P<output>[^:]+):(?P<index>\d+))?")


def read_library(graph: Graph, output_names: OutputNames) -> Mapping[str, Function]:
    """Every function of the graph's library by name; its arguments are `_Arg` nodes.

    A function's nodes are read by the names of their outputs. TensorFlow 0.12 wrote functions in another form, in which
    nothing says what gives a result; those are left out.
    """
    library = function_pb2.FunctionDefLibrary()
    library.ParseFromString(graph.library)
    callees = {each.signature.name: _results(each) for each in library.function}
    readable = (each for each in library.function if all(name in each.ret for name in _results(each)))

    def names(node: Node) -> Sequence[str]:
        return callees[node.op] if node.op in callees else output_names(node)

    found = (_function(graph, each, names) for each in readable)
    return MappingProxyType({each.name: each for each in found})


def function_names(graph: Graph) -> frozenset[str]:
    """The names of all functions of the graph's library, those of TensorFlow 0.12 too."""
    library = function_pb2.FunctionDefLibrary()
    library.ParseFromString(graph.library)
    return frozenset(each.signature.name for each in library.function)


def _results(proto: Any) -> Sequence[str]:
    return tuple(each.name for each in proto.signature.output_arg)


def _function(graph: Graph, proto: Any, output_names: OutputNames) -> Function:
    bare = [_bare(each) for each in proto.node_def]
    outputs = {node.name: output_names(node) for node in bare}
    arguments = tuple(each.name for each in proto.signature.input_arg)
    nodes = [_argument(each) for each in proto.signature.input_arg]
    nodes += [_reading(node, each, outputs) for node, each in zip(bare, proto.node_def, strict=True)]
    results = tuple(_ref(proto.ret[name], outputs) for name in _results(proto))
    types = tuple(DType.of_number(each.type) for each in proto.signature.output_arg)
    body = Graph(tuple(nodes), versions=graph.versions)
    return Function(proto.signature.name, body, arguments, results, types)


def _argument(proto: Any) -> Node:
    """The argument as a node; one whose type an attribute gives has none."""
    node = make_node(proto.name, "_Arg")
    return node.with_attrs(T=DType.of_number(proto.type)) if proto.type else node


def _bare(proto: Any) -> Node:
    """The node, but for what it reads."""
    control = tuple(each[1:] for each in proto.input if each.startswith("^"))
    return Node(proto.name, proto.op, (), control, attrs_from(proto.attr), proto.device)


def _reading(node: Node, proto: Any, outputs: Mapping[str, Sequence[str]]) -> Node:
    return replace(
        node, inputs=tuple(_ref(each, outputs) for each in proto.input if not each.startswith("^"))
    )


def _ref(text: str, outputs: Mapping[str, Sequence[str]]) -> TensorRef:
    """A tensor by its name in a function: that of an argument, or `node:output:index`."""
    found = _NAME.fullmatch(text)
    if found is None or found["output"] is None:
        return TensorRef(text)
    names = outputs.get(found["node"], ())
    begin = names.index(found["output"]) if found["output"] in names else 0
    return TensorRef(found["node"], begin + int(found["index"]))
