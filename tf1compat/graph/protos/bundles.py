"""BundleHeaderProto and BundleEntryProto: the messages of a V2 checkpoint's index, described here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorboard.compat.proto import tensor_shape_pb2

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.protos.graphs import shape_from


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
            added = each.field.add(name=title, number=number, type=kind, label=label)
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


BundleHeaderProto, BundleEntryProto = _bundle_messages()


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
    proto = BundleHeaderProto.FromString(serialized)
    return BundleHeader(proto.num_shards, proto.endianness == 1)


def read_bundle_entry(serialized: bytes) -> BundleEntry:
    """Decode a BundleEntryProto; raises DecodeError."""
    proto = BundleEntryProto.FromString(serialized)
    return BundleEntry(
        DType.of_number(proto.dtype), shape_from(proto.shape), proto.shard_id, proto.offset, proto.size,
        proto.crc32c, bool(proto.slices),
    )  # fmt: skip
