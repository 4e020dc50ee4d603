"""Datasets, queues, readers and staging areas: which ops hold examples, take them in, map them, or arrange them."""

from __future__ import annotations

#: How datasets begin whose elements are those of their first input, in whatever order, number and batches.
ARRANGING = (
    "Batch", "PaddedBatch", "Shuffle", "Repeat", "Prefetch", "Take", "Skip", "Cache", "Filter", "Optimize", "Model",
    "AssertNext", "Shard", "Options", "Unbatch", "PrivateThreadPool", "MaxIntraOpParallelism", "Rebatch",
    "SetStatsAggregator", "IgnoreErrors", "DirectedInterleave", "Window", "Sleep", "LatencyStats",
)  # fmt: skip
#: And those that make a dataset of each element, by a function, or another element.
UNFOLDING = ("FlatMap", "Interleave", "ParallelInterleave", "LegacyParallelInterleave")
MAPPING = ("Map", "ParallelMap", "NumaMapAndBatch")
#: How ops begin that put examples where others take them from.
TAKING_IN = (
    "QueueEnqueue",
    "MakeIterator",
    "IteratorFromStringHandle",
    "Stage",
    "MapStage",
    "OrderedMapStage",
)
#: How ops end that give a dataset, and those that hold examples in any way.
DATASETS = ("Dataset", "DatasetV2", "DatasetV3")
HOLDING = (*DATASETS, "Queue", "QueueV2", "Reader", "ReaderV2", "Iterator", "IteratorV2")
