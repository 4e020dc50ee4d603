"""One step of cuDNN's cells: from the input's share of the gates and the state before, the state after.

Source: the user guide of cuDNN, cudnnRNNMode_t. The GRU scales by the reset gate after the product with the hidden
state, bias included; the first part of a state is the output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tf1compat.graph.attributes import DType
from tf1compat.names import TensorRef
from tf1compat.rewrite.emit import Emitter


class Step(NamedTuple):
    """What a step reads. `gates`: the input's share; `states`: h, or h and c."""

    gates: TensorRef
    states: tuple[TensorRef, ...]
    hidden_kernel: TensorRef
    hidden_bias: TensorRef | None


def _lstm(emit: Emitter, step: Step, dtype: DType) -> tuple[TensorRef, ...]:
    hidden, cell = step.states
    gates = emit("AddV2", step.gates, _product(emit, step, dtype), T=dtype)
    enter, new, forget, leave = emit.many("Split", emit.constant(1), gates, outputs=4, num_split=4, T=dtype)
    kept = _times(emit, emit("Sigmoid", forget, T=dtype), cell, dtype)
    entered = _times(emit, emit("Sigmoid", enter, T=dtype), emit("Tanh", new, T=dtype), dtype)
    cell = emit("AddV2", kept, entered, T=dtype)
    hidden = _times(emit, emit("Sigmoid", leave, T=dtype), emit("Tanh", cell, T=dtype), dtype)
    return hidden, cell


def _gru(emit: Emitter, step: Step, dtype: DType) -> tuple[TensorRef, ...]:
    (hidden,) = step.states
    axis = emit.constant(1)
    mine = emit.many("Split", axis, step.gates, outputs=3, num_split=3, T=dtype)
    past = emit.many("Split", axis, _product(emit, step, dtype), outputs=3, num_split=3, T=dtype)
    reset, update = (
        emit("Sigmoid", emit("AddV2", mine[each], past[each], T=dtype), T=dtype) for each in range(2)
    )
    biased = past[2] if step.hidden_bias is None else emit("AddV2", past[2], step.hidden_bias, T=dtype)
    new = emit("AddV2", mine[2], _times(emit, reset, biased, dtype), T=dtype)
    new = emit("Tanh", new, T=dtype)
    rest = emit("Sub", emit.constant(1.0, dtype), update, T=dtype)
    kept = _times(emit, update, hidden, dtype)
    return (emit("AddV2", _times(emit, rest, new, dtype), kept, T=dtype),)


def _plain(activation: str) -> Callable[[Emitter, Step, DType], tuple[TensorRef, ...]]:
    def step_of(emit: Emitter, step: Step, dtype: DType) -> tuple[TensorRef, ...]:
        return (emit(activation, emit("AddV2", step.gates, _product(emit, step, dtype), T=dtype), T=dtype),)

    return step_of


def _product(emit: Emitter, step: Step, dtype: DType) -> TensorRef:
    return emit("MatMul", step.states[0], step.hidden_kernel, T=dtype)


def _times(emit: Emitter, left: TensorRef, right: TensorRef, dtype: DType) -> TensorRef:
    return emit("Mul", left, right, T=dtype)


STEPS: Mapping[str, Callable[[Emitter, Step, DType], tuple[TensorRef, ...]]] = {
    "lstm": _lstm, "gru": _gru, "rnn_tanh": _plain("Tanh"), "rnn_relu": _plain("Relu"),
}  # fmt: skip
