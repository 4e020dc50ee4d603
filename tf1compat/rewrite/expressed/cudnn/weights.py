"""The weights of a CudnnRNN in one form, whether they come as canonical variables or as cuDNN's buffer.

The buffer's layout is the one that Keras' CuDNN layers write: the matrices of all layers, input side before hidden
side, row by row; then the biases of all layers in the same order.
Source: tensorflow/python/keras/layers/recurrent_v2.py (_canonical_to_params).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tf1compat.discovery.findings import Direction
from tf1compat.discovery.rnn.cudnn_weights import CELLS, PARAMS, directions_of, mode_of
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CUDNN_RNN_V3
from tf1compat.rewrite.base import ELSEWHERE
from tf1compat.rewrite.emit import INT, Emitter

#: For each kind of cell, cuDNN's gates in the order in which `CellWeights` has them side by side.
GATES: Mapping[str, tuple[int, ...]] = {
    "lstm": (0, 2, 1, 3),  # input, new, forget, output: as in the canonical kernel
    "gru": (0, 1, 2),  # reset, update, new
    "rnn_tanh": (0,),
    "rnn_relu": (0,),
}


class CellWeights(NamedTuple):
    """One layer in one direction; the gates lie side by side along the last axis of each matrix."""

    input_kernel: TensorRef | None  # [inputs, gates * units]; None where the input is added as it is
    hidden_kernel: TensorRef  # [units, gates * units]
    bias: TensorRef  # [gates * units], of both sides together
    hidden_bias: TensorRef | None  # [units], of a GRU's new gate, which is scaled by the reset gate


class Form(NamedTuple):
    """What a CudnnRNN node is told by its attributes and static shapes."""

    mode: str
    units: int
    inputs: int
    layers: int
    directions: tuple[Direction, ...]
    skips: bool  # the first layer adds its input as it is
    dtype: DType

    def input_size(self, layer: int) -> int:
        return self.units * len(self.directions) if layer else self.inputs


def weight_inputs(node: Node) -> tuple[TensorRef, ...]:
    """The buffer, or the canonical weights in its place."""
    after = 1 if node.op in CUDNN_RNN_V3 else 0  # the sequence lengths
    return node.inputs[PARAMS : len(node.inputs) - after]


def form_of(graph: Graph, node: Node) -> Form:
    """The node's form; raises RewriteError where the file leaves a size open, or has a projection."""
    if node.integer("num_proj"):
        raise _refused(node, "has a projection, which no checkpoint holds in a form that can be read")
    mode, directions = mode_of(node), directions_of(node)
    units, inputs = _sizes(graph, node, mode)
    layers = _row_count(graph, node, mode) // len(directions)
    if not units or inputs is None or not layers:
        raise _refused(node, "has inputs or states of unknown size")
    given = node.text("input_mode", "linear_input")
    skips = given == "skip_input" or (given == "auto_select" and inputs in (0, units))
    return Form(mode, units, inputs, layers, directions, skips, node.dtype() or DType("float32"))


def _sizes(graph: Graph, node: Node, mode: str) -> tuple[int | None, int | None]:
    """The number of units, and the width of the first layer's input as its weights have it."""
    weights = weight_inputs(node)
    if len(weights) == 1:
        return _dimension(graph, node.inputs[1], -1), _dimension(graph, node.inputs[0], -1)
    last, rows = _dimension(graph, weights[-1], -1), _dimension(graph, weights[0], 0)
    if last is None or rows is None:
        return None, None
    units = last // len(GATES[mode]) if mode == "lstm" else last
    return units, rows - units


def _row_count(graph: Graph, node: Node, mode: str) -> int:
    """How many layers there are, each direction counted; 0 where it is not known."""
    weights = weight_inputs(node)
    if len(weights) > 1:
        return len(weights) // len(CELLS[mode].roles)
    axis = 0 if node.attrs.get("time_major", True) else 1
    known = (_dimension(graph, ref, axis) for ref in (node.inputs[1], TensorRef(node.name, 1)))
    return next((each for each in known if each is not None), 0)


def _dimension(graph: Graph, ref: TensorRef, axis: int) -> int | None:
    dims = graph.static_shape(ref).dims
    return dims[axis] if dims else None


