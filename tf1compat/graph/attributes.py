"""The values a node's attributes take, as immutable Python values.

An AttrValue becomes one of: bytes, int, float, bool, `DType`, `Shape`, `TensorValue`, `FunctionRef`, or a tuple
of those (a list attribute). Source of the forms: tensorflow/core/framework/attr_value.proto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_TYPES: dict[str, tuple[int, Any]] = {
    # name: (number in tensorflow/core/framework/types.proto, numpy type)
    "float32": (1, np.float32),
    "float64": (2, np.float64),
    "int32": (3, np.int32),
    "uint8": (4, np.uint8),
    "int16": (5, np.int16),
    "int8": (6, np.int8),
    "string": (7, np.object_),
    "complex64": (8, np.complex64),
    "int64": (9, np.int64),
    "bool": (10, np.bool_),
    "qint8": (11, None),
    "quint8": (12, None),
    "qint32": (13, None),
    "bfloat16": (14, None),
    "qint16": (15, None),
    "quint16": (16, None),
    "uint16": (17, np.uint16),
    "complex128": (18, np.complex128),
    "float16": (19, np.float16),
    "resource": (20, None),
    "variant": (21, None),
    "uint32": (22, np.uint32),
    "uint64": (23, np.uint64),
}
_NAMES = {number: name for name, (number, _) in _TYPES.items()}
#: What holds the values of types that numpy does not have: bfloat16 exactly, quantized ones by their bits.
_STAND_INS: dict[str, Any] = {
    "bfloat16": np.float32, "qint8": np.int8, "quint8": np.uint8, "qint16": np.int16, "quint16": np.uint16,
    "qint32": np.int32,
}  # fmt: skip
_REF = 100  # a reference type's number is its base type's plus this


class DType(str):
    """A TensorFlow element type by its name (`float32`, `string`, `float32_ref`)."""

    __slots__ = ()

    @classmethod
    def of_number(cls, number: int) -> DType:
        """The type with this number in `types.proto`; unknown numbers get the name `type_N`."""
        base = _NAMES.get(number % _REF, f"type_{number % _REF}")
        return cls(base + "_ref" if number >= _REF else base)

    @property
    def number(self) -> int:
        """The number in `types.proto`."""
        base = self.base
        number = int(base[5:]) if base.startswith("type_") else _TYPES[base][0]
        return number + _REF if self.is_ref else number

    @property
    def is_ref(self) -> bool:
        """Whether this is the reference form that TF1's `Variable` ops give."""
        return self.endswith("_ref")

    @property
    def base(self) -> DType:
        """The type without the reference."""
        return DType(self[:-4]) if self.is_ref else self

    @property
    def is_floating(self) -> bool:
        return self.base in ("float16", "bfloat16", "float32", "float64")

    @property
    def is_integer(self) -> bool:
        return self.base in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")

    @property
    def stand_in(self) -> Any:
        """The numpy type in which values of this type are handed about; None where there is none."""
        return self.numpy or _STAND_INS.get(self.base)

    @property
    def numpy(self) -> Any:
        """The numpy type; object for string; None where numpy has none."""
        return _TYPES.get(self.base, (0, None))[1]


@dataclass(frozen=True, slots=True)
class Shape:
    """A static shape: None for a dimension that is not known, `dims=None` for an unknown rank."""

    dims: tuple[int | None, ...] | None = None

    @classmethod
    def of(cls, *dims: int | None) -> Shape:
        return cls(tuple(dims))

    @property
    def rank(self) -> int | None:
        return None if self.dims is None else len(self.dims)

    def __str__(self) -> str:
        if self.dims is None:
            return "?"
        return "[" + ", ".join("?" if dim is None else str(dim) for dim in self.dims) + "]"

    def to_json(self) -> list[int | None] | None:
        return None if self.dims is None else list(self.dims)

    @classmethod
    def from_json(cls, dims: list[int | None] | None) -> Shape:
        return cls(None if dims is None else tuple(dims))


@dataclass(frozen=True, slots=True)
class TensorValue:
    """A constant tensor, kept as the serialized TensorProto; `array` decodes it."""

    serialized: bytes

    @classmethod
    def of(cls, value: Any, dtype: DType) -> TensorValue:
        """A constant of `value` (anything numpy takes; strings as str or bytes)."""
        from tf1compat.graph import protos

        return cls(protos.tensor_from_array(value, dtype))

    @property
    def array(self) -> Array:
        """The value as a numpy array (object array of bytes for strings)."""
        from tf1compat.graph import protos

        return protos.array_from_tensor(self.serialized)


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """The name of a library function, with the attributes it is instantiated with."""

    name: str
    attrs: Mapping[str, Attr] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class AttrPlaceholder:
    """The name of an attribute that an enclosing function definition leaves open."""

    name: str


Scalar: TypeAlias = bytes | int | float | bool | DType | Shape | TensorValue | FunctionRef | AttrPlaceholder
Attr: TypeAlias = Scalar | tuple[Scalar, ...]
