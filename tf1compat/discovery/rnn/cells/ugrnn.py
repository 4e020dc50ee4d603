"""Update gate recurrent network: `UGRNNCell`.

    g, c = split(linear([x, h]))
    h' = sigmoid(g + forget_bias) * h + (1 - sigmoid(g + forget_bias)) * tanh(c)

The state of `IntersectionRNNCell` moves likewise, but there the linear form has parts for an output gate too.
Source: `contrib/rnn/python/ops/rnn_cell.py` of TensorFlow 1.4 to 1.15.
"""

from __future__ import annotations

from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch
from tf1compat.discovery.rnn.cells.gates import FORM_DEPTH
from tf1compat.discovery.rnn.cells.gru_family import Mixture, judge_mixture, mixture_match
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The UGRNN whose new state is this tensor."""
    return judge_mixture(graph, output, _judge)


def _judge(graph: Graph, mixture: Mixture) -> CellMatch | Mismatch:
    others = [each for each in mixture.candidate.values if each != mixture.h]
    if len(others) != 1:
        place = mixture.candidate.place
        return Mismatch("the candidate is no linear form of input and state", place, FORM_DEPTH)
    for each in mixture.candidate.products:
        if each.parts is None:
            return Mismatch("into how many parts the product is cut is not known", each.node, FORM_DEPTH)
    reading = {"candidate": mixture.candidate, "u": mixture.update}
    return mixture_match("UGRNN", graph, mixture, others[0], reading, {})


UGRNN = CellKind("UGRNN", ADDITIONS, judge)
