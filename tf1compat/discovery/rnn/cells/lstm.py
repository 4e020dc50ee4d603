"""Long short-term memory: `LSTMCell` and `BasicLSTMCell`, with or without peepholes, projection and clipping.

    i, j, f, o = split(linear([x, h]))
    c' = sigmoid(f + forget_bias) * c + sigmoid(i) * tanh(j)
    h' = sigmoid(o) * tanh(c')

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.discovery.pattern import (
    Captures,
    Mismatch,
    Pattern,
    activated,
    capture,
    clipped,
    either,
    joined,
    linear,
    match,
    op,
    piece,
    product,
    summand,
    total,
)
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, columns, state_at, updated
from tf1compat.discovery.rnn.loops import Carried, Loop
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef

_GATES = capture("gates", linear(joined(capture("x"), capture("h")), "kernel"))


def _gate(name: str) -> Pattern:
    return capture(name, piece(_GATES))


def _opened(name: str) -> Pattern:
    return op("Sigmoid", summand(_gate(name)))


_NEW_C = total(
    product(_opened("f"), capture("c")),
    product(_opened("i"), activated(_gate("j"))),
)
_HIDDEN = product(_opened("o"), activated(capture("new_c", clipped(_NEW_C))))
_PROJECTED = op("MatMul", _HIDDEN, capture("projection"))
PATTERN = clipped(either(_HIDDEN, _PROJECTED))


def judge(graph: Graph, loop: Loop, carried: Carried) -> CellMatch | Mismatch:
    """The LSTM whose `h` is this carried value."""
    output = updated(graph, carried)
    found = match(PATTERN, graph, output)
    if isinstance(found, Mismatch):
        return found
    cell_state = state_at(graph, loop, found, "c")
    if cell_state is None or updated(graph, cell_state) != found["new_c"]:
        return Mismatch("the new cell state is not carried on", found["new_c"].node)
    if found["h"] != carried.value or not _gates_differ(found):
        return Mismatch("the gates do not read the state that they make", found["h"].node)
    states = MappingProxyType({"c": cell_state, "h": carried})
    return CellMatch("LSTM", columns(graph, found["kernel"], 4), found["x"], output, states)


def _gates_differ(found: Captures) -> bool:
    gates: set[TensorRef] = {found[name] for name in "ijfo"}
    return len(gates) == 4


LSTM = CellKind("LSTM", judge)
