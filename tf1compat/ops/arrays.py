"""TensorArrays of all three versions and TensorLists: what each op does to its array, and its operands by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.registry import operand

ArrayRole = Literal["read", "write", "fill", "stack"]
_ROLES: dict[str, ArrayRole] = {
    "TensorArrayRead": "read", "TensorListGetItem": "read",
    "TensorArrayWrite": "write", "TensorListSetItem": "write",
    "TensorArrayScatter": "fill", "TensorArrayUnpack": "fill", "TensorListFromTensor": "fill",
    "TensorArrayGather": "stack", "TensorArrayPack": "stack", "TensorListStack": "stack",
}  # fmt: skip
_EMPTY_LISTS = frozenset({"EmptyTensorList", "TensorListReserve"})
_VERSION = re.compile(r"V\d\Z")
TENSOR_ARRAYS = frozenset({"TensorArray", "TensorArrayV2", "TensorArrayV3"})
_NAMES = "Read Write Gather Scatter Size Concat Split Unpack Pack Close Grad GradWithShape"
#: What each operation on a TensorArray is called in all versions: `read`, `write` ...
ARRAY_OPERATIONS: Mapping[str, str] = MappingProxyType(
    {f"TensorArray{name}{version}": name.lower() for name in _NAMES.split() for version in ("", "V2", "V3")}
)


#: What each operation on a TensorList does.
LIST_OPERATIONS: Mapping[str, str] = MappingProxyType({
    "TensorListReserve": "reserve", "EmptyTensorList": "empty", "TensorListFromTensor": "from_tensor",
    "TensorListSetItem": "set", "TensorListPushBack": "push", "TensorListGetItem": "get",
    "TensorListStack": "stack", "TensorListLength": "length",
})  # fmt: skip


def array_role(node: Node) -> ArrayRole | None:
    """What a node does with an array: read or write an element, or take or give all of them as one tensor."""
    return _ROLES.get(_VERSION.sub("", node.op))


def stored(node: Node) -> TensorRef | None:
    """The tensor that a node writes into an array, an element or all of them; None where it writes none."""
    return operand(node, "value", "tensor", "item") if array_role(node) in ("write", "fill") else None


def array_state(node: Node) -> TensorRef | None:
    """What an operation has to have come before: the flow of a TensorArray, or the list itself."""
    return operand(node, "flow_in", "input_handle")


def is_array(node: Node) -> bool:
    """Whether a node makes a TensorArray."""
    return node.op in TENSOR_ARRAYS


def position_of_size(node: Node) -> int | None:
    """Which input of a node that makes an array or a list says how many elements it has."""
    if list_operation(node) == "reserve":
        return 1
    return 0 if is_array(node) and node.inputs else None


def passes_list(node: Node) -> bool:
    """Whether a node gives the list that it takes first, with other elements."""
    return list_operation(node) in ("set", "push")


def makes_list(node: Node) -> bool:
    """Whether a node makes a TensorList that holds nothing yet, its first operand being the shape of an element."""
    return node.op in _EMPTY_LISTS


def array_operation(node: Node) -> str | None:
    """What an operation on a TensorArray is called (`read`, `write` ...) in any version; None for other nodes."""
    return ARRAY_OPERATIONS.get(node.op)


def list_operation(node: Node) -> str | None:
    """What an operation does with a TensorList (`reserve`, `get` ...); None for other nodes."""
    return LIST_OPERATIONS.get(node.op)


def works_on_array(node: Node) -> bool:
    """Whether a node makes, reads or changes a TensorArray or a TensorList."""
    return node.op.startswith(("TensorArray", "TensorList"))
