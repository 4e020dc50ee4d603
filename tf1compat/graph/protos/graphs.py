"""GraphDef: nodes with their attributes as our own frozen values, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from sys import intern
from types import MappingProxyType
from typing import Any

from google.protobuf import message, text_format
from tensorboard.compat.proto import graph_pb2

from tf1compat.graph.attributes import Attr, AttrPlaceholder, DType, FunctionRef, Scalar, Shape, TensorValue
from tf1compat.graph.model import Graph, Node, Versions
from tf1compat.names import TensorRef


def shape_from(proto: Any) -> Shape:
    if proto.unknown_rank:
        return Shape()
    return Shape(tuple(None if dim.size < 0 else dim.size for dim in proto.dim))


def _set_shape(proto: Any, shape: Shape) -> None:
    if shape.dims is None:
        proto.unknown_rank = True
    else:
        proto.SetInParent()
        for dim in shape.dims:
            proto.dim.add().size = -1 if dim is None else dim


def _attr_from(proto: Any) -> Attr:
    kind = proto.WhichOneof("value")
    if kind is None:
        return ()
    if kind == "list":
        for list_kind in ("s", "i", "f", "b", "type", "shape", "tensor", "func"):
            values = getattr(proto.list, list_kind)
            if len(values):
                return tuple(_scalar_from(list_kind, value) for value in values)
        return ()
    return _scalar_from(kind, getattr(proto, kind))


def _scalar_from(kind: str, value: Any) -> Scalar:
    if kind == "type":
        return DType.of_number(value)
    if kind == "shape":
        return shape_from(value)
    if kind == "tensor":
        return TensorValue(value.SerializeToString(deterministic=True))
    if kind == "func":
        return FunctionRef(value.name, attrs_from(value.attr))
    if kind == "placeholder":
        return AttrPlaceholder(value)
    return value  # type: ignore[no-any-return]


#: Bytes of a node beyond which its attributes are not compared with others'.
_SMALL = 1_000


def attrs_from(attrs: Any) -> Mapping[str, Attr]:
    return MappingProxyType({key: _attr_from(attrs[key]) for key in sorted(attrs)})


def _set_attr(proto: Any, value: Attr) -> None:
    if not isinstance(value, tuple):
        _set_scalar(proto, value, in_list=False)
        return
    proto.list.SetInParent()
    for item in value:
        _set_scalar(proto.list, item, in_list=True)


def _set_scalar(proto: Any, value: Scalar, in_list: bool) -> None:
    plain = _plain_field(value)
    if plain is not None:
        field, content = plain
        if in_list:
            getattr(proto, field).append(content)
        else:
            setattr(proto, field, content)
    elif isinstance(value, Shape):
        _set_shape(proto.shape.add() if in_list else proto.shape, value)
    elif isinstance(value, TensorValue):
        (proto.tensor.add() if in_list else proto.tensor).ParseFromString(value.serialized)
    elif isinstance(value, FunctionRef):
        func = proto.func.add() if in_list else proto.func
        func.name = value.name
        for key, attr in value.attrs.items():
            _set_attr(func.attr[key], attr)
    elif isinstance(value, AttrPlaceholder):
        proto.placeholder = value.name


def _plain_field(value: Scalar) -> tuple[str, Any] | None:
    if isinstance(value, DType):
        return "type", value.number
    if isinstance(value, bytes):
        return "s", value
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, int):
        return "i", value
    if isinstance(value, float):
        return "f", value
    return None


def graph_from(proto: Any) -> Graph:
    versions = Versions(
        proto.versions.producer, proto.versions.min_consumer, tuple(proto.versions.bad_consumers)
    )
    library = proto.library.SerializeToString(deterministic=True)
    known: dict[tuple[object, ...], Mapping[str, Attr]] = {}
    return Graph(tuple(_node_from(each, known) for each in proto.node), library=library, versions=versions)


def _node_from(proto: Any, known: dict[tuple[object, ...], Mapping[str, Attr]]) -> Node:
    data = tuple(TensorRef.parse(name) for name in proto.input if not name.startswith("^"))
    control = tuple(intern(name[1:]) for name in proto.input if name.startswith("^"))
    attrs = _shared(proto.attr, known) if proto.ByteSize() <= _SMALL else attrs_from(proto.attr)
    return Node(intern(proto.name), intern(proto.op), data, control, attrs, intern(proto.device))


def _shared(attrs: Any, known: dict[tuple[object, ...], Mapping[str, Attr]]) -> Mapping[str, Attr]:
    """The attributes; nodes that have the same ones share them, which keeps large graphs small."""
    key = tuple((name, attrs[name].SerializeToString(deterministic=True)) for name in sorted(attrs))
    if key not in known:
        known[key] = attrs_from(attrs)
    return known[key]


def set_node(proto: Any, node: Node) -> None:
    proto.name, proto.op, proto.device = node.name, node.op, node.device
    proto.input.extend(ref.graph_def_name for ref in node.inputs)
    proto.input.extend("^" + name for name in node.control_inputs)
    for key, value in node.attrs.items():
        _set_attr(proto.attr[key], value)


def _graph_proto(graph: Graph) -> Any:
    proto = graph_pb2.GraphDef()
    for node in graph.nodes:
        set_node(proto.node.add(), node)
    proto.library.ParseFromString(graph.library)
    proto.versions.producer = graph.versions.producer
    proto.versions.min_consumer = graph.versions.min_consumer
    proto.versions.bad_consumers.extend(graph.versions.bad_consumers)
    return proto


def read_graph_def(serialized: bytes) -> Graph:
    """A Graph from a serialized GraphDef; raises protobuf's DecodeError when it is none."""
    return graph_from(graph_pb2.GraphDef.FromString(serialized))


def parsed_graph_def(content: bytes) -> Any:
    """The GraphDef message in a file's bytes, binary or text; raises DecodeError when they are neither."""
    try:
        proto = graph_pb2.GraphDef.FromString(content)
    except message.DecodeError:
        proto = graph_pb2.GraphDef()
    if not _has_nodes(proto):
        try:
            proto = text_format.Parse(content.decode("utf-8"), graph_pb2.GraphDef())
        except (text_format.ParseError, UnicodeDecodeError) as error:
            raise message.DecodeError(str(error).splitlines()[0]) from error
    if not _has_nodes(proto):
        raise message.DecodeError("no graph in it")
    return proto


#: A NodeDef, the first field of a GraphDef: its length, then its name and its op, each with a length.
_BINARY = re.compile(rb"\x0a[\x80-\xff]{0,4}[\x00-\x7f]\x0a.[\w./\-\\]+\x12.[A-Za-z_]\w*", re.DOTALL)
_TEXT = re.compile(rb"(\s*(#.*)?\n)*\s*(node|library|versions)\s*:?\s*\{")


def starts_like_graph_def(content: bytes) -> bool:
    """Whether a file that begins so may be a GraphDef."""
    return bool(_BINARY.match(content) or _TEXT.match(content))


def _has_nodes(proto: Any) -> bool:
    """Whether a message is a graph; other messages may be read as one whose nodes are none."""
    return bool(proto.node) and all(each.name and each.op for each in proto.node)


def write_graph_def(graph: Graph) -> bytes:
    """The GraphDef of a graph, serialized. Functions made by the rewrite are not in it."""
    return bytes(_graph_proto(graph).SerializeToString(deterministic=True))
