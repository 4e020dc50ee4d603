"""MaskedMatmul: the entries of a matrix product that are asked for, each a product of a row and a column.

Source: tensorflow/contrib/factorization/kernels/masked_matmul_ops.cc. Whether a factor is transposed is an input.
"""

from __future__ import annotations

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.values import known_scalar
from tf1compat.rewrite.base import ELSEWHERE
from tf1compat.rewrite.emit import INT, Emitter

_FLOAT, _LONG = DType("float32"), DType("int64")


def multiplied_where_asked(emitter: Emitter, graph: Graph, node: Node) -> TensorRef:
    """The value of a MaskedMatmul(a, b, mask_indices, transpose_a, transpose_b): one number for each index."""
    first, second, mask, *transposed = node.inputs
    turned = [known_scalar(graph, each) for each in transposed]
    if None in turned:
        raise RewriteError(
            f"'{node.name}' (MaskedMatmul) learns only while it runs whether its factors are transposed; {ELSEWHERE}"
        )
    rows, columns = emitter.many("Unpack", mask, outputs=2, num=2, axis=1, T=_LONG)
    left = _picked(emitter, first, rows, across=bool(turned[0]))
    right = _picked(emitter, second, columns, across=not turned[1])
    product = emitter("Mul", left, right, T=_FLOAT)
    return emitter("Sum", product, emitter.constant([1]), T=_FLOAT, Tidx=INT, keep_dims=False)


def _picked(emitter: Emitter, matrix: TensorRef, indices: TensorRef, *, across: bool) -> TensorRef:
    """The rows of a matrix at these indices, or its columns as rows."""
    taken = emitter(
        "GatherV2", matrix, indices, emitter.constant(int(across)), Tparams=_FLOAT, Tindices=_LONG, Taxis=INT,
        batch_dims=0,
    )  # fmt: skip
    return emitter("Transpose", taken, emitter.constant([1, 0]), T=_FLOAT, Tperm=INT) if across else taken
