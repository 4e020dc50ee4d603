"""Which sizes the axes of sparse tensors have that are fed in parts, and which nodes choose some of their entries."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.analysis.sparse_parts import part_of
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.sparse import sparse_operands
from tf1compat.plan.model import InputBinding
from tf1compat.verify.inputs.shapes import Dims, Walk

Inputs = Mapping[TensorRef, InputBinding]


def chooses_entries(graph: Graph, node: Node, inputs: Inputs, alias: str) -> bool:
    """Whether a node gathers some of the entries of the sparse tensor whose indices have this alias."""
    if node.op not in families.GATHER:
        return False
    part = part_of(graph, node.inputs[0], inputs)
    return part is not None and inputs[part].alias == alias


class SparseShapes:
    """What ops that read sparse tensors say of sizes, those of each sparse tensor's axes given by its indices."""

    def __init__(self, graph: Graph, inputs: Inputs, dims: Mapping[TensorRef, Dims]) -> None:
        self._graph = graph
        self._read = [(node, each) for node in graph.nodes if (each := self._dims(node, inputs, dims))]

    def _dims(self, node: Node, inputs: Inputs, dims: Mapping[TensorRef, Dims]) -> Dims:
        refs = sparse_operands(node)
        origin = None if refs is None else part_of(self._graph, refs[0], inputs)
        return None if origin is None else dims.get(origin)

    def results(self) -> dict[TensorRef, Dims]:
        """The shapes of the dense tensors that come out, with the symbols of the sparse one."""
        found: dict[TensorRef, Dims] = {}
        for node, dims in self._read:
            if node.op in families.SPARSE_MATRIX_PRODUCT and dims is not None and len(dims) == 2:
                static = self._graph.static_shape(TensorRef(node.name)).dims or (None, None)
                found[TensorRef(node.name)] = (dims[1 if node.attrs.get("adjoint_a") else 0], static[1])
            elif node.op in families.SPARSE_DENSE_ADDITION | families.SPARSE_TO_DENSE:
                found[TensorRef(node.name)] = dims
        return found

    def demand(self, walk: Walk) -> None:
        """Note which sizes are equal, once the other shapes are known."""
        for node, dims in self._read:
            other = walk.of(node.inputs[3]) if len(node.inputs) > 3 else None
            if dims is None or other is None:
                continue
            if node.op in families.SPARSE_MATRIX_PRODUCT and len(dims) == len(other) == 2:
                inner = dims[0 if node.attrs.get("adjoint_a") else 1]
                walk.symbols.unify(inner, other[1 if node.attrs.get("adjoint_b") else 0])
            elif node.op in families.SPARSE_DENSE_ADDITION:
                walk.symbols.unify_all(dims, other)
