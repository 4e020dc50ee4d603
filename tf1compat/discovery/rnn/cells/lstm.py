"""Long short-term memory: `LSTMCell` and `BasicLSTMCell`, with or without peepholes, projection and clipping.

    i, j, f, o = split(linear([x, h]))
    c' = sigmoid(f + forget_bias) * c + sigmoid(i) * tanh(j)
    h' = sigmoid(o) * tanh(c')

Keras's LSTM is the same with kernels of their own for x and h, and hard sigmoids if so wanted.

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15, and
`keras/layers/recurrent.py`.
"""

from __future__ import annotations

from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch
from tf1compat.discovery.rnn.cells.lstm_family import ROOTS, memory_match, read_memory
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import MATRIX_PRODUCT


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The LSTM whose new `h` is this tensor."""
    return _judge(graph, output, state_first=False)


def judge_state_first(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The LSTM whose new `h` is this tensor, written with `h` before `x`."""
    return _judge(graph, output, state_first=True)


def _judge(graph: Graph, output: TensorRef, *, state_first: bool) -> CellMatch | Mismatch:
    memory = read_memory(graph, output, MATRIX_PRODUCT)
    if isinstance(memory, Mismatch):
        return memory
    if memory.normalized:
        return Mismatch("the gates are normalized", output.node, 2)
    return memory_match("LSTM", memory, state_first=state_first)


LSTM = CellKind("LSTM", ROOTS, judge)
LSTM_STATE_FIRST = CellKind("LSTM", ROOTS, judge_state_first)
