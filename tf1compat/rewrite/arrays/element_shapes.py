"""The shape of a TensorArray's elements, as far as the file tells it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.arrays import array_operation, array_role, stored
from tf1compat.rewrite.arrays.dimension_rules import Dimension


def element_shape(graph: Graph, array: Node, operations: Sequence[Node]) -> Shape:
    """What every element's shape is known to be: from the array itself and what is read, else what is written.

    A dimension that differs between writes is not known.
    """
    declared = [array.shape("element_shape")]
    declared += [node.shape("element_shape") for node in operations if array_role(node) == "stack"]
    written = [shape for node in operations for shape in _written(graph, node)]
    known = [shape for shape in declared if shape.dims is not None]
    if known:
        return _refined(known, written)
    return _common(written)


def written_dimensions(operations: Iterable[Node], axis: int) -> tuple[Dimension, ...]:
    """The dimensions, on an axis of the elements, of all that these operations write; nothing if one is not a tensor's
    own."""
    found: list[Dimension] = []
    for node in operations:
        value = stored(node)
        if value is not None:
            found.append(Dimension(value, axis + (array_role(node) == "fill")))
        elif array_operation(node) == "split":
            return ()
    return tuple(found)


def _written(graph: Graph, node: Node) -> list[Shape]:
    splits = array_operation(node) == "split"
    value = node.inputs[1] if splits else stored(node)
    if value is None:
        return []
    shape = graph.static_shape(value)
    if array_role(node) == "write":
        return [shape]
    return [Shape((None,) * splits + shape.dims[1:]) if shape.dims else Shape()]


def _common(shapes: Sequence[Shape]) -> Shape:
    """What all the shapes agree on."""
    if not shapes or any(shape.rank is None or shape.rank != shapes[0].rank for shape in shapes):
        return Shape()
    columns = zip(*(shape.dims or () for shape in shapes), strict=True)
    return Shape(tuple(column[0] if len(set(column)) == 1 else None for column in columns))


def _refined(declared: Sequence[Shape], written: Sequence[Shape]) -> Shape:
    """The declared shapes, their open dimensions filled from each other and from what is always written."""
    result = declared[0].dims or ()
    for shape in (*declared[1:], _common(written)):
        if shape.rank == len(result):
            pairs = zip(result, shape.dims or (), strict=True)
            result = tuple(theirs if mine is None else mine for mine, theirs in pairs)
    return Shape(result)
