"""The gates of a CudnnRNN, read from canonical weights or from cuDNN's buffer.

Source: CudnnParamsFormatConverter* in tensorflow/contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py, whose canonical
LSTM kernels have the gates in the order i c f o; the buffer is laid out as _canonical_to_params in
tensorflow/python/keras/layers/recurrent_v2.py writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.restore.reference_kernels.cudnn import Gate

_GATE_COUNTS = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


def canonical_gates(mode: str, weights: Mapping[str, Array], *, skips_input: bool) -> tuple[Gate, ...]:
    """One layer's gates in one direction, from its canonical weights by role."""
    if mode == "gru":
        gates = _canonical_gru(weights)
    else:
        gates = _side_by_side(weights["kernel"], weights["bias"], _GATE_COUNTS[mode])
    if mode == "lstm":
        enter, new, forget, leave = gates
        gates = (enter, forget, new, leave)
    return tuple(_skipping(each) for each in gates) if skips_input else gates


def _side_by_side(kernel: Array, bias: Array, count: int) -> tuple[Gate, ...]:
    """Gates that stand beside each other in a kernel [inputs + units, gates * units]; half the bias for each side."""
    pieces = zip(np.split(kernel.T, count), np.split(bias / 2, count), strict=True)
    units = len(bias) // count
    return tuple(Gate(piece[:, :-units], piece[:, -units:], half, half) for piece, half in pieces)


def _canonical_gru(weights: Mapping[str, Array]) -> tuple[Gate, ...]:
    reset, update = _side_by_side(weights["gates/kernel"], weights["gates/bias"], 2)
    new = Gate(
        weights["candidate/input_projection/kernel"].T,
        weights["candidate/hidden_projection/kernel"].T,
        weights["candidate/input_projection/bias"],
        weights["candidate/hidden_projection/bias"],
    )
    return reset, update, new


def _skipping(gate: Gate) -> Gate:
    return Gate(None, gate.hidden_kernel, gate.bias, gate.hidden_bias)


def buffer_gates(
    mode: str, buffer: Array, *, rows: int, directions: int, units: int, inputs: int, skips_input: bool
) -> tuple[tuple[Gate, ...], ...]:
    """The gates of each layer and direction, from the buffer: all matrices, then all biases."""
    taken = _Taken(buffer)
    count = _GATE_COUNTS[mode]
    matrices = []
    for row in range(rows):
        width = units * directions if row >= directions else 0 if skips_input else inputs
        kernels = [taken.next(units, width) for _ in range(count)]
        matrices.append((kernels, [taken.next(units, units) for _ in range(count)]))
    return tuple(
        tuple(
            Gate(kernel if kernel.size else None, hidden, bias, hidden_bias)
            for kernel, hidden, bias, hidden_bias in zip(
                *sides, *([taken.next(units) for _ in range(count)] for _ in range(2)), strict=True
            )
        )
        for sides in matrices
    )


class _Taken:
    """Takes one piece after another."""

    def __init__(self, buffer: Array) -> None:
        self._rest: Array = buffer

    def next(self, *shape: int) -> Array:
        size = int(np.prod(shape))
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece.reshape(shape)


def by_layer(
    gates: Iterator[tuple[Gate, ...]] | tuple[tuple[Gate, ...], ...], directions: int
) -> list[list[tuple[Gate, ...]]]:
    """The gates of each layer, forward before backward."""
    rows = list(gates)
    return [rows[start : start + directions] for start in range(0, len(rows), directions)]
