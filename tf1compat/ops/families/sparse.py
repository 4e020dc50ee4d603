"""Ops on sparse tensors, which are three: indices, values, shape."""

from __future__ import annotations

SPARSE_MATRIX_PRODUCT = frozenset({"SparseTensorDenseMatMul"})
SPARSE_TO_DENSE = frozenset({"SparseToDense"})
SPARSE_DENSE_ADDITION = frozenset({"SparseTensorDenseAdd"})
SPARSE_REORDER = frozenset({"SparseReorder"})
SPARSE_RESHAPE = frozenset({"SparseReshape"})
SPARSE_FILL_EMPTY_ROWS = frozenset({"SparseFillEmptyRows"})
SPARSE_SOFTMAX = frozenset({"SparseSoftmax"})
