"""The state of a restored RNN has the form that TF1's cells gave it."""

from __future__ import annotations

from tf1compat.discovery.findings import Layer, Rnn
from tf1compat.names import TensorRef
from tf1compat.restore.states import LSTMStateTuple, legacy_rnn


def ref(name: str) -> TensorRef:
    return TensorRef.parse(name)


def rnn(*layers: Layer) -> Rnn:
    return Rnn("rnn", "dynamic", "forward", False, ref("x"), ref("y"), None, layers)


def lstm(number: int) -> Layer:
    initial = {"c": ref(f"c{number}"), "h": ref(f"h{number}")}
    return Layer("LSTM", 3, (), initial, {"c": ref(f"while/Exit_{number}"), "h": None})


def test_one_lstm_layer_has_a_state_tuple() -> None:
    found = legacy_rnn(rnn(lstm(2)), str)
    assert found.initial_state == LSTMStateTuple(c="c2:0", h="h2:0")
    assert isinstance(found.final_state, LSTMStateTuple)
    assert found.final_state.c == "while/Exit_2:0"


def test_several_layers_have_a_tuple_of_states() -> None:
    found = legacy_rnn(rnn(lstm(1), lstm(2)), str)
    assert found.initial_state == (LSTMStateTuple("c1:0", "h1:0"), LSTMStateTuple("c2:0", "h2:0"))


def test_other_cells_have_a_plain_tensor() -> None:
    layer = Layer("GRU", 3, (), {"h": ref("zeros")}, {"h": ref("while/Exit_2")})
    found = legacy_rnn(rnn(layer), str)
    assert (found.initial_state, found.final_state) == ("zeros:0", "while/Exit_2:0")


def test_what_is_not_known_is_none() -> None:
    found = legacy_rnn(rnn(lstm(1)), str)
    assert found.sequence_length is None
    assert found.final_state.h is None


def test_the_tensors_around_it_are_looked_up() -> None:
    found = legacy_rnn(rnn(lstm(1)), str)
    assert (found.inputs, found.outputs, found.time_major) == ("x:0", "y:0", False)
