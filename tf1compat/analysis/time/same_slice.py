"""Common subexpressions among slices: an author who writes `x[:, t]` twice makes two nodes of one value."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from tf1compat.analysis.time.in_turn import taken_in_turn
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import SLICES
from tf1compat.ops.values import constant

_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")


def first_like(graph: Graph, ref: TensorRef) -> TensorRef:
    """The first slice of the same entries of the same tensor; the tensor itself where there is no other."""
    return _first_slices(graph).get(ref, ref)


@cached_on_graph
def _first_slices(graph: Graph) -> Mapping[TensorRef, TensorRef]:
    first: dict[Hashable, TensorRef] = {}
    found = {}
    for node in graph.nodes:
        key = _key(graph, node) if node.op in SLICES else None
        if key is not None:
            ref = TensorRef(node.name)
            found[ref] = first.setdefault(key, ref)
    return found


def _key(graph: Graph, node: Node) -> Hashable | None:
    """What a slice takes, where its bounds are constants or the number of a loop's turn."""
    masks = tuple(node.integer(each) for each in _MASKS)
    bounds = [constant(graph, ref) for ref in node.inputs[1:]]
    if all(each is not None for each in bounds):
        return (node.op, node.inputs[0], masks, *(tuple(each.ravel()) for each in bounds if each is not None))
    taken = taken_in_turn(graph, node)
    return None if taken is None else (node.op, taken, masks)
