"""Whether two tensors are the same value because they are computed in the same way from the same things."""

from __future__ import annotations

from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import FEEDERS, PLACEHOLDERS, VARIABLES

#: Ops whose value depends on more than their inputs and attributes.
_OPAQUE = PLACEHOLDERS | VARIABLES | FEEDERS | SWITCH | MERGE
#: Attributes that only ops which draw at random have.
_RANDOM = frozenset({"seed", "seed2"})
#: Attributes that differ where the same is computed again: what a constant holds, and the names of loops.
_OF_ITSELF = _RANDOM | {"value", "frame_name", "tensor_array_name"}
_DEPTH = 12


def same_value(graph: Graph, left: TensorRef, right: TensorRef, depth: int = _DEPTH) -> bool:
    """Whether two tensors are the same node's output, or equal operations of the same values; False if unsure."""
    left, right = resolve(graph, left, PASS_THROUGH), resolve(graph, right, PASS_THROUGH)
    if left == right:
        return True
    first, second = graph.producer(left), graph.producer(right)
    if depth == 0 or left.index != right.index or not _same_operation(first, second):
        return False
    pairs = zip(first.inputs, second.inputs, strict=True)
    return all(same_value(graph, one, other, depth - 1) for one, other in pairs)


def _same_operation(first: Node, second: Node) -> bool:
    if first.op != second.op or len(first.inputs) != len(second.inputs):
        return False
    if first.op in _OPAQUE or first.attrs.keys() & _RANDOM:
        return False
    ignored = ("_output_shapes", "_class")
    return dict(first.without_attrs(*ignored).attrs) == dict(second.without_attrs(*ignored).attrs)


def are_alike(one: Node, other: Node) -> bool:
    """Whether two nodes are the same op with the same attributes, whatever they read, draw or hold."""
    if one.op != other.op or len(one.inputs) != len(other.inputs):
        return False
    keys = (one.attrs.keys() | other.attrs.keys()) - _OF_ITSELF
    return all(one.attrs.get(key) == other.attrs.get(key) for key in keys if not key.startswith("_"))
