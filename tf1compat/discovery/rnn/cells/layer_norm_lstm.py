"""LSTM with layer normalization: `LayerNormBasicLSTMCell` and `LayerNormLSTMCell`.

    i, j, f, o = norm(i), norm(j), norm(f), norm(o)     of split(linear([x, h]))
    c' = norm(sigmoid(f + forget_bias) * c + sigmoid(i) * dropout(tanh(j)))
    h' = sigmoid(o) * tanh(c')

Without normalization it is a plain LSTM, and judged as such.
Source: `contrib/rnn/python/ops/rnn_cell.py` of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch
from tf1compat.discovery.rnn.cells.lstm_family import ROOTS, memory_match, read_memory
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import MATRIX_PRODUCT


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The LSTM with layer normalization whose new `h` is this tensor."""
    memory = read_memory(graph, output, MATRIX_PRODUCT)
    if isinstance(memory, Mismatch):
        return memory
    if not memory.normalized:
        return Mismatch("the gates are not normalized", output.node, 2)
    return memory_match("LayerNormLSTM", memory)


LAYER_NORM_LSTM = CellKind("LayerNormLSTM", ROOTS, judge)
