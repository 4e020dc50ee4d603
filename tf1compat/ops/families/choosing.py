"""Ops that take some entries: by position, by condition, by what differs."""

from __future__ import annotations

GATHER = frozenset({"Gather", "GatherV2"})
GATHER_ND = frozenset({"GatherNd"})
SCATTER_ND = frozenset({"ScatterNd"})
RESOURCE_GATHER = frozenset({"ResourceGather"})
RESOURCE_GATHER_ND = frozenset({"ResourceGatherNd"})
#: Rows of a table by their numbers.
LOOKUPS = GATHER | RESOURCE_GATHER
SLICE = frozenset({"Slice"})
STRIDED_SLICE = frozenset({"StridedSlice"})
#: What a slice took, among zeros.
SLICE_GRADIENT = frozenset({"StridedSliceGrad"})
SLICES = SLICE | STRIDED_SLICE
#: The first version takes whole rows where its condition is a vector.
SELECT_V1 = frozenset({"Select"})
SELECTIONS = SELECT_V1 | {"SelectV2"}
WHERE = frozenset({"Where"})
UNIQUE = frozenset({"Unique"})
#: The different entries, and of each entry which of them it is.
DIFFERENT = UNIQUE | {"UniqueWithCounts"}
LIST_DIFFERENCE = frozenset({"ListDiff"})
DYNAMIC_PARTITION = frozenset({"DynamicPartition"})
DYNAMIC_STITCH = frozenset({"DynamicStitch", "ParallelDynamicStitch"})
ONE_HOT = frozenset({"OneHot"})
