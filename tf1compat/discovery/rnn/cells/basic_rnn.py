"""The plain recurrent cell: `BasicRNNCell`.

    h' = tanh(linear([x, h]))

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.discovery.pattern import Mismatch, activated, capture, joined, linear, match
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, columns, updated
from tf1compat.discovery.rnn.loops import Carried, Loop
from tf1compat.graph.model import Graph

PATTERN = activated(linear(joined(capture("x"), capture("h")), "kernel"))


def judge(graph: Graph, loop: Loop, carried: Carried) -> CellMatch | Mismatch:
    """The plain cell whose state is this carried value."""
    output = updated(graph, carried)
    found = match(PATTERN, graph, output)
    if isinstance(found, Mismatch):
        return found
    if found["h"] != carried.value:
        return Mismatch("the cell does not read the state that it makes", found["h"].node)
    states = MappingProxyType({"h": carried})
    return CellMatch("RNN", columns(graph, found["kernel"], 1), found["x"], output, states)


BASIC_RNN = CellKind("RNN", judge)
