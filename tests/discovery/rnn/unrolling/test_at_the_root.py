"""Recurrences written by hand at the root of the graph, in no scope at all, and their relatives."""

from __future__ import annotations

import pytest

from tests.discovery.loop_text import (
    GRU_BODY,
    GRU_WEIGHTS,
    LSTM_BODY,
    LSTM_WEIGHTS,
    RNN_BODY,
    RNN_INVARIANTS,
    RNN_WEIGHTS,
)
from tests.discovery.model_text import model_of
from tests.discovery.unrolled_text import (
    CONSTANTS,
    GRU_INVARIANTS,
    LSTM_INVARIANTS,
    LSTM_STATES,
    one_step,
    pieces,
    unstack,
)
from tf1compat.discovery import discover
from tf1compat.discovery.findings import Rnn
from tf1compat.graph.text import from_text

STEPS = 3
SEQUENCE = CONSTANTS + unstack(STEPS)
H = {"h": "zeros"}
LSTM = (LSTM_BODY, LSTM_WEIGHTS, LSTM_STATES, LSTM_INVARIANTS)
GRU = (GRU_BODY, GRU_WEIGHTS, H, GRU_INVARIANTS)
RNN = (RNN_BODY, RNN_WEIGHTS, H, RNN_INVARIANTS)
Kind = tuple[str, str, dict[str, str], dict[str, str]]


def steps(kind: Kind, scopes: list[str], inputs: list[str] | None = None) -> str:
    """A recurrence whose steps have these prefixes of their nodes' names: no scopes, where no slash ends them."""
    body, weights, states, given = kind
    text, current = SEQUENCE + weights, dict(states)
    for scope, each in zip(scopes, inputs or pieces(len(scopes)), strict=True):
        step = one_step(body, "@", {"x": each, **current, **given})
        text += step.replace("@/", scope)
        current = {part: f"{scope}{part}_new" for part in states}
    return text


def at_root(kind: Kind, inputs: list[str] | None = None) -> str:
    return steps(kind, ["s0_", "s1_", "s2_"], inputs)


def found(text: str) -> tuple[Rnn, ...]:
    return discover(model_of(from_text(text))).rnns


def described(text: str) -> tuple[object, ...]:
    (rnn,) = found(text)
    final = {part: str(each) for part, each in rnn.layers[0].final_state.items()}
    return rnn.scope, rnn.kind, [layer.cell for layer in rnn.layers], final


@pytest.mark.parametrize(
    ("kind", "cell", "final"),
    [
        (LSTM, "LSTM", {"c": "s2_c_new:0", "h": "s2_h_new:0"}),
        (GRU, "GRU", {"h": "s2_h_new:0"}),
        (RNN, "RNN", {"h": "s2_h_new:0"}),
    ],
)
def test_a_recurrence_in_no_scope_is_recognised(kind: Kind, cell: str, final: dict[str, str]) -> None:
    assert described(at_root(kind)) == ("", "static", [cell], final)


@pytest.mark.parametrize(
    ("scopes", "scope"),
    [
        (["cell/", "cell_1/", "cell_2/"], ""),  # what a call of a cell in a loop of Python makes
        (["rnn/cell/", "rnn_1/cell/", "rnn_2/cell/"], ""),
        (["cond/s0_", "cond/s1_", "cond/s2_"], ""),
        (["rnn/rnn/s0_", "rnn/rnn/s1_", "rnn/rnn/s2_"], "rnn/rnn"),
        (["rnn/s0_", "s1_", "rnn/s2_"], ""),
        (["a//s0_", "a//s1_", "a//s2_"], "a"),
    ],
)
def test_the_scopes_of_steps_whose_weights_lie_at_the_root(scopes: list[str], scope: str) -> None:
    (rnn,) = found(steps(LSTM, scopes))
    assert (rnn.scope, len(rnn.step_inputs)) == (scope, STEPS)


def test_weights_in_a_scope_of_their_own() -> None:
    text = at_root(LSTM).replace("kernel", "lstm/kernel").replace("bias", "lstm/bias")
    (rnn,) = found(text.replace("_lstm/", "_"))
    assert (rnn.scope, rnn.layers[0].variables) == ("", ("lstm/kernel", "lstm/bias"))


def test_a_single_call_at_the_root() -> None:
    output = "y = MatMul(s0_h_new, kernel/read) T=float32\n"
    (rnn,) = found(steps(LSTM, ["s0_"]) + output)
    assert rnn.scope == ""


def test_a_layer_upon_another() -> None:
    text = SEQUENCE + "".join(
        LSTM_WEIGHTS.replace("ker", f"{name}_ker").replace("bias", f"{name}_bias") for name in "ab"
    )
    states = {"a": LSTM_STATES, "b": LSTM_STATES}
    for at in range(STEPS):
        given = pieces(STEPS)[at]
        for name in "ab":
            weights = {role: f"{name}_{each}" for role, each in LSTM_INVARIANTS.items()}
            step = one_step(LSTM_BODY, "@", {"x": given, **states[name], **weights})
            text += step.replace("@/", f"{name}{at}_")
            given = f"{name}{at}_h_new"
            states[name] = {part: f"{name}{at}_{part}_new" for part in LSTM_STATES}
    (rnn,) = found(text)
    assert (rnn.scope, [each.units for each in rnn.layers]) == ("", [3, 3])


def test_a_network_backward() -> None:
    (rnn,) = found(at_root(GRU, pieces(STEPS)[::-1]))
    assert (rnn.scope, rnn.direction) == ("", "backward")


def test_a_sequence_that_is_transposed_at_the_root() -> None:
    turned = (
        "perm = Const() dtype=int32; value=tensor(int32, [1, 0, 2])\nturned = Transpose(x, perm) T=float32\n"
    )
    text = at_root(LSTM).replace(unstack(STEPS), turned + unstack(STEPS, whole="turned", axis=0))
    stacked = "made = Pack(s0_h_new, s1_h_new, s2_h_new) T=float32; N=3; axis=0\n"
    stacked += "back = Transpose(made, perm) T=float32\n"
    (rnn,) = found(text + stacked)
    assert (str(rnn.inputs), str(rnn.outputs), rnn.time_major) == ("x:0", "back:0", False)


def test_outputs_that_are_stacked_at_the_root() -> None:
    (rnn,) = found(at_root(RNN) + "made = Pack(s0_h_new, s1_h_new, s2_h_new) T=float32; N=3; axis=1\n")
    assert str(rnn.outputs) == "made:0"


def test_two_networks_at_the_root_are_two() -> None:
    second = at_root(GRU).removeprefix(SEQUENCE)
    for at in range(STEPS):
        second = second.replace(f"s{at}_", f"g{at}_")
    second = second.replace("kernel", "gru_kernel").replace("bias", "gru_bias")
    networks = found(at_root(LSTM) + second)
    assert {each.scope for each in networks} == {""}
    assert sorted(layer.cell or "" for each in networks for layer in each.layers) == ["GRU", "LSTM"]


def test_messages_have_words_for_a_network_in_no_scope() -> None:
    (rnn,) = found(at_root(LSTM))
    assert rnn.title == "the network outside of any scope"
    (rnn,) = found(steps(LSTM, ["rnn/s0_", "rnn/s1_"]))
    assert rnn.title == "'rnn'"
