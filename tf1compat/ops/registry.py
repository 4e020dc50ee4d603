"""Every op that TensorFlow 1.15 or 2.21 registers, known without importing it, and what its definition says of nodes.

The table `registry.txt` is made by fixtures/scripts/op_registry.py; what this knows of an op, a test compares with the
TensorFlow that is installed. Releases since 2.12 differ in ops that no TensorFlow 1 wrote.

    operand(node, "perm")     the tensor by which a Transpose is told its order
    output_count(node)        3 for a Split in three
    dtype_of(graph, ref)      the element type of a tensor
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from tf1compat.graph.attributes import Attr, DType
from tf1compat.graph.model import Node, NodeTable
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONCATENATIONS, CUTS, SLICES
from tf1compat.ops.op_definition import ArgDef, OpDef, parse_op_def

#: The newest TensorFlow 2 that the table was taken from; whether an op is registered is said of this one.
NEWEST = "2.21"
_UNKNOWN = DType.of_number(0)
#: Type attributes of ops that no table knows, like those of a library of the author's, by how well they tell.
_CUSTOM_TYPES = ("T", "dtype", "out_type", "Tout")


@cache
def _lines() -> Mapping[str, str]:
    text = files("tf1compat.ops").joinpath("registry.txt").read_text(encoding="utf-8")
    return {line[: line.index("\t")]: line for line in text.splitlines()}


def op_names() -> frozenset[str]:
    """The names of all ops of the table."""
    return frozenset(_lines())


@cache
def op_def(name: str) -> OpDef | None:
    """The definition of an op; None where no release that the table was taken from has it."""
    line = _lines().get(name)
    return None if line is None else parse_op_def(line)


def is_in_newest(name: str) -> bool:
    """Whether the newest TensorFlow 2 registers an op."""
    found = op_def(name)
    return found is not None and NEWEST in found.releases


def has_kernel(name: str, device: str = "cpu") -> bool:
    """Whether the newest TensorFlow 2 can run an op on a device (`cpu`, `gpu`, or compiled by `xla`)."""
    found = op_def(name)
    return found is not None and device in found.kernels


def has_any_kernel(name: str) -> bool:
    """Whether the newest TensorFlow 2 can run an op on any device."""
    found = op_def(name)
    return found is not None and bool(found.kernels)


class Lack(NamedTuple):
    """A type that an op takes and that no kernel on a device does; empty where none does whatever the types are."""

    dtype: str
    elsewhere: bool  # whether a kernel for another device does


def lack_of_kernel(node: Node, device: str = "cpu") -> Lack | None:
    """Why no kernel of the newest TensorFlow 2 runs a node on a device, though its op has some; None where one does."""
    found = op_def(node.op)
    if found is None or not found.kernels:
        return None
    if device not in found.kernels:
        return Lack("", elsewhere=True)
    lacking = _lacking_type(node, found, device)
    others = found.kernels - {device, "xla"}
    runs_elsewhere = any(not _lacking_type(node, found, each) for each in others)
    return Lack(lacking, runs_elsewhere) if lacking else None


def _lacking_type(node: Node, found: OpDef, device: str) -> str:
    for name, types in found.lacking.get(device, {}).items():
        value = attribute(node, name)
        if isinstance(value, DType) and value.base in types:
            return str(value.base)
    return ""


def attribute(node: Node, name: str) -> Attr | None:
    """The value of an attribute, or the default that the op's definition gives it."""
    if name in node.attrs:
        return node.attrs[name]
    found = op_def(node.op)
    known = found.attrs.get(name) if found else None
    return known.default if known else None


# ---------------------------------------------------------------------------------------------------- operands


def operand(node: Node, *names: str) -> TensorRef | None:
    """What a node reads as the first of these operands that its op has; of a list, its first tensor.

    An operand is called as the op's definition calls it, or as Python does: the `reduction_indices` of a Sum are its
    `axis` too.
    """
    found = op_def(node.op)
    for name in names if found else ():
        position = found.positions.get(name) if found else None
        if position is not None and not (found and found.inputs[position].is_list):
            return node.inputs[position] if position < len(node.inputs) else None
        named = (
            next((each.name for each in found.inputs if name in (each.name, each.alias)), None)
            if found
            else None
        )
        if named is not None:
            listed = operands(node)[named]
            return listed[0] if listed else None
    return None


