"""Gated recurrent unit that resets the state before it is multiplied: `GRUCell`, and Keras's GRU by default.

    r, u = split(sigmoid(linear([x, h])))          before 1.4 the sigmoids come after the split
    h' = u * h + (1 - u) * tanh(linear([x, r * h]))

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15, and
`keras/layers/recurrent.py`.
"""

from __future__ import annotations

from tf1compat.analysis.pattern import Mismatch, capture, match, product
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch
from tf1compat.discovery.rnn.cells.gates import FORM_DEPTH, gate, gate_form
from tf1compat.discovery.rnn.cells.gru_family import Mixture, judge_mixture, mixture_match
from tf1compat.discovery.rnn.cells.linear_form import unmasked
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS

_RESET_STATE = product(gate("r"), capture("h"))


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The GRU whose new state is this tensor."""
    return judge_mixture(graph, output, _judge)


def _judge(graph: Graph, mixture: Mixture) -> CellMatch | Mismatch:
    values = mixture.candidate.values
    gates = [_reset_gate(graph, mixture, each) for each in values]
    if len(values) != 2 or sum(gate is not None for gate in gates) != 1:
        place = mixture.candidate.place
        return Mismatch("the candidate is not made of the input and the reset state", place, FORM_DEPTH)
    at = next(index for index, gate in enumerate(gates) if gate is not None)
    reset, x = gates[at] or values[at], values[1 - at]
    reading = {"r": gate_form(graph, reset), "u": mixture.update}
    return mixture_match("GRU", graph, mixture, x, reading, {"candidate": mixture.candidate})


def _reset_gate(graph: Graph, mixture: Mixture, value: TensorRef) -> TensorRef | None:
    """The gate that the old state is multiplied by to give this value."""
    found = match(_RESET_STATE, graph, value)
    if isinstance(found, Mismatch) or unmasked(graph, found["h"]) != mixture.h:
        return None
    return found["r"]


GRU = CellKind("GRU", ADDITIONS, judge)
