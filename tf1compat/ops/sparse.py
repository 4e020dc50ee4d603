"""Which operands of an op are the indices, the values and the shape of a sparse tensor, by their names."""

from __future__ import annotations

from functools import cache

from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.registry import op_def


def sparse_operands(node: Node) -> tuple[TensorRef, ...] | None:
    """The indices, the values and the shape of the first sparse tensor that a node reads; None where it reads none."""
    positions = _positions(node.op)
    if positions is None or len(node.inputs) <= max(positions):
        return None
    return tuple(node.inputs[at] for at in positions)


@cache
def _positions(op: str) -> tuple[int, int, int] | None:
    found = op_def(op)
    at = found.positions if found else {}
    for name in at:
        prefix = name.removesuffix("indices")
        shape = next(
            (each for each in (f"{prefix}shape", f"{prefix}dense_shape", "output_shape") if each in at), ""
        )
        if prefix != name and f"{prefix}values" in at and shape:
            return at[name], at[f"{prefix}values"], at[shape]
    return None
