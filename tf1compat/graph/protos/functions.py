"""The functions of a file's own library, as graphs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tensorboard.compat.proto import function_pb2

from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.protos.graphs import attrs_from
from tf1compat.names import TensorRef

_NAME = re.compile(r"(?P<node>[^:]+)(?::(?P<output>[^:]+):(?P<index>\d+))?")
#: Ops with several named outputs of one tensor each, in order; all others have one, or one list.
_SEVERAL = {
    "LSTMBlockCell": ("i", "cs", "f", "o", "ci", "co", "h"),
    "GRUBlockCell": ("r", "u", "c", "h"),
    "TopKV2": ("values", "indices"),
    "Switch": ("output_false", "output_true"),
    "Merge": ("output", "value_index"),
}


def library_of(graph: Graph) -> Mapping[str, Function]:
    """Every function of the graph's library by name; its arguments are `_Arg` nodes."""
    library = function_pb2.FunctionDefLibrary()
    library.ParseFromString(graph.library)
    found = (_function(graph, each) for each in library.function)
    return MappingProxyType({each.name: each for each in found})


def _function(graph: Graph, proto: Any) -> Function:
    ops = {node.name: node.op for node in proto.node_def}
    arguments = tuple(each.name for each in proto.signature.input_arg)
    nodes = [Node(name, "_Arg") for name in arguments]
    nodes += [_node(each, ops) for each in proto.node_def]
    results = tuple(_ref(proto.ret[each.name], ops) for each in proto.signature.output_arg)
    return Function(proto.signature.name, Graph(tuple(nodes), versions=graph.versions), arguments, results)


def _node(proto: Any, ops: Mapping[str, str]) -> Node:
    data = tuple(_ref(each, ops) for each in proto.input if not each.startswith("^"))
    control = tuple(each[1:] for each in proto.input if each.startswith("^"))
    return Node(proto.name, proto.op, data, control, attrs_from(proto.attr), proto.device)


def _ref(text: str, ops: Mapping[str, str]) -> TensorRef:
    """A tensor by its name in a function: that of an argument, or `node:output:index`."""
    found = _NAME.fullmatch(text)
    if found is None or found["output"] is None:
        return TensorRef(text)
    names = _SEVERAL.get(ops.get(found["node"], ""), ())
    place = names.index(found["output"]) if found["output"] in names else int(found["index"])
    return TensorRef(found["node"], place)
