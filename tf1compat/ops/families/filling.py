"""Ops that make tensors of nothing but sizes, and those that see nothing else of a tensor."""

from __future__ import annotations

CONSTANT = frozenset({"Const"})
FILL = frozenset({"Fill"})
RANGE = frozenset({"Range"})
ZEROS_LIKE = frozenset({"ZerosLike"})
ONES_LIKE = frozenset({"OnesLike"})
#: One number in the shape of another tensor.
FILLS_LIKE = ZEROS_LIKE | ONES_LIKE
SHAPE = frozenset({"Shape"})
SIZE = frozenset({"Size"})
RANK = frozenset({"Rank"})
#: Ops that see only what shape a tensor has.
SHAPES = SHAPE | SIZE | RANK | FILLS_LIKE | {
    "ShapeN", "TensorArraySize", "TensorArraySizeV2", "TensorArraySizeV3", "BroadcastGradientArgs",
}  # fmt: skip
