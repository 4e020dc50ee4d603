"""Gated recurrent unit: `GRUCell`.

    r, u = split(sigmoid(linear([x, h])))          before 1.0 the sigmoids come after the split
    h' = u * h + (1 - u) * tanh(linear([x, r * h]))

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.discovery.pattern import (
    ADDITIONS,
    Mismatch,
    Pattern,
    activated,
    capture,
    either,
    joined,
    linear,
    match,
    op,
    piece,
    product,
    total,
)
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep, columns, is_one, one_minus
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef

_GATES = capture("gates", linear(joined(capture("x"), capture("h")), "kernel"))


def _gate(name: str) -> Pattern:
    return capture(name, either(piece(op("Sigmoid", _GATES)), op("Sigmoid", piece(_GATES))))


_CANDIDATE = activated(linear(joined(capture("x"), product(_gate("r"), capture("h"))), "candidate_kernel"))
PATTERN = total(
    product(_gate("u"), capture("h")),
    product(one_minus(_gate("u")), _CANDIDATE),
)


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The GRU whose new state is this tensor."""
    found = match(PATTERN, graph, output)
    if isinstance(found, Mismatch):
        return found
    if found["r"] == found["u"] or not is_one(graph, found):
        return Mismatch("reset and update gate are not those of a GRU", found["u"].node)
    states = MappingProxyType({"h": StateStep(found["h"], output)})
    return CellMatch("GRU", columns(graph, found["candidate_kernel"], 1), found["x"], output, states)


GRU = CellKind("GRU", ADDITIONS, judge)
