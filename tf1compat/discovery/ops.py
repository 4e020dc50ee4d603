"""Kinds of ops that several finders tell apart."""

from __future__ import annotations

PLACEHOLDERS = frozenset({"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"})
VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp", "AutoReloadVariable"})
#: Ops that give examples without being fed: iterators, queues, readers.
FEEDERS = frozenset({
    "IteratorGetNext", "QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2",
    "QueueDequeueUpTo", "QueueDequeueUpToV2", "ReaderRead", "ReaderReadV2", "ReaderReadUpTo",
    "ReaderReadUpToV2", "Unstage",
})  # fmt: skip
#: Ops that see only what shape a tensor has.
SHAPES = frozenset({
    "Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike", "TensorArraySize", "TensorArraySizeV2",
    "TensorArraySizeV3", "BroadcastGradientArgs",
})  # fmt: skip
#: Ops that draw from a distribution as dropout does, or as noise.
RANDOM = frozenset({
    "RandomUniform", "RandomStandardNormal", "TruncatedNormal", "RandomUniformInt", "StatelessRandomUniform",
})  # fmt: skip
