"""The cell that was found by neural architecture search: `NASCell`.

    x_0 ... x_7 = split(x * kernel);  h_0 ... h_7 = split(h * recurrent_kernel + bias)
    a, b = tanh(sigmoid(x_0 + h_0) * relu(x_1 + h_1)), tanh(sigmoid(x_2 + h_2) + relu(x_3 * h_3))
    d, e = tanh(tanh(x_4 + h_4) * sigmoid(x_5 + h_5)), sigmoid(tanh(x_6 + h_6) + sigmoid(x_7 + h_7))
    c' = tanh(a + c) * b
    h' = tanh(c' * tanh(d + e))                         projected if so wanted

Source: `contrib/rnn/python/ops/rnn_cell.py` of TensorFlow 1.4 to 1.15.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.analysis.pattern import Mismatch, Pattern, capture, either, linear, match, op, piece
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep
from tf1compat.discovery.rnn.cells.weights import columns, is_fixed
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS, MATRIX_PRODUCT, TANH

_PARTS = 8


def _of_x(index: int) -> Pattern:
    return capture(f"x_{index}", piece(capture("of_x", linear(capture("x"), "kernel"))))


def _of_h(index: int) -> Pattern:
    return capture(f"h_{index}", piece(capture("of_h", linear(capture("h"), "recurrent_kernel"))))


def _sum(index: int) -> Pattern:
    return op(ADDITIONS, _of_x(index), _of_h(index))


def _tanh_of(ops: str | frozenset[str], left: Pattern, right: Pattern) -> Pattern:
    return op("Tanh", op(ops, left, right))


_A = _tanh_of("Mul", op("Sigmoid", _sum(0)), op("Relu", _sum(1)))
_B = _tanh_of(ADDITIONS, op("Sigmoid", _sum(2)), op("Relu", op("Mul", _of_x(3), _of_h(3))))
_D = _tanh_of("Mul", op("Tanh", _sum(4)), op("Sigmoid", _sum(5)))
_E = op("Sigmoid", op(ADDITIONS, op("Tanh", _sum(6)), op("Sigmoid", _sum(7))))
_NEW_C = capture("new_c", op("Mul", _tanh_of(ADDITIONS, _A, capture("c")), _B))
_HIDDEN = _tanh_of("Mul", _NEW_C, _tanh_of(ADDITIONS, _D, _E))
PATTERN = either(_HIDDEN, op("MatMul", _HIDDEN, capture("projection")))


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The NAS cell whose new `h` is this tensor."""
    found = match(PATTERN, graph, output)
    if isinstance(found, Mismatch):
        return found
    for side in "xh":
        if len({found[f"{side}_{index}"] for index in range(_PARTS)}) < _PARTS:
            return Mismatch(f"one part of '{side}' serves two purposes", found[f"of_{side}"].node, 6)
    if not all(is_fixed(graph, found[name]) for name in ("kernel", "recurrent_kernel")):
        return Mismatch("multiplied by what is no weight", found["kernel"].node, 8)
    states = {"c": StateStep(found["c"], found["new_c"]), "h": StateStep(found["h"], output)}
    size = columns(graph, found["kernel"])
    units = size // _PARTS if size is not None else None
    features = ("projection",) if "projection" in found else ()
    return CellMatch("NAS", units, found["x"], output, MappingProxyType(states), features)


NAS = CellKind("NAS", MATRIX_PRODUCT | TANH, judge)
