"""The one door to protobuf: GraphDef, MetaGraphDef and checkpoint messages become our own frozen values.

The message classes come TensorFlow-free from `tensorboard.compat.proto`, whose messages are wire-compatible copies
of TensorFlow's own; those of the tensor bundle are not in it and are described here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message,
    message_factory,
    text_format,
)
from tensorboard.compat.proto import graph_pb2, meta_graph_pb2, tensor_pb2, tensor_shape_pb2, variable_pb2

from tf1compat.errors import SourceError
from tf1compat.graph.attributes import (
    Array,
    Attr,
    AttrPlaceholder,
    DType,
    FunctionRef,
    Scalar,
    Shape,
    TensorValue,
)
from tf1compat.graph.model import Graph, Node, Versions
from tf1compat.names import TensorRef

DecodeError = message.DecodeError

# ---------------------------------------------------------------------------------------------- tensors


def array_from_tensor(serialized: bytes) -> Array:
    """Decode a TensorProto; a short value list repeats its last element, as TensorFlow does."""
    proto = tensor_pb2.TensorProto.FromString(serialized)
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    size = int(np.prod(shape, dtype=np.int64))
    dtype = DType.of_number(proto.dtype)
    if dtype.numpy is None:
        raise SourceError(f"a constant of type {dtype} cannot be read without TensorFlow")
    if proto.tensor_content:
        return np.frombuffer(proto.tensor_content, dtype=dtype.numpy).reshape(shape).copy()
    values = _listed_values(proto, dtype)
    if len(values) < size:
        filler = values[-1:] if len(values) else np.zeros(1, values.dtype)
        if dtype == "string" and not len(values):
            filler[0] = b""
        values = np.concatenate([values, np.repeat(filler, size - len(values))])
    return values[:size].reshape(shape)


_VALUE_FIELDS = {
    "float32": "float_val", "float64": "double_val", "int32": "int_val", "uint8": "int_val", "int16": "int_val",
    "int8": "int_val", "uint16": "int_val", "int64": "int64_val", "bool": "bool_val", "uint32": "uint32_val",
    "uint64": "uint64_val",
}  # fmt: skip


def _listed_values(proto: Any, dtype: DType) -> Array:
    if dtype == "string":
        values = np.empty(len(proto.string_val), np.object_)
        values[:] = list(proto.string_val)
        return values
    if dtype == "float16":
        return np.array(proto.half_val, np.uint16).view(np.float16)
    if dtype in ("complex64", "complex128"):
        pairs = proto.scomplex_val if dtype == "complex64" else proto.dcomplex_val
        flat = np.array(pairs, np.float32 if dtype == "complex64" else np.float64)
        result: Array = flat.view(dtype.numpy)
        return result
    return np.array(getattr(proto, _VALUE_FIELDS[dtype]), dtype.numpy)


def tensor_from_array(value: Any, dtype: DType) -> bytes:
    """A serialized TensorProto of `value` (strings as str or bytes) with element type `dtype`."""
    proto = tensor_pb2.TensorProto(dtype=dtype.number)
    array = np.asarray(value, dtype=dtype.numpy)
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if dtype == "string":
        proto.string_val.extend(
            item.encode() if isinstance(item, str) else bytes(item) for item in array.ravel()
        )
    else:
        proto.tensor_content = np.ascontiguousarray(array).tobytes()
    return bytes(proto.SerializeToString(deterministic=True))


# ------------------------------------------------------------------------------------------- attributes


def _shape_from(proto: Any) -> Shape:
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
        return _shape_from(value)
    if kind == "tensor":
        return TensorValue(value.SerializeToString(deterministic=True))
    if kind == "func":
        return FunctionRef(value.name, _attrs_from(value.attr))
    if kind == "placeholder":
        return AttrPlaceholder(value)
    return value  # type: ignore[no-any-return]


def _attrs_from(attrs: Any) -> Mapping[str, Attr]:
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


# ------------------------------------------------------------------------------------------------ graphs


def _graph_from(proto: Any) -> Graph:
    versions = Versions(
        proto.versions.producer, proto.versions.min_consumer, tuple(proto.versions.bad_consumers)
    )
    library = proto.library.SerializeToString(deterministic=True)
    return Graph(tuple(map(_node_from, proto.node)), library=library, versions=versions)


def _node_from(proto: Any) -> Node:
    data = tuple(TensorRef.parse(name) for name in proto.input if not name.startswith("^"))
    control = tuple(name[1:] for name in proto.input if name.startswith("^"))
    return Node(proto.name, proto.op, data, control, _attrs_from(proto.attr), proto.device)


def _set_node(proto: Any, node: Node) -> None:
    proto.name, proto.op, proto.device = node.name, node.op, node.device
    proto.input.extend(ref.graph_def_name for ref in node.inputs)
    proto.input.extend("^" + name for name in node.control_inputs)
    for key, value in node.attrs.items():
        _set_attr(proto.attr[key], value)


def _graph_proto(graph: Graph) -> Any:
    proto = graph_pb2.GraphDef()
    for node in graph.nodes:
        _set_node(proto.node.add(), node)
    proto.library.ParseFromString(graph.library)
    proto.versions.producer = graph.versions.producer
    proto.versions.min_consumer = graph.versions.min_consumer
    proto.versions.bad_consumers.extend(graph.versions.bad_consumers)
    return proto


def read_graph_def(serialized: bytes) -> Graph:
    """A Graph from a serialized GraphDef; raises protobuf's DecodeError when it is none."""
    return _graph_from(graph_pb2.GraphDef.FromString(serialized))


