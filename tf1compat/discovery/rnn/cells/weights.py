"""The weights that a cell multiplies by: variables or constants, whole, joined of shards, or cut into parts."""

from __future__ import annotations

from tf1compat.discovery.rnn.states.carrying import outside_branch
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import data_operands

#: Ops that arrange or scale weights on their way to the cell.
_PREPARES = (
    families.JOINING | families.SPLITS | families.SLICES | families.RESHAPES | families.TRANSPOSE | families.CAST
    | families.BINARY_ARITHMETIC | families.ABSOLUTE | families.NEGATION | families.SQUARE | families.SQUARE_ROOT
    | families.RECIPROCAL_ROOT | families.EXPONENTIAL | families.TANH | families.SUM | families.FILL
    | families.FAKE_QUANTIZATION
)  # fmt: skip
#: How many such ops are followed.
_FAR = 8


def is_fixed(graph: Graph, ref: TensorRef, far: int = _FAR) -> bool:
    """Whether a tensor is a weight or a constant, or made of those alone."""
    node = graph.producer(outside_branch(graph, ref))
    if node.op in families.VARIABLES or node.op in families.CONSTANT:
        return True
    return node.op in _PREPARES and far > 0 and all(is_fixed(graph, each, far - 1) for each in node.inputs)


def whole(graph: Graph, kernel: TensorRef) -> TensorRef:
    """The weights of which a kernel is a part; itself when it is none."""
    ref = outside_branch(graph, kernel)
    for _ in range(_FAR):
        node = graph.producer(ref)
        if node.op not in families.SPLITS | families.SLICES | families.EXPAND_DIMS | families.SQUEEZE:
            break
        ref = outside_branch(graph, data_operands(node)[0])
    return ref


def columns(graph: Graph, weights: TensorRef) -> int | None:
    """The size of the last axis of weights."""
    ref = outside_branch(graph, weights)
    node = graph.producer(ref)
    if node.op in families.CONCATENATIONS and not graph.static_shape(ref).dims:
        return columns(graph, data_operands(node)[0])  # shards have the same columns, fewer rows
    dims = (node.shape() if node.op in families.VARIABLES else graph.static_shape(ref)).dims
    return dims[-1] if dims else None
