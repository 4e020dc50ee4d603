"""Ops that make one entry of many."""

from __future__ import annotations

SUM = frozenset({"Sum"})
AVERAGE = frozenset({"Mean"})
PRODUCT = frozenset({"Prod"})
GREATEST = frozenset({"Max"})
LEAST = frozenset({"Min"})
ARG_MAX = frozenset({"ArgMax"})
ARG_MIN = frozenset({"ArgMin"})
ALL = frozenset({"All"})
#: The greatest or least entry, or where that is; of truth values, whether any or all hold.
BOUNDS = GREATEST | LEAST | ARG_MAX | ARG_MIN | ALL | {"Any"}
L2_LOSS = frozenset({"L2Loss"})
#: Reductions along axes that the second operand names.
ENTRY_REDUCTIONS = SUM | AVERAGE | PRODUCT | GREATEST | LEAST | {"All", "Any"}
#: Sums, means and so on of rows that belong together.
SEGMENT_REDUCTIONS = frozenset({
    "SegmentSum", "SegmentMean", "SegmentMax", "SegmentMin", "SegmentProd", "UnsortedSegmentSum", "UnsortedSegmentMax",
    "UnsortedSegmentMin", "UnsortedSegmentProd", "SparseSegmentSum", "SparseSegmentMean", "Bincount",
    "HistogramFixedWidth",
})  # fmt: skip
