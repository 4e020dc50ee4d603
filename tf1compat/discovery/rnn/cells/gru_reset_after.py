"""Gated recurrent unit that resets the state after it is multiplied: `CudnnCompatibleGRUCell`, and Keras's GRU with
`reset_after`.

    r, u = sigmoid(linear([x, h]))
    h' = u * h + (1 - u) * tanh(linear(x) + r * linear(h))

Source: `contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py` of TensorFlow 1.4 to 1.15, and `keras/layers/recurrent.py`.
"""

from __future__ import annotations

from dataclasses import replace

from tf1compat.analysis.pattern import Mismatch, capture, every_match, product
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch
from tf1compat.discovery.rnn.cells.gates import FORM_DEPTH, gate, gate_form
from tf1compat.discovery.rnn.cells.gru_family import Mixture, judge_mixture, mixture_match
from tf1compat.discovery.rnn.cells.linear_form import LinearForm, linear_form
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS

_RESET = product(gate("r"), capture("hidden"))


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The GRU whose new state is this tensor."""
    return judge_mixture(graph, output, _judge)


def _judge(graph: Graph, mixture: Mixture) -> CellMatch | Mismatch:
    for term in mixture.candidate.added:
        reset = _reset_term(graph, mixture, term)
        if reset is not None and len(mixture.candidate.values) == 1:
            return _match(graph, mixture, term, *reset)
    place = mixture.candidate.place
    return Mismatch("no product of the state is reset and added to the candidate", place, FORM_DEPTH)


def _reset_term(graph: Graph, mixture: Mixture, term: TensorRef) -> tuple[LinearForm, LinearForm] | None:
    """The forms of the reset gate, and of the state that it is multiplied with, if the term is such a product."""
    outcome = every_match(_RESET, graph, term)
    for found in () if isinstance(outcome, Mismatch) else outcome:
        hidden = linear_form(graph, found["hidden"])
        if hidden.values == (mixture.h,):
            return gate_form(graph, found["r"]), hidden
    return None


def _match(
    graph: Graph, mixture: Mixture, term: TensorRef, reset: LinearForm, hidden: LinearForm
) -> CellMatch | Mismatch:
    biases = tuple(each for each in mixture.candidate.added if each != term)
    others = {"candidate": replace(mixture.candidate, added=biases), "hidden": hidden}
    (x,) = mixture.candidate.values
    reading = {"r": reset, "u": mixture.update}
    return mixture_match("GRU", graph, mixture, x, reading, others, ("reset_after",))


GRU_RESET_AFTER = CellKind("GRU", ADDITIONS, judge)