def write_graph_def(graph: Graph) -> bytes:
    """The GraphDef of a graph, serialized. Functions made by the rewrite are not in it."""
    return bytes(_graph_proto(graph).SerializeToString(deterministic=True))


# --------------------------------------------------------------------------------------------- MetaGraphs


@dataclass(frozen=True)
class SaverDef:
    """How a Saver's nodes are reached (`tensorflow/core/protobuf/saver.proto`)."""

    filename_tensor: str
    save_tensor: str
    restore_op: str
    version: int  # 0 legacy, 1 = V1, 2 = V2


@dataclass(frozen=True)
class VariableDef:
    """One entry of a variables collection (`tensorflow/core/framework/variable.proto`)."""

    variable: str  # name of the tensor that is the variable: `scope/w:0`
    initializer: str
    snapshot: str
    trainable: bool
    is_resource: bool


@dataclass(frozen=True)
class MetaGraph:
    """A MetaGraphDef: the graph, and what the author's program knew of it."""

    graph: Graph
    tensorflow_version: str
    saver: SaverDef | None
    variables: Mapping[str, tuple[VariableDef, ...]]  # by collection
    node_collections: Mapping[str, tuple[str, ...]]  # by collection
    serialized: bytes  # the message whole, for `tf.compat.v1.train.import_meta_graph`


_VARIABLE_COLLECTIONS = (
    "variables", "trainable_variables", "local_variables", "model_variables", "moving_average_variables",
)  # fmt: skip


def read_meta_graph(content: bytes) -> MetaGraph:
    """A MetaGraph from a `.meta` file's bytes, binary or text; raises DecodeError when they are neither."""
    proto = meta_graph_pb2.MetaGraphDef()
    try:
        proto.ParseFromString(content)
        parsed = bool(proto.graph_def.node)
    except message.DecodeError:
        parsed = False
    if not parsed:
        proto = _text_meta_graph(content)
    if not proto.graph_def.node:
        raise message.DecodeError("no graph in it")
    return _meta_graph_from(proto)


def _text_meta_graph(content: bytes) -> Any:
    try:
        return text_format.Parse(content.decode("utf-8"), meta_graph_pb2.MetaGraphDef())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise message.DecodeError(str(error).splitlines()[0]) from error


def _meta_graph_from(proto: Any) -> MetaGraph:
    collections = proto.collection_def
    saver = None
    if proto.HasField("saver_def"):
        each = proto.saver_def
        saver = SaverDef(
            each.filename_tensor_name, each.save_tensor_name, each.restore_op_name, each.version
        )
    variables = {
        key: tuple(_variable_from(value, key) for value in collections[key].bytes_list.value)
        for key in _VARIABLE_COLLECTIONS
        if key in collections
    }
    nodes = {
        key: tuple(collections[key].node_list.value)
        for key in sorted(collections)
        if collections[key].node_list.value
    }
    return MetaGraph(
        _graph_from(proto.graph_def),
        proto.meta_info_def.tensorflow_version,
        saver,
        MappingProxyType(variables),
        MappingProxyType(nodes),
        bytes(proto.SerializeToString(deterministic=True)),
    )


