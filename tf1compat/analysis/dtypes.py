"""Element types of tensors, where an op says them and where only its readers do."""

from __future__ import annotations

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.registry import dtype_of

__all__ = ["dtype_as_read", "dtype_of"]

_UNKNOWN = DType.of_number(0)


def dtype_as_read(graph: Graph, ref: TensorRef) -> DType:
    """The element type of a tensor; where its own op does not say, that of the ops that read it."""
    own = dtype_of(graph, ref)
    if own != _UNKNOWN:
        return own
    readers = [graph[use.node] for use in graph.uses.get(ref, ())]
    read = {dtype.base for each in readers if (dtype := _one_type(each)) is not None}
    return read.pop() if len(read) == 1 else own


def _one_type(node: Node) -> DType | None:
    """The type of all that a node reads, if it has but one type."""
    types = [value for value in node.attrs.values() if isinstance(value, DType)]
    return node.dtype() if len(types) == 1 else None
