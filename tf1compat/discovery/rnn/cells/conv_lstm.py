"""Convolutional LSTM in one, two or three dimensions: `Conv1DLSTMCell` and its kin, and Keras's `ConvLSTM2D`.

    i, j, f, o = split(convolution([x, h]))
    c' = sigmoid(f + forget_bias) * c + sigmoid(i) * tanh(j)
    h' = sigmoid(o) * tanh(c')               with a skip connection, the input follows it: concat([h', x])

Source: `contrib/rnn/python/ops/rnn_cell.py` of TensorFlow 1.4 to 1.15, and
`keras/layers/convolutional_recurrent.py`.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tf1compat.analysis.pattern import Mismatch, source
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep
from tf1compat.discovery.rnn.cells.lstm_family import ROOTS, memory_match, read_memory
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONCATENATIONS, CONVOLUTIONS
from tf1compat.ops.registry import data_operands


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The convolutional LSTM whose new `h` is this tensor."""
    node = graph.producer(source(graph, output))
    if node.op in CONCATENATIONS:
        return _with_skip(graph, output, data_operands(node))
    return _plain(graph, output)


def _plain(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    memory = read_memory(graph, output, CONVOLUTIONS)
    if isinstance(memory, Mismatch):
        return memory
    if memory.normalized:
        return Mismatch("the gates are normalized", output.node, 2)
    return memory_match("ConvLSTM", memory)


def _with_skip(graph: Graph, output: TensorRef, operands: tuple[TensorRef, ...]) -> CellMatch | Mismatch:
    """The cell of the first operand, if the second is its input."""
    inner = _plain(graph, source(graph, operands[0]))
    if isinstance(inner, Mismatch):
        return inner
    if len(operands) != 2 or source(graph, operands[1]) != inner.input:
        return Mismatch("joined with something else than the input", output.node, 1)
    states = {**inner.states, "h": StateStep(inner.states["h"].before, output)}
    features = (*inner.features, "skip_connection")
    return replace(inner, output=output, states=MappingProxyType(states), features=features)


CONV_LSTM = CellKind("ConvLSTM", ROOTS | CONCATENATIONS, judge)
