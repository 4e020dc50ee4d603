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
#: The axes that the gradient of a broadcast is summed up over.
SUMMED_AXES = frozenset({"BroadcastGradientArgs"})
SHAPES_OF_SEVERAL = frozenset({"ShapeN"})
#: Where each part of a concatenation begins, by the shapes of all.
OFFSETS = frozenset({"ConcatOffset"})
#: Ops that see only what shape a tensor has.
SHAPES = SHAPE | SIZE | RANK | FILLS_LIKE | {
    "TensorArraySize", "TensorArraySizeV2", "TensorArraySizeV3",
} | SHAPES_OF_SEVERAL | SUMMED_AXES  # fmt: skip
