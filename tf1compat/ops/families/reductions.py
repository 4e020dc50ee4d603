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
#: The same of rows whose numbers stand in no order.
UNSORTED_SEGMENTS = frozenset(
    {"UnsortedSegmentSum", "UnsortedSegmentMax", "UnsortedSegmentMin", "UnsortedSegmentProd"}
)
#: The same of rows of a table, each told by its number.
SPARSE_SEGMENTS = frozenset({"SparseSegmentSum", "SparseSegmentMean", "SparseSegmentSqrtN"})
#: Sums, means and so on of rows that belong together.
ROW_SEGMENTS = UNSORTED_SEGMENTS | SPARSE_SEGMENTS | {
    "SegmentSum", "SegmentMean", "SegmentMax", "SegmentMin", "SegmentProd",
}  # fmt: skip
SEGMENT_REDUCTIONS = ROW_SEGMENTS | {"Bincount", "HistogramFixedWidth"}
