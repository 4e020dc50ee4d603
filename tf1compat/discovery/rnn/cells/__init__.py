"""The catalogue of recurrent cells, one file a cell: a pattern and a judge.

The first judge that accepts a tensor names the cell, so the more particular kinds come first.
"""

from __future__ import annotations

from tf1compat.discovery.rnn.cells.basic_rnn import BASIC_RNN
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep
from tf1compat.discovery.rnn.cells.gru import GRU
from tf1compat.discovery.rnn.cells.lstm import LSTM

CELLS: tuple[CellKind, ...] = (
    LSTM,  # h is a product of a gate and an activated cell state
    GRU,  # h is a weighted sum of the old and the new
    BASIC_RNN,  # h is an activation of a linear form, which parts of others are too
)

__all__ = ["CELLS", "CellKind", "CellMatch", "StateStep"]
