"""The plain recurrent cell: `BasicRNNCell`.

    h' = tanh(linear([x, h]))

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.discovery.pattern import ACTIVATIONS, Mismatch, activated, capture, joined, linear, match
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep, columns
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef

PATTERN = activated(linear(joined(capture("x"), capture("h")), "kernel"))


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The plain cell whose new state is this tensor."""
    found = match(PATTERN, graph, output)
    if isinstance(found, Mismatch):
        return found
    states = MappingProxyType({"h": StateStep(found["h"], output)})
    return CellMatch("RNN", columns(graph, found["kernel"], 1), found["x"], output, states)


BASIC_RNN = CellKind("RNN", ACTIVATIONS, judge)
