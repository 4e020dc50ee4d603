"""TensorProto: constants as numpy arrays, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from tensorboard.compat.proto import tensor_pb2

from tf1compat.errors import SourceError
from tf1compat.graph.attributes import Array, DType


def array_from_tensor(serialized: bytes) -> Array:
    """Decode a TensorProto; a short value list repeats its last element, as TensorFlow does."""
    proto = tensor_pb2.TensorProto.FromString(serialized)
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    size = int(np.prod(shape, dtype=np.int64))
    dtype = DType.of_number(proto.dtype)
    if dtype.numpy is None:
        raise SourceError(f"a constant of type {dtype} cannot be read without TensorFlow")
    if proto.tensor_content:
        content: Array = np.frombuffer(proto.tensor_content, dtype=dtype.numpy).reshape(shape).copy()
        return content
    values = listed_values(proto, dtype)
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


def listed_values(proto: Any, dtype: DType) -> Array:
    """The values in a TensorProto's list for this element type, as they come; KeyError for a type without a list."""
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
