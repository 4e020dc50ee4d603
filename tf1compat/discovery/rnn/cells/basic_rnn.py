"""The plain recurrent cell: `BasicRNNCell`, and Keras's `SimpleRNN`.

    h' = tanh(linear([x, h]))

Source: `rnn_cell_impl.py` (`core_rnn_cell_impl.py`, `rnn_cell.py`) of TensorFlow 0.12 to 1.15, and
`keras/layers/recurrent.py`.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep
from tf1compat.discovery.rnn.cells.gates import (
    activated_form,
    misused_part,
    strange_term,
    units_of,
    values_of,
)
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ACTIVATIONS, MATRIX_PRODUCT


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The plain cell whose new state is this tensor."""
    return _judge(graph, output, state_first=False)


def judge_state_first(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The plain cell whose new state is this tensor, written with `h` before `x`."""
    return _judge(graph, output, state_first=True)


def _judge(graph: Graph, output: TensorRef, *, state_first: bool) -> CellMatch | Mismatch:
    node = graph.producer(output)
    if node.op not in ACTIVATIONS:
        return Mismatch(f"{node.op} where an activation is wanted", node.name)
    form, activation = activated_form(graph, output)
    forms = {"h": form}
    values = values_of(forms, MATRIX_PRODUCT)
    if isinstance(values, Mismatch):
        return values
    wrong = misused_part([form]) or strange_term(graph, forms)
    if wrong is not None:
        return wrong
    if form.normalized:
        return Mismatch("normalized before the activation", form.place, 1)
    x, h = reversed(values) if state_first else values
    features = (("separate_kernels",) if len(form.products) > 1 else ()) + (
        (activation,) if activation != "tanh" else ()
    )
    states = MappingProxyType({"h": StateStep(h, output)})
    return CellMatch("RNN", units_of(graph, [form]), x, output, states, features)


BASIC_RNN = CellKind("RNN", ACTIVATIONS, judge)
BASIC_RNN_STATE_FIRST = CellKind("RNN", ACTIVATIONS, judge_state_first)
