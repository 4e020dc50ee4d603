"""TensorArrays: what is written in is what is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tf1compat.analysis.batch.dims import Dims, any_batch
from tf1compat.analysis.batch.walk import Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef


def _made(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return walk.recorded(TensorRef(node.name)), ()


def _written(walk: Walk, node: Node) -> tuple[Dims, ...]:
    _note(walk, node.inputs[0], walk.of(node.inputs[2]))
    return ((),)


def _scattered(walk: Walk, node: Node) -> tuple[Dims, ...]:
    value = walk.of(node.inputs[1 if "Unpack" in node.op else 2])
    _note(walk, node.inputs[0], None if value is None else value[1:])
    return ((),)


def _note(walk: Walk, handle: TensorRef, element: Dims) -> None:
    array = walk.array_node(handle)
    if element is not None and (array not in walk.elements or any_batch(element)):
        walk.elements[array] = element


def _read(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.elements.get(walk.array_node(node.inputs[0]), walk.recorded(TensorRef(node.name))),)


def _gathered(walk: Walk, node: Node) -> tuple[Dims, ...]:
    element = walk.elements.get(walk.array_node(node.inputs[0]))
    recorded = walk.recorded(TensorRef(node.name))
    if element is None:
        return (recorded,)
    return ((recorded[0] if recorded else None, *element),)


def _figure(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return ((),)


_FORMS = {
    "TensorArray": _made, "TensorArrayWrite": _written, "TensorArrayRead": _read, "TensorArrayScatter": _scattered,
    "TensorArrayUnpack": _scattered, "TensorArrayGather": _gathered, "TensorArrayPack": _gathered,
    "TensorArraySize": _figure,
}  # fmt: skip
ARRAYS: Mapping[str, Callable[[Walk, Node], tuple[Dims, ...]]] = MappingProxyType(
    {f"{op}{version}": rule for op, rule in _FORMS.items() for version in ("", "V2", "V3")}
)
