"""The catalogue of recurrent cells, one file a cell: a pattern and a judge.

The first judge that accepts a tensor names the cell, so the more particular kinds come first.
"""

from __future__ import annotations

from tf1compat.discovery.rnn.cells.basic_rnn import BASIC_RNN, BASIC_RNN_STATE_FIRST
from tf1compat.discovery.rnn.cells.block_gru_cell import BLOCK_GRU_CELL
from tf1compat.discovery.rnn.cells.block_lstm_cell import BLOCK_LSTM_CELL
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep
from tf1compat.discovery.rnn.cells.conv_lstm import CONV_LSTM
from tf1compat.discovery.rnn.cells.gru import GRU
from tf1compat.discovery.rnn.cells.gru_reset_after import GRU_RESET_AFTER
from tf1compat.discovery.rnn.cells.layer_norm_lstm import LAYER_NORM_LSTM
from tf1compat.discovery.rnn.cells.lstm import LSTM, LSTM_STATE_FIRST
from tf1compat.discovery.rnn.cells.nas import NAS
from tf1compat.discovery.rnn.cells.ugrnn import UGRNN

CELLS: tuple[CellKind, ...] = (
    BLOCK_LSTM_CELL,  # one op says it all
    BLOCK_GRU_CELL,  # likewise
    NAS,  # h is an activation of a product; the largest formula of all
    LSTM,  # h is a product of a gate and an activated cell state, the gates being sigmoids of matrix products
    LAYER_NORM_LSTM,  # the same, the matrix products being normalized
    CONV_LSTM,  # the same with convolutions
    GRU,  # h is a weighted mean of the old and of a candidate that sees the state reset
    GRU_RESET_AFTER,  # the same, reset after it was multiplied
    UGRNN,  # the same, with no reset at all
    BASIC_RNN,  # h is an activation of a linear form, which parts of others are too
    LSTM_STATE_FIRST,  # as users write it; after all that have the input first, as TensorFlow has it
    BASIC_RNN_STATE_FIRST,  # likewise
)

__all__ = ["CELLS", "CellKind", "CellMatch", "StateStep"]
