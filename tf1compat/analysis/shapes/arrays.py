"""TensorArrays: what is written in is what is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tf1compat.analysis.shapes.dimensions import TIME, Dim, Dims, any_symbol
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import ARRAY_OPERATIONS, TENSOR_ARRAYS, array_operation


def _made(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return walk.recorded(TensorRef(node.name)), ()


def _written(walk: Walk, node: Node) -> tuple[Dims, ...]:
    _note(walk, node.inputs[0], walk.of(node.inputs[2]))
    return ((),)


def _scattered(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """One element for each entry of the first axis: where that is a symbol, the array is as long."""
    position = 1 if array_operation(node) == "unpack" else 2
    value = walk.of(node.inputs[position])
    _note(walk, node.inputs[0], value[1:] if value else None)
    if value and value[0] == (TIME,):
        lengthen(walk, walk.array_node(node.inputs[0]))
        if position == 2:
            walk.merged(node, [(node.inputs[2], 0), (node.inputs[1], 0)], broadcasts=False)
    return ((),)


def lengthen(walk: Walk, array: str) -> None:
    """The array is made for as many elements as there are steps, where the author had his number."""
    node, steps = walk.graph[array], (TIME,)
    walk.changes.arrays.add(array)
    if node.inputs and vector_at(walk, node, 0) not in (None, (steps,)):
        walk.changes.vectors[array, 0] = (steps,)


def is_timed(walk: Walk, array: str) -> bool:
    """Whether an array has an element for each step."""
    node = walk.graph[array]
    return array in walk.changes.arrays or (bool(node.inputs) and vector_at(walk, node, 0) == ((TIME,),))


def _note(walk: Walk, handle: TensorRef, element: Dims) -> None:
    array = walk.array_node(handle)
    if element is not None and (array not in walk.elements or any_symbol(element)):
        walk.elements[array] = element


def _read(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.elements.get(walk.array_node(node.inputs[0]), walk.recorded(TensorRef(node.name))),)


def _gathered(walk: Walk, node: Node) -> tuple[Dims, ...]:
    array = walk.array_node(node.inputs[0])
    element, recorded = walk.elements.get(array), walk.recorded(TensorRef(node.name))
    count: Dim | None = (TIME,) if is_timed(walk, array) else recorded[0] if recorded else None
    if element is None:
        return (None if recorded is None else (count, *recorded[1:]),)
    return ((count, *element),)


def _figure(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return ((),)


_FORMS = {
    "write": _written, "read": _read, "scatter": _scattered, "unpack": _scattered, "gather": _gathered,
    "pack": _gathered, "size": _figure,
}  # fmt: skip
ARRAYS: Mapping[str, Callable[[Walk, Node], tuple[Dims, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(TENSOR_ARRAYS, _made),
        **{op: _FORMS[what] for op, what in ARRAY_OPERATIONS.items() if what in _FORMS},
    }
)