def _refused(node: Node, reason: str) -> RewriteError:
    return RewriteError(f"'{node.name}' ({node.op}) {reason}; {ELSEWHERE}")


def cell_weights(emitter: Emitter, node: Node, form: Form) -> list[CellWeights]:
    """The weights by layer, and within a layer forward before backward."""
    weights = weight_inputs(node)
    if len(weights) == 1:
        return _from_buffer(emitter, weights[0], form)
    roles = CELLS[form.mode].roles
    make = _canonical_gru if form.mode == "gru" else _canonical
    return [
        make(emitter, weights[start : start + len(roles)], form, number // len(form.directions))
        for number, start in enumerate(range(0, len(weights), len(roles)))
    ]


# --------------------------------------------------------------------------------------------- canonical


def _canonical(emitter: Emitter, weights: Sequence[TensorRef], form: Form, layer: int) -> CellWeights:
    kernel, bias = weights
    inputs, hidden = _sides(emitter, kernel, form, layer)
    return CellWeights(None if form.skips and not layer else inputs, hidden, bias, None)


def _canonical_gru(emitter: Emitter, weights: Sequence[TensorRef], form: Form, layer: int) -> CellWeights:
    gates, gates_bias, new_inputs, new_bias, new_hidden, hidden_bias = weights
    inputs, hidden = _sides(emitter, gates, form, layer)
    return CellWeights(
        None if form.skips and not layer else emitter.concat((inputs, new_inputs), 1, form.dtype),
        emitter.concat((hidden, new_hidden), 1, form.dtype),
        emitter.concat((gates_bias, new_bias), 0, form.dtype),
        hidden_bias,
    )


def _sides(emitter: Emitter, kernel: TensorRef, form: Form, layer: int) -> tuple[TensorRef, ...]:
    """The rows of a kernel for the input, and those for the hidden state."""
    return emitter.split(kernel, (form.input_size(layer), form.units), 0, form.dtype)


# ------------------------------------------------------------------------------------------------ buffer


def _from_buffer(emitter: Emitter, buffer: TensorRef, form: Form) -> list[CellWeights]:
    gates, units = len(GATES[form.mode]), form.units
    widths = [
        0 if form.skips and not layer else form.input_size(layer)
        for layer in range(form.layers)
        for _ in form.directions
    ]
    sizes = [units * size for width in widths for size in (*[width] * gates, *[units] * gates)]
    pieces = emitter.split(buffer, [*sizes, *[units] * (2 * gates * len(widths))], 0, form.dtype)
    matrices, biases = pieces[: len(sizes)], pieces[len(sizes) :]
    return [
        _of_pieces(emitter, form, width, (matrices[start:end], biases[start:end]))
        for width, start, end in (
            (width, number * 2 * gates, (number + 1) * 2 * gates) for number, width in enumerate(widths)
        )
    ]


def _of_pieces(
    emitter: Emitter, form: Form, width: int, pieces: tuple[Sequence[TensorRef], Sequence[TensorRef]]
) -> CellWeights:
    matrices, biases = pieces
    order, dtype = GATES[form.mode], form.dtype
    gates = len(order)
    hidden = [biases[gates + each] for each in order]
    sums = [emitter("AddV2", biases[each], other, T=dtype) for each, other in zip(order, hidden, strict=True)]
    scaled = form.mode == "gru"
    if scaled:
        sums[-1] = biases[order[-1]]
    return CellWeights(
        _beside(emitter, [matrices[each] for each in order], width, form) if width else None,
        _beside(emitter, [matrices[gates + each] for each in order], form.units, form),
        emitter.concat(sums, 0, dtype),
        hidden[-1] if scaled else None,
    )


def _beside(emitter: Emitter, pieces: Sequence[TensorRef], width: int, form: Form) -> TensorRef:
    """cuDNN's matrices [units, width], flat, as one [width, gates * units]."""
    flat = emitter.concat(pieces, 0, form.dtype)
    shape = emitter.constant([len(pieces) * form.units, width])
    rows = emitter("Reshape", flat, shape, T=form.dtype, Tshape=INT)
    return emitter("Transpose", rows, emitter.constant([1, 0]), T=form.dtype, Tperm=INT)
