"""What a restored RNN offers: its tensors, with the state in the form that TF1's cells gave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tf1compat.discovery.findings import Direction, Layer, Rnn
from tf1compat.names import TensorRef


class LSTMStateTuple(NamedTuple):
    """An LSTM's state, `c` then `h`, each [batch, units].

    The same as `tf.compat.v1.nn.rnn_cell.LSTMStateTuple`, which TensorFlow hides where Keras 3 is installed.
    """

    c: Any
    h: Any


@dataclass(frozen=True)
class LegacyRnn:
    """One recurrent network of the restored graph, as `tf.Tensor`s; None for what discovery does not know.

    A state is an `LSTMStateTuple` for LSTM cells and a plain tensor for others; with several layers, a tuple
    of those, from input to output.
    """

    scope: str
    direction: Direction
    time_major: bool | None
    inputs: Any
    outputs: Any
    sequence_length: Any
    initial_state: Any
    final_state: Any


def legacy_rnn(rnn: Rnn, tensor: Callable[[TensorRef], Any]) -> LegacyRnn:
    """The found RNN with its names looked up by `tensor`."""

    def known(ref: TensorRef | None) -> Any:
        return None if ref is None else tensor(ref)

    def state(parts: Callable[[Layer], Mapping[str, TensorRef | None]]) -> Any:
        layers = tuple(_layer_state(parts(layer), known) for layer in rnn.layers)
        return layers[0] if len(layers) == 1 else layers

    return LegacyRnn(
        rnn.scope, rnn.direction, rnn.time_major, known(rnn.inputs), known(rnn.outputs),
        known(rnn.sequence_length), state(lambda layer: layer.initial_state),
        state(lambda layer: layer.final_state),
    )  # fmt: skip


def _layer_state(parts: Mapping[str, TensorRef | None], known: Callable[[TensorRef | None], Any]) -> Any:
    if "c" in parts:
        return LSTMStateTuple(known(parts["c"]), known(parts.get("h")))
    return known(parts.get("h"))
