"""The functions of a file's own library, as graphs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tensorboard.compat.proto import function_pb2

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.graph.protos.graphs import attrs_from
from tf1compat.graph.protos.outputs import LISTS_BY_TYPES, SEVERAL_OUTPUTS
from tf1compat.names import TensorRef

_NAME = re.compile(r"(?P<node>[^:]+)(?::(?P<output>[^:]+):(?P<index>\d+))?")


def library_of(graph: Graph) -> Mapping[str, Function]:
    """Every function of the graph's library by name; its arguments are `_Arg` nodes.

    TensorFlow 0.12 wrote functions in another form, in which nothing says what gives a result; those are left out.
    """
    library = function_pb2.FunctionDefLibrary()
    library.ParseFromString(graph.library)
    named = {each.signature.name: _output_names(each) for each in library.function}
    readable = (each for each in library.function if all(name in each.ret for name in _output_names(each)))
    found = (_function(graph, each, named) for each in readable)
    return MappingProxyType({each.name: each for each in found})


def function_names(graph: Graph) -> frozenset[str]:
    """The names of all functions of the graph's library, those of TensorFlow 0.12 too."""
    library = function_pb2.FunctionDefLibrary()
    library.ParseFromString(graph.library)
    return frozenset(each.signature.name for each in library.function)


def _output_names(proto: Any) -> Sequence[str]:
    return tuple(each.name for each in proto.signature.output_arg)


def _function(graph: Graph, proto: Any, named: Mapping[str, Sequence[str]]) -> Function:
    outputs = {node.name: _outputs_of(node, named) for node in proto.node_def}
    arguments = tuple(each.name for each in proto.signature.input_arg)
    nodes = [_argument(each) for each in proto.signature.input_arg]
    nodes += [_node(each, outputs) for each in proto.node_def]
    results = tuple(_ref(proto.ret[name], outputs) for name in _output_names(proto))
    types = tuple(DType.of_number(each.type) for each in proto.signature.output_arg)
    body = Graph(tuple(nodes), versions=graph.versions)
    return Function(proto.signature.name, body, arguments, results, types)


def _outputs_of(proto: Any, named: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The names of a node's outputs where it has several: those of its op, or of the function that it calls.

    Of a list among them, the name is there as often as the list is long.
    """
    if proto.op in named:
        return named[proto.op]
    lists = LISTS_BY_TYPES.get(proto.op, ())
    found = [name for name, types in lists for _ in proto.attr[types].list.type]
    return found or SEVERAL_OUTPUTS.get(proto.op, "").split()


def _argument(proto: Any) -> Node:
    """The argument as a node; one whose type an attribute gives has none."""
    node = make_node(proto.name, "_Arg")
    return node.with_attrs(T=DType.of_number(proto.type)) if proto.type else node


def _node(proto: Any, outputs: Mapping[str, Sequence[str]]) -> Node:
    data = tuple(_ref(each, outputs) for each in proto.input if not each.startswith("^"))
    control = tuple(each[1:] for each in proto.input if each.startswith("^"))
    return Node(proto.name, proto.op, data, control, attrs_from(proto.attr), proto.device)


def _ref(text: str, outputs: Mapping[str, Sequence[str]]) -> TensorRef:
    """A tensor by its name in a function: that of an argument, or `node:output:index`."""
    found = _NAME.fullmatch(text)
    if found is None or found["output"] is None:
        return TensorRef(text)
    names = outputs.get(found["node"], ())
    begin = names.index(found["output"]) if found["output"] in names else 0
    return TensorRef(found["node"], begin + int(found["index"]))
