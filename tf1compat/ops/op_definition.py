"""Definitions of ops as TensorFlow registers them: operands, outputs and attributes by name.

Source of the forms: tensorflow/core/framework/op_def.proto. A definition is written in one line of `registry.txt`, in
the form that fixtures/scripts/op_registry.py says.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from tf1compat.graph.attributes import Attr, DType, FunctionRef, Scalar, Shape, TensorValue

_ARG = re.compile(r"(\w+)(?:~(\w+))?:(?:(\w+)\*)?(&?)(\w+)")
_ATTR = re.compile(r"(\w+):([\w()]+)(?:=(.*))?")
_LACKING = re.compile(r"-(\w+):(\w+)=([\w,]+)")


@dataclass(frozen=True, slots=True)
class ArgDef:
    """One operand or output: a tensor, or a list of them; its element type is fixed, or an attribute has it."""

    name: str
    alias: str = ""  # its name in Python, where that is another: `axis` for the `reduction_indices` of Sum
    type: DType | None = None
    type_attr: str = ""  # the attribute that holds the type
    number_attr: str = ""  # of a list of one type: the attribute that holds its length
    type_list_attr: str = ""  # of a list of several types: the attribute that holds them
    is_ref: bool = False

    @property
    def is_list(self) -> bool:
        return bool(self.number_attr or self.type_list_attr)


@dataclass(frozen=True, slots=True)
class AttrDef:
    """One attribute: `int`, `type`, `list(shape)` ..., and its value where a node does not say; None if it must."""

    name: str
    type: str
    default: Attr | None = None


@dataclass(frozen=True)
class OpDef:
    """An op as its newest release registers it."""

    name: str
    inputs: tuple[ArgDef, ...]
    outputs: tuple[ArgDef, ...]
    attrs: Mapping[str, AttrDef]
    is_stateful: bool
    releases: frozenset[str]  # that have it without loading anything
    contrib: frozenset[str]  # that have it once tf.contrib is loaded
    folder: str  # of tf.contrib, that it last came from
    kernels: frozenset[str]  # devices that the newest TensorFlow has a kernel for: `cpu`, `gpu`, `xla`
    #: By device and attribute, the types that the op takes and that none of its kernels there does.
    lacking: Mapping[str, Mapping[str, frozenset[str]]]

    @cached_property
    def fixed_outputs(self) -> int | None:
        """The number of outputs, if no attribute says it."""
        return None if any(each.is_list for each in self.outputs) else len(self.outputs)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The position of each operand that no list stands before."""
        lists = [number for number, each in enumerate(self.inputs) if each.is_list]
        before = self.inputs[: lists[0] + 1] if lists else self.inputs
        named = [
            (name, number) for number, each in enumerate(before) for name in (each.alias, each.name) if name
        ]
        return MappingProxyType(dict(named))


def parse_op_def(line: str) -> OpDef:
    """The definition that a line of the table holds."""
    name, releases, flags, inputs, outputs, attrs, folder = line.split("\t")
    defined = {each.name: each for each in map(_attr_def, attrs.split())}
    flag, release = frozenset(flags.split()), releases.split()
    return OpDef(
        name,
        tuple(_arg_def(each, defined) for each in inputs.split()),
        tuple(_arg_def(each, defined) for each in outputs.split()),
        MappingProxyType(defined),
        "stateful" in flag,
        frozenset(each for each in release if not each.startswith("(")),
        frozenset(each.strip("()") for each in release if each.startswith("(")),
        folder,
        frozenset(each for each in flag - {"stateful"} if not each.startswith("-")),
        _lacking(each for each in flag if each.startswith("-")),
    )


def _lacking(flags: Iterable[str]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    for device, attr, types in (_parts(_LACKING, each) for each in flags):
        found.setdefault(device, {})[attr] = frozenset(types.split(","))
    return MappingProxyType(found)


def _arg_def(text: str, attrs: Mapping[str, AttrDef]) -> ArgDef:
    name, alias, number, reference, element = _parts(_ARG, text)
    attr = attrs.get(element)
    if attr is None:
        return ArgDef(name, alias, DType(element), number_attr=number, is_ref=bool(reference))
    if attr.type == "list(type)":
        return ArgDef(name, alias, type_list_attr=element, is_ref=bool(reference))
    return ArgDef(name, alias, type_attr=element, number_attr=number, is_ref=bool(reference))


def _attr_def(text: str) -> AttrDef:
    name, kind, default = _parts(_ATTR, text)
    return AttrDef(name, kind, _value(kind, json.loads(default)) if default else None)


def _parts(form: re.Pattern[str], text: str) -> Sequence[str]:
    found = form.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' in the table of ops is damaged")
    return found.groups("")


def _value(kind: str, value: Any) -> Attr:
    if kind.startswith("list("):
        return tuple(_SCALARS[kind[5:-1]](each) for each in value)
    return _SCALARS[kind](value)


def _shape(sizes: list[int] | None) -> Shape:
    return Shape(None if sizes is None else tuple(None if size < 0 else size for size in sizes))


_SCALARS: Mapping[str, Callable[[Any], Scalar]] = MappingProxyType({
    "int": int, "float": float, "bool": bool, "type": DType, "shape": _shape, "func": FunctionRef,
    "string": lambda text: text.encode("latin-1"), "tensor": lambda text: TensorValue(base64.b64decode(text)),
})  # fmt: skip
