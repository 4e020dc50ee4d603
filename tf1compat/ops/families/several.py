"""Ops with several outputs of which only the first is a result; the others are what gradients and later calls need."""

from __future__ import annotations

from tf1compat.graph.frames import MERGE
from tf1compat.ops.families.control_flow import IF, WHILE
from tf1compat.ops.families.networks import BLOCK_LSTM, CTC_LOSS, CUDNN_RNN, ENTROPIES, GRU_CELL, LSTM_CELL
from tf1compat.ops.families.passing import IDENTITY_N
from tf1compat.ops.families.products import FUSED_BATCH_NORMALISATION, SUPPRESSIONS
from tf1compat.ops.families.rearranging import SPLITS

FIRST_ALONE = (
    FUSED_BATCH_NORMALISATION | ENTROPIES | CTC_LOSS | BLOCK_LSTM | LSTM_CELL | GRU_CELL | CUDNN_RNN | MERGE
    | WHILE | IF
    | {"MaxPoolWithArgmax", "FractionalMaxPool", "FractionalAvgPool", "CTCLossV2", "SampleDistortedBoundingBox"}
)  # fmt: skip
#: Ops of which each output is one of a list: whoever holds one of them holds all.
LISTS = SPLITS | IDENTITY_N | SUPPRESSIONS | {"TopK", "TopKV2"}
