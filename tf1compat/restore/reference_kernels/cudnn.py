"""CudnnRNN computed by numpy, one example and one step after another: what verification holds the migrated model to.

It follows the formulas of cuDNN's user guide (cudnnRNNMode_t) with a matrix for each gate and each side, and shares
nothing with the form that the migrated model has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf1compat.graph.attributes import Array


@dataclass(frozen=True)
class Gate:
    """The weights of one gate. `kernel` [units, inputs] is None where the input is added as it is."""

    kernel: Array | None
    hidden_kernel: Array  # [units, units]
    bias: Array
    hidden_bias: Array

    def of_input(self, value: Array) -> Array:
        return (value if self.kernel is None else self.kernel @ value) + self.bias

    def of_hidden(self, hidden: Array) -> Array:
        return self.hidden_kernel @ hidden + self.hidden_bias

    def sum(self, value: Array, hidden: Array) -> Array:
        return self.of_input(value) + self.of_hidden(hidden)


State = tuple[Array, ...]  # h, or h and c


def _sigmoid(value: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * value))


def _lstm(gates: Sequence[Gate], value: Array, state: State) -> State:
    hidden, cell = state
    enter, forget, new, leave = (each.sum(value, hidden) for each in gates)
    cell = _sigmoid(forget) * cell + _sigmoid(enter) * np.tanh(new)
    return _sigmoid(leave) * np.tanh(cell), cell


def _gru(gates: Sequence[Gate], value: Array, state: State) -> State:
    (hidden,) = state
    reset, update = (_sigmoid(each.sum(value, hidden)) for each in gates[:2])
    new = np.tanh(gates[2].of_input(value) + reset * gates[2].of_hidden(hidden))
    return ((1 - update) * new + update * hidden,)


def _tanh(gates: Sequence[Gate], value: Array, state: State) -> State:
    return (np.tanh(gates[0].sum(value, state[0])),)


def _relu(gates: Sequence[Gate], value: Array, state: State) -> State:
    return (np.maximum(gates[0].sum(value, state[0]), 0),)


_CELLS: Mapping[str, Callable[[Sequence[Gate], Array, State], State]] = {
    "lstm": _lstm, "gru": _gru, "rnn_tanh": _tanh, "rnn_relu": _relu,
}  # fmt: skip


def cudnn_rnn(
    mode: str,
    layers: Sequence[Sequence[Sequence[Gate]]],
    values: Array,
    states: State,
    lengths: Array | None = None,
    *,
    time_major: bool = True,
) -> tuple[Array, ...]:
    """The outputs and the final states, as a CudnnRNN lays them out.

    `layers` holds, for each layer and each direction (forward first), the gates in cuDNN's order.
    """
    axis = 1 if time_major else 0  # of the examples
    steps, batch = values.shape[1 - axis], values.shape[axis]
    units = states[0].shape[-1]
    outputs = np.zeros((*values.shape[:2], units * len(layers[0])))
    finals = tuple(np.zeros(each.shape) for each in states)
    for example in range(batch):
        end = steps if lengths is None else max(0, min(steps, int(lengths[example])))
        sequence = np.take(values, example, axis)[:end].astype(np.float64)
        initial = tuple(np.take(each, example, axis).astype(np.float64) for each in states)
        output, final = _example(_CELLS[mode], layers, sequence, initial)
        place = (slice(None), example) if axis else (example, slice(None))
        outputs[place][:end] = output
        for part, value in zip(finals, final, strict=True):
            part[place] = value
    return tuple(each.astype(values.dtype) for each in (outputs, *finals))


def _example(
    cell: Callable[[Sequence[Gate], Array, State], State],
    layers: Sequence[Sequence[Sequence[Gate]]],
    sequence: Array,
    initial: State,
) -> tuple[Array, State]:
    """The outputs of the last layer [time, units * directions], and the final states [rows, units]."""
    finals: list[State] = []
    for directions in layers:
        sides = []
        for direction, gates in enumerate(directions):
            turn = -1 if direction else 1
            state = tuple(part[len(finals)] for part in initial)
            outputs = []
            for value in sequence[::turn]:
                state = cell(gates, value, state)
                outputs.append(state[0])
            sides.append(np.reshape(outputs, (len(sequence), len(gates[0].bias)))[::turn])
            finals.append(state)
        sequence = np.concatenate(sides, axis=1)
    return sequence, tuple(np.stack(part) for part in zip(*finals, strict=True))
