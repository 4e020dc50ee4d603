"""`HighwayWrapper`: gates made from a cell's input weigh it against the output.

    carry = sigmoid(x W + b)
    y = x * carry + h * transform        transform is 1 - carry, or a gate of its own

Source: `contrib/rnn/python/ops/rnn_cell.py` of TensorFlow 1.4 to 1.15.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tf1compat.analysis.pattern import Mismatch, capture, either, linear, match, op, product, source, total
from tf1compat.discovery.rnn.cells.cell import is_one, one_minus
from tf1compat.discovery.rnn.wrappers.wrapper import Wrapped, WrapperKind, readers
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS, MULTIPLICATION

_X = capture("x")
_CARRY = capture("carry", op("Sigmoid", linear(_X, "carry_kernel")))
_COUPLED = one_minus(_CARRY)
_UNCOUPLED = op("Sigmoid", linear(_X, "transform_kernel"))
_CARRIED = product(_X, _CARRY)
PATTERN = either(
    total(_CARRIED, product(capture("h"), _COUPLED)),
    total(_CARRIED, product(capture("h"), _UNCOUPLED)),
)


def judge(graph: Graph, inner: Wrapped, carried: Collection[TensorRef]) -> Wrapped | Mismatch:
    """The cell with its gated sum of input and output."""
    for weighed in readers(graph, inner.output, MULTIPLICATION):
        for node in readers(graph, TensorRef(weighed.name), ADDITIONS):
            if _fits(graph, inner, TensorRef(node.name)):
                return replace(inner, output=TensorRef(node.name), wrappers=(*inner.wrappers, "highway"))
    return Mismatch("the output is not weighed against the input", inner.output.node)


def _fits(graph: Graph, inner: Wrapped, ref: TensorRef) -> bool:
    found = match(PATTERN, graph, ref)
    if isinstance(found, Mismatch):
        return False
    ends = (source(graph, inner.input), source(graph, inner.output))
    return (found["x"], found["h"]) == ends and ("one" not in found or is_one(graph, found))


HIGHWAY = WrapperKind("highway", judge)
