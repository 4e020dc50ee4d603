"""TensorArrays and TensorLists: what is written in is what is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tf1compat.analysis.shapes.dimensions import TIME, Dim, Dims, any_symbol, has_symbol
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import (
    ARRAY_OPERATIONS,
    LIST_OPERATIONS,
    TENSOR_ARRAYS,
    array_operation,
    list_operation,
    position_of_size,
)


def _made(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return walk.recorded(TensorRef(node.name)), ()


def _written(walk: Walk, node: Node) -> tuple[Dims, ...]:
    _note(walk, node.inputs[0], walk.of(node.inputs[2]))
    return ((),)


def _scattered(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """An element for each entry of the first axis: where that has a symbol, the array is as long."""
    position = 1 if array_operation(node) == "unpack" else 2
    value = walk.of(node.inputs[position])
    _note(walk, node.inputs[0], value[1:] if value else None)
    length = value[0] if value else None
    if position == 2 and value:
        length = walk.merged(node, [(node.inputs[2], 0), (node.inputs[1], 0)], broadcasts=False)
    if length is not None and has_symbol(length):
        lengthen(walk, walk.array_node(node.inputs[0]), length)
    return ((),)


def lengthen(walk: Walk, array: str, length: Dim) -> None:
    """The array is made for as many elements as there are steps or examples, where the author had his number."""
    node = walk.graph[array]
    walk.changes.arrays[array] = length
    size = position_of_size(node)
    if size is not None and vector_at(walk, node, size) not in (None, (length,)):
        walk.changes.vectors[array, size] = (length,)


def length_of(walk: Walk, array: str) -> Dim | None:
    """How many elements an array has, where that has a symbol."""
    told = walk.changes.arrays.get(array) or _told(walk, array)
    return told if has_symbol(told) else None


def _told(walk: Walk, array: str) -> Dim | None:
    """How many elements an array is made for."""
    node = walk.graph[array]
    size = position_of_size(node)
    told = None if size is None else vector_at(walk, node, size)
    return told[0] if told else None


def is_timed(walk: Walk, array: str) -> bool:
    """Whether an array has an element for each step."""
    length = length_of(walk, array)
    return length is not None and TIME in length


def _note(walk: Walk, handle: TensorRef, element: Dims) -> None:
    array = walk.array_node(handle)
    if element is not None and (array not in walk.elements or any_symbol(element)):
        walk.elements[array] = element


def _read(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.elements.get(walk.array_node(node.inputs[0]), walk.recorded(TensorRef(node.name))),)


def _gathered(walk: Walk, node: Node) -> tuple[Dims, ...]:
    array = walk.array_node(node.inputs[0])
    element, recorded = walk.elements.get(array), walk.recorded(TensorRef(node.name))
    count = length_of(walk, array) or (recorded[0] if recorded else None)
    count = _told(walk, array) if count is None else count
    if element is None:
        return (None if recorded is None else (count, *recorded[1:]),)
    return ((count, *element),)


def _reserved(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return ((),)


def _listed(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """A list of the entries along the first axis."""
    value = walk.of(node.inputs[0])
    _note(walk, TensorRef(node.name), value[1:] if value else None)
    length = value[0] if value else None
    if length is not None and has_symbol(length):
        lengthen(walk, node.name, length)
    _describe(walk, node, 1, value[1:] if value else None)
    return ((),)


def _item_set(walk: Walk, node: Node) -> tuple[Dims, ...]:
    element = walk.of(node.inputs[2])
    _note(walk, node.inputs[0], element)
    made = walk.graph[walk.array_node(node.inputs[0])]
    if list_operation(made) == "reserve":
        _describe(walk, made, 0, element)
    return ((),)


def _item_got(walk: Walk, node: Node) -> tuple[Dims, ...]:
    (element,) = _read(walk, node)
    _describe(walk, node, 2, element)
    return (element,)


def _stacked(walk: Walk, node: Node) -> tuple[Dims, ...]:
    (whole,) = _gathered(walk, node)
    _describe(walk, node, 1, whole[1:] if whole else None)
    return (whole,)


def _describe(walk: Walk, node: Node, position: int, element: Dims) -> None:
    """What is said of the elements' shape has a symbol where they have."""
    said = vector_at(walk, node, position)
    if said is None or element is None or not any_symbol(element) or len(said) != len(element):
        return
    vector = tuple(dim if has_symbol(dim) else known for dim, known in zip(element, said, strict=True))
    if vector != said:
        walk.changes.vectors[node.name, position] = vector


def _figure(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return ((),)


_FORMS = {
    "write": _written, "read": _read, "scatter": _scattered, "unpack": _scattered, "gather": _gathered,
    "pack": _gathered, "size": _figure,
}  # fmt: skip
_LISTS = {
    "reserve": _reserved, "from_tensor": _listed, "set": _item_set, "get": _item_got, "stack": _stacked,
    "length": _figure,
}  # fmt: skip
ARRAYS: Mapping[str, Callable[[Walk, Node], tuple[Dims, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(TENSOR_ARRAYS, _made),
        **{op: _FORMS[what] for op, what in ARRAY_OPERATIONS.items() if what in _FORMS},
        **{op: _LISTS[what] for op, what in LIST_OPERATIONS.items() if what in _LISTS},
    }
)