def operands(node: Node) -> Mapping[str, tuple[TensorRef, ...]]:
    """What a node reads, by the operands of its op; nothing where the op is not known."""
    found = op_def(node.op)
    if found is None:
        return MappingProxyType({})
    lengths = _lengths(node, found.inputs, len(node.inputs))
    result, first = {}, 0
    for each, length in zip(found.inputs, lengths, strict=True):
        result[each.name] = node.inputs[first : first + length]
        first += length
    return MappingProxyType(result)


def data_operands(node: Node) -> tuple[TensorRef, ...]:
    """A node's inputs without those that only say along which axis, or into what sizes."""
    if node.op in CONCATENATIONS:
        return operands(node)["values"]
    return operands(node)["value"] if node.op in CUTS else node.inputs[: 1 if node.op in SLICES else None]


def _lengths(node: Node, args: Sequence[ArgDef], total: int | None = None) -> list[int]:
    """How many tensors each operand or output is; the one list whose attribute is left out has what remains."""
    known = [_length(node, each) for each in args]
    if total is not None and known.count(None) == 1:
        rest = total - sum(each for each in known if each is not None)
        return [max(rest, 0) if each is None else each for each in known]
    return [each or 0 for each in known]


def _length(node: Node, arg: ArgDef) -> int | None:
    if not arg.is_list:
        return 1
    value = attribute(node, arg.number_attr or arg.type_list_attr)
    return len(value) if isinstance(value, tuple) else value if isinstance(value, int) else None


# ----------------------------------------------------------------------------------------------------- outputs


def output_count(node: Node) -> int | None:
    """How many tensors a node gives; None where its op is not known, or it does not say."""
    found = op_def(node.op)
    if found is None:
        return None
    lengths = [_length(node, each) for each in found.outputs]
    return None if None in lengths else sum(each for each in lengths if each is not None)


def output_names(node: Node) -> tuple[str, ...]:
    """The name of the definition's output that each of a node's outputs belongs to, as FunctionDefs spell it."""
    found = op_def(node.op)
    args = found.outputs if found else ()
    return tuple(
        each.name for each, length in zip(args, _lengths(node, args), strict=True) for _ in range(length)
    )


def output_types(node: Node) -> tuple[DType, ...]:
    """The element type of each output, references as the types that they refer to."""
    found = op_def(node.op)
    args = found.outputs if found else ()
    return tuple(
        dtype
        for each, length in zip(args, _lengths(node, args), strict=True)
        for dtype in _types(node, each, length)
    )


def dtype_of(graph: NodeTable, ref: TensorRef) -> DType:
    """The element type of a tensor; `type_0` when its op does not say."""
    node = graph.producer(ref)
    found = op_def(node.op)
    if found is None:
        return _custom_type(node, ref.index)
    if found.fixed_outputs is not None:
        return _type(node, found.outputs[ref.index]) if ref.index < found.fixed_outputs else _UNKNOWN
    types = output_types(node)
    return types[ref.index] if ref.index < len(types) else _beyond(node, found)


def value_type(graph: NodeTable, ref: TensorRef) -> DType:
    """The element type of a tensor; of a variable's handle, that of the value that the variable holds."""
    found = dtype_of(graph, ref)
    held = graph.producer(ref).dtype("dtype") if found == "resource" else None
    return found if held is None else held.base


def _beyond(node: Node, found: OpDef) -> DType:
    """The type of an output of a list whose length is not said."""
    last = found.outputs[-1] if found.outputs else None
    return _type(node, last) if last is not None and last.number_attr else _UNKNOWN


def _types(node: Node, arg: ArgDef, length: int) -> Sequence[DType]:
    if not arg.type_list_attr:
        return [_type(node, arg)] * length
    listed = attribute(node, arg.type_list_attr)
    types = listed if isinstance(listed, tuple) else ()
    return [each.base if isinstance(each, DType) else _UNKNOWN for each in types]


def _type(node: Node, arg: ArgDef) -> DType:
    if arg.type is not None:
        return arg.type
    value = attribute(node, arg.type_attr)
    return value.base if isinstance(value, DType) else _UNKNOWN


def _custom_type(node: Node, index: int) -> DType:
    values = [node.attrs.get(name) for name in _CUSTOM_TYPES]
    for value in values:
        listed = value if isinstance(value, tuple) else (value,)
        chosen = (
            listed[index]
            if isinstance(value, tuple) and index < len(listed)
            else listed[0]
            if listed
            else None
        )
        if isinstance(chosen, DType):
            return chosen.base
    return _UNKNOWN