def _variable_from(serialized: bytes, collection: str) -> VariableDef:
    proto = variable_pb2.VariableDef.FromString(serialized)
    trainable = collection == "trainable_variables" or proto.trainable
    return VariableDef(
        proto.variable_name, proto.initializer_name, proto.snapshot_name, trainable, proto.is_resource
    )


def scrubbed_meta_graph(serialized: bytes, nodes: Iterable[Node] | None = None) -> bytes:
    """A MetaGraphDef that TF2 imports: without `_output_shapes`, devices, and collections of Python objects.

    `nodes` replaces the graph's own nodes when given.
    """
    proto = meta_graph_pb2.MetaGraphDef.FromString(serialized)
    if nodes is not None:
        del proto.graph_def.node[:]
        for each in nodes:
            _set_node(proto.graph_def.node.add(), each)
    for node in proto.graph_def.node:
        node.device = ""
        node.attr.pop("_output_shapes", None)
        node.attr.pop("_class", None)
    for key in list(proto.collection_def):
        if key not in _VARIABLE_COLLECTIONS:
            del proto.collection_def[key]
    return bytes(proto.SerializeToString())


def meta_graph_text(meta_graph: MetaGraph) -> str:
    """The MetaGraphDef in protobuf's text format."""
    return str(text_format.MessageToString(meta_graph_pb2.MetaGraphDef.FromString(meta_graph.serialized)))


# ----------------------------------------------------------------------------------------- tensor bundles


def _bundle_messages() -> tuple[Any, Any]:
    """BundleHeaderProto and BundleEntryProto (tensorflow/core/protobuf/tensor_bundle.proto)."""
    file = descriptor_pb2.FileDescriptorProto(
        name="tf1compat/tensor_bundle.proto",
        package="tf1compat",
        syntax="proto3",
        dependency=[tensor_shape_pb2.DESCRIPTOR.name],
    )
    field = descriptor_pb2.FieldDescriptorProto
    single, many = field.LABEL_OPTIONAL, field.LABEL_REPEATED
    shape = ".tensorboard.TensorShapeProto"

    def add(name: str, *fields: tuple[str, int, int, int, str]) -> None:
        each = file.message_type.add(name=name)
        for title, number, kind, label, type_name in fields:
            added = each.field.add(name=title, number=number, type=kind, label=label)  # type: ignore[arg-type]
            if type_name:
                added.type_name = type_name

    add(
        "BundleHeaderProto",
        ("num_shards", 1, field.TYPE_INT32, single, ""),
        ("endianness", 2, field.TYPE_INT32, single, ""),
    )
    add(
        "BundleEntryProto",
        ("dtype", 1, field.TYPE_INT32, single, ""),
        ("shape", 2, field.TYPE_MESSAGE, single, shape),
        ("shard_id", 3, field.TYPE_INT32, single, ""),
        ("offset", 4, field.TYPE_INT64, single, ""),
        ("size", 5, field.TYPE_INT64, single, ""),
        ("crc32c", 6, field.TYPE_FIXED32, single, ""),
        ("slices", 7, field.TYPE_BYTES, many, ""),
    )
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    header = pool.FindMessageTypeByName("tf1compat.BundleHeaderProto")
    entry = pool.FindMessageTypeByName("tf1compat.BundleEntryProto")
    return message_factory.GetMessageClass(header), message_factory.GetMessageClass(entry)


_HEADER, _ENTRY = _bundle_messages()


@dataclass(frozen=True)
class BundleHeader:
    """The first entry of a tensor bundle's index."""

    shards: int
    big_endian: bool


@dataclass(frozen=True)
class BundleEntry:
    """Where one tensor's bytes lie: `size` bytes at `offset` of shard `shard`."""

    dtype: DType
    shape: Shape
    shard: int
    offset: int
    size: int
    crc32c: int  # masked, as in the file
    sliced: bool  # stored in slices (a partitioned variable)


def read_bundle_header(serialized: bytes) -> BundleHeader:
    """Decode a BundleHeaderProto; raises DecodeError."""
    proto = _HEADER.FromString(serialized)
    return BundleHeader(proto.num_shards, proto.endianness == 1)


def read_bundle_entry(serialized: bytes) -> BundleEntry:
    """Decode a BundleEntryProto; raises DecodeError."""
    proto = _ENTRY.FromString(serialized)
    return BundleEntry(
        DType.of_number(proto.dtype), _shape_from(proto.shape), proto.shard_id, proto.offset, proto.size,
        proto.crc32c, bool(proto.slices),
    )  # fmt: skip

