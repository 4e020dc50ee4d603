"""What the values of an input are used for: rows of a table, classes, lengths, sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tf1compat.graph.model import Graph, Node, Use
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.arrays import array_operation, stored
from tf1compat.ops.axes.filling import SIZES
from tf1compat.verify.inputs.shapes import Dim, Walk

#: Ops whose outputs hold the values of their inputs, in whatever arrangement, or numbers near them.
_ARRANGES = (
    families.TRANSPARENT | families.HAND_ON | families.IDENTITY_N | families.PLACEHOLDER_WITH_DEFAULT | families.CAST
    | families.REARRANGEMENTS | families.SLICES | families.UNIQUE | families.DYNAMIC_PARTITION | families.EXTREMES
    | families.SUBTRACTION | families.ROUNDING
)  # fmt: skip


class Usage(NamedTuple):
    """`below`: ids are smaller than this; `length`: they count steps of this axis; `size`: of a shape."""

    below: int | None = None
    length: Dim = None
    size: bool = False


@dataclass(frozen=True)
class _Value:
    """Where the input's values are, divided by `divisor` on their way."""

    ref: TensorRef
    divisor: int = 1


def usage_of(walk: Walk, start: TensorRef, lengths: Mapping[TensorRef, Dim]) -> Usage:
    """How all that is computed from a tensor uses its values; `lengths` are known to count steps."""
    bounds: list[int] = []
    length: Dim = None
    size = False
    seen: set[_Value] = set()
    todo = [_Value(start)]
    while todo:
        value = todo.pop()
        if value in seen:
            continue
        seen.add(value)
        length = length or lengths.get(value.ref)
        for use in walk.graph.uses.get(value.ref, ()):
            node = walk.graph[use.node]
            bound = _bound(walk, node, use)
            if bound is not None:
                bounds.append(bound * value.divisor)
            length = length or _reversed_axis(walk, node, use)
            size = size or SIZES.get(node.op) == use.position
            todo += _carried(walk, node, use, value)
    return Usage(min(bounds, default=None), length, size)


def is_whole_shape(graph: Graph, ref: TensorRef) -> bool:
    """Whether an op takes a tensor itself for a shape: a vector, of which each entry is a size."""
    return any(
        SIZES.get(graph[use.node].op) == use.position
        or (graph[use.node].op in families.TRANSPARENT and is_whole_shape(graph, TensorRef(use.node)))
        for use in graph.uses.get(ref, ())
    )


def _reversed_axis(walk: Walk, node: Node, use: Use) -> Dim:
    """The axis whose steps a value counts, if it is how much of each row is to be reversed."""
    dims = walk.of(node.inputs[0]) if node.op in families.REVERSE_SEQUENCE and use.position == 1 else None
    return dims[node.integer("seq_dim")] if dims else None


def _bound(walk: Walk, node: Node, use: Use) -> int | None:
    """The number of rows or classes that a value selects from."""
    if node.op in families.LOOKUPS and use.position == 1:
        axis = walk.integers(node.inputs[2]) if len(node.inputs) > 2 else (0,)
        dims = walk.symbols.found(walk.of(node.inputs[0]))
        rows = dims[axis[0]] if dims and axis else None
        return rows if isinstance(rows, int) else None
    if node.op in families.ONE_HOT and use.position == 0:
        depth = walk.integers(node.inputs[1])
        return depth[0] if depth else None
    if node.op in families.DYNAMIC_PARTITION and use.position == 1:
        return node.integer("num_partitions")
    if node.op in families.SPARSE_CROSS_ENTROPY and use.position == 1:
        dims = walk.symbols.found(walk.of(node.inputs[0]))
        return dims[-1] if dims and isinstance(dims[-1], int) else None
    return None


def _carried(walk: Walk, node: Node, use: Use, value: _Value) -> Iterator[_Value]:
    """Where the values go on from a node."""
    if array_operation(node) is not None and stored(node) is not None:
        yield from (_Value(ref, value.divisor) for ref in _read_again(walk, node))
    elif node.op in families.FLOOR_DIVISION and use.position == 0:
        divisor = walk.integers(node.inputs[1])
        if divisor and len(divisor) == 1:
            yield _Value(TensorRef(node.name), value.divisor * divisor[0])
    elif node.op in _ARRANGES and SIZES.get(node.op) != use.position:
        count = max(node.integer("num"), node.integer("num_split"), node.integer("num_partitions"), 2)
        yield from (_Value(TensorRef(node.name, index), value.divisor) for index in range(count))


def _read_again(walk: Walk, into: Node) -> Iterator[TensorRef]:
    array = walk.array_node(into.inputs[0])
    for node in walk.graph.nodes:
        if array_operation(node) in ("read", "gather", "pack") and walk.array_node(node.inputs[0]) == array:
            yield TensorRef(node.name)
