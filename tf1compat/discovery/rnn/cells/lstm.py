"""Long short-term memory: `LSTMCell` and `BasicLSTMCell`, with or without peepholes, projection and clipping.

    i, j, f, o = split(linear([x, h]))
    c' = sigmoid(f + forget_bias) * c + sigmoid(i) * tanh(j)
    h' = sigmoid(o) * tanh(c')

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.discovery.pattern import (
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
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep, columns
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


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The LSTM whose new `h` is this tensor."""
    found = match(PATTERN, graph, output)
    if isinstance(found, Mismatch):
        return found
    if len({found[name] for name in "ijfo"}) < 4:
        return Mismatch("one gate serves two purposes", found["i"].node)
    states = MappingProxyType(
        {"c": StateStep(found["c"], found["new_c"]), "h": StateStep(found["h"], output)}
    )
    return CellMatch("LSTM", columns(graph, found["kernel"], 4), found["x"], output, states)


LSTM = CellKind("LSTM", frozenset({"Mul", "MatMul", "Maximum", "ClipByValue"}), judge)
