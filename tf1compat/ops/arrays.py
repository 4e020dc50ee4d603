"""TensorArrays of all three versions and TensorLists: what each op does to its array, and its operands by name."""

from __future__ import annotations

import re
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
_VERSION = re.compile(r"V\d\Z")
_MADE = re.compile(r"TensorArray(V\d)?\Z")
_OPERATION = re.compile(
    r"TensorArray(?P<what>Read|Write|Gather|Scatter|Size|Concat|Split|Unpack|Pack|Close|Grad|GradWithShape)(V\d)?\Z"
)


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
    return _MADE.match(node.op) is not None


def array_operation(node: Node) -> str | None:
    """What an operation on a TensorArray is called (`Read`, `Write` ...) in any version; None for other nodes."""
    match = _OPERATION.match(node.op)
    return match["what"] if match else None
