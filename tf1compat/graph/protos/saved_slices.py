"""SavedTensorSlices: the messages of a V1 checkpoint, described here.

Source: tensorflow/core/util/saved_tensor_slice.proto.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory
from tensorboard.compat.proto import tensor_pb2, tensor_shape_pb2

from tf1compat.graph.attributes import Array, DType, Shape
from tf1compat.graph.protos.graphs import shape_from
from tf1compat.graph.protos.tensors import listed_values

_FIELD = descriptor_pb2.FieldDescriptorProto
_ONE, _MANY = _FIELD.LABEL_OPTIONAL, _FIELD.LABEL_REPEATED
_OWN, _THEIRS = ".tf1compat.", ".tensorboard."
#: Message -> its fields: name, number, kind, label, type.
_MESSAGES: dict[str, tuple[tuple[str, int, int, int, str], ...]] = {
    "SliceExtent": (("start", 1, _FIELD.TYPE_INT64, _ONE, ""), ("length", 2, _FIELD.TYPE_INT64, _ONE, "")),
    "TensorSliceProto": (("extent", 1, _FIELD.TYPE_MESSAGE, _MANY, _OWN + "SliceExtent"),),
    "SavedSliceMeta": (
        ("name", 1, _FIELD.TYPE_BYTES, _ONE, ""),
        ("shape", 2, _FIELD.TYPE_MESSAGE, _ONE, _THEIRS + "TensorShapeProto"),
        ("type", 3, _FIELD.TYPE_INT32, _ONE, ""),
        ("slice", 4, _FIELD.TYPE_MESSAGE, _MANY, _OWN + "TensorSliceProto"),
    ),
    "SavedTensorSliceMeta": (("tensor", 1, _FIELD.TYPE_MESSAGE, _MANY, _OWN + "SavedSliceMeta"),),
    "SavedSlice": (
        ("name", 1, _FIELD.TYPE_BYTES, _ONE, ""),
        ("slice", 2, _FIELD.TYPE_MESSAGE, _ONE, _OWN + "TensorSliceProto"),
        ("data", 3, _FIELD.TYPE_MESSAGE, _ONE, _THEIRS + "TensorProto"),
    ),
    "SavedTensorSlices": (
        ("meta", 1, _FIELD.TYPE_MESSAGE, _ONE, _OWN + "SavedTensorSliceMeta"),
        ("data", 2, _FIELD.TYPE_MESSAGE, _ONE, _OWN + "SavedSlice"),
    ),
}


def _message() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="tf1compat/saved_tensor_slice.proto",
        package="tf1compat",
        syntax="proto2",
        dependency=[tensor_pb2.DESCRIPTOR.name, tensor_shape_pb2.DESCRIPTOR.name],
    )
    for title, fields in _MESSAGES.items():
        described = file.message_type.add(name=title)
        for name, number, kind, label, type_name in fields:
            added = described.field.add(name=name, number=number, type=kind, label=label)
            if type_name:
                added.type_name = type_name
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tf1compat.SavedTensorSlices"))


SavedTensorSlices = _message()

#: Where a slice lies: (start, length) for each axis; None for the whole axis.
Extents = tuple["tuple[int, int] | None", ...]


@dataclass(frozen=True)
class StoredTensor:
    """What the first entry of a V1 checkpoint tells of a tensor; a file may hold only some of its slices."""

    dtype: DType
    shape: Shape
    slices: tuple[Extents, ...]


def read_stored_tensors(serialized: bytes) -> dict[str, StoredTensor]:
    """The tensors that a V1 checkpoint's first entry lists; raises DecodeError."""
    proto = SavedTensorSlices.FromString(serialized)
    return {
        each.name.decode("utf-8", "backslashreplace"): StoredTensor(
            DType.of_number(each.type), shape_from(each.shape), tuple(map(_extents, each.slice))
        )
        for each in proto.meta.tensor
    }


def read_stored_slice(serialized: bytes, dtype: DType) -> tuple[Extents, Array]:
    """A slice of a tensor of this type: where it lies, and its values in a row; raises DecodeError."""
    proto = SavedTensorSlices.FromString(serialized)
    try:
        return _extents(proto.data.slice), listed_values(proto.data.data, dtype)
    except KeyError as error:
        raise message.DecodeError(f"values of type {dtype} are not read") from error


def _extents(proto: Any) -> Extents:
    return tuple((each.start, each.length) if each.HasField("length") else None for each in proto.extent)
