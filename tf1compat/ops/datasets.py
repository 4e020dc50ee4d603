"""Datasets, queues, readers and staging areas: which ops hold examples, take them in, map them, or arrange them."""

from __future__ import annotations

_ARRANGING = (
    "Batch", "PaddedBatch", "Shuffle", "Repeat", "Prefetch", "Take", "Skip", "Cache", "Filter", "Optimize", "Model",
    "AssertNext", "Shard", "Options", "Unbatch", "PrivateThreadPool", "MaxIntraOpParallelism", "Rebatch",
    "SetStatsAggregator", "IgnoreErrors", "DirectedInterleave", "Window", "Sleep", "LatencyStats",
)  # fmt: skip
_UNFOLDING = ("FlatMap", "Interleave", "ParallelInterleave", "LegacyParallelInterleave")
_MAPPING = ("Map", "ParallelMap", "NumaMapAndBatch")
_TAKING_IN = (
    "QueueEnqueue", "MakeIterator", "IteratorFromStringHandle", "Stage", "MapStage", "OrderedMapStage",
)  # fmt: skip
_DATASETS = ("Dataset", "DatasetV2", "DatasetV3")
_HOLDING = (*_DATASETS, "Queue", "QueueV2", "Reader", "ReaderV2", "Iterator", "IteratorV2")


def arranges_elements(op: str) -> bool:
    """Whether a dataset's elements are those of its first input, in whatever order, number and batches."""
    return _kind(op).startswith(_ARRANGING)


def unfolds_elements(op: str) -> bool:
    """Whether a dataset makes a dataset of each element, by a function, and has the elements of these."""
    return _kind(op).startswith(_UNFOLDING)


def maps_elements(op: str) -> bool:
    """Whether a dataset's elements are what a function makes of those of its first input."""
    return _kind(op).startswith(_MAPPING)


def takes_examples_in(op: str) -> bool:
    """Whether an op puts examples where others take them from."""
    return op.startswith(_TAKING_IN)


def is_dataset(op: str) -> bool:
    """Whether an op gives a dataset."""
    return op.endswith(_DATASETS)


def holds_examples(op: str) -> bool:
    """Whether an op holds a queue, a reader, a dataset or an iterator."""
    return op.endswith(_HOLDING)


def _kind(op: str) -> str:
    return op.removeprefix("Experimental")
