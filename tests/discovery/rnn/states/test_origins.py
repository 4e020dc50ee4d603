"""Where initial states come from, in every spelling that TensorFlow 1 had for it."""

from __future__ import annotations

import pytest

from tests.discovery.loop_text import variable
from tf1compat.analysis.value_sources import is_zero
from tf1compat.discovery.findings import KeptState, Layer, Rnn, StateOrigin
from tf1compat.discovery.rnn.states.origins import find_kept_states, with_origins
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GIVEN = """
    x = Placeholder() dtype=float32; shape=shape(None, None, 3)
    batch = Placeholder() dtype=int32; shape=shape()
    units = Const() dtype=int32; value=tensor(int32, 4)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    zero = Const() dtype=float32; value=tensor(float32, 0.0)
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    sizes = Pack(batch, units) N=2; T=int32; axis=0
    filled = Fill(sizes, zero) T=float32
    final = Tanh(filled) T=float32
"""


def rnn(initial: str, final: str = "final", scope: str = "rnn") -> Rnn:
    layer = Layer("GRU", 4, (), {"h": TensorRef.parse(initial)}, {"h": TensorRef.parse(final)})
    return Rnn(scope, "dynamic", "forward", False, None, None, None, (layer,))


def origin(lines: str, initial: str, *others: Rnn, trainable: tuple[str, ...] = ()) -> StateOrigin:
    found = with_origins(from_text(GIVEN + lines), [rnn(initial), *others], trainable)
    return found[0].layers[0].initial_value["h"]


@pytest.mark.parametrize(
    "lines",
    [
        "state = Const() dtype=float32; value=tensor(float32, [[0.0, 0.0]])",
        "state = Fill(sizes, zero) T=float32",
        "state = ZerosLike(x) T=float32",
        "state = Tile(filled, sizes) T=float32",
        "state = ConcatV2(filled, filled, axis) N=2; T=float32",
        "state = Mul(x, zero) T=float32",
        "like = ZerosLike(x) T=float32\nsum = Sum(like, axis) T=float32\nexpanded = ExpandDims(sum, axis) T=float32\n"
        "state = Tile(expanded, sizes) T=float32",
        "parts = Split(axis, filled) num_split=2; T=float32\nstate = Identity(parts:1) T=float32",
    ],
    ids=["constant", "fill", "like", "tiled", "joined", "times zero", "Keras", "split"],
)
def test_zeros_are_known_in_every_spelling(lines: str) -> None:
    assert origin(lines, "state").kind == "zeros"


@pytest.mark.parametrize(
    "lines",
    ["state = Fill(sizes, one) T=float32", "state = AddV2(filled, x) T=float32", "state = Tanh(x) T=float32"],
)
def test_what_may_be_something_else_is_not_zero(lines: str) -> None:
    assert not is_zero(from_text(GIVEN + lines), TensorRef("state"))


def test_a_placeholder_is_known_whole_and_in_pieces() -> None:
    assert origin("", "x") == StateOrigin("placeholder", TensorRef("x"))
    assert origin("parts = Unpack(x) num=2; axis=0; T=float32", "parts:1") == StateOrigin(
        "placeholder", TensorRef("x")
    )


def test_a_placeholder_with_a_default_says_so() -> None:
    lines = "state = PlaceholderWithDefault(filled) dtype=float32; shape=shape(None, 4)"
    assert origin(lines, "state") == StateOrigin("default", TensorRef("state"))


def test_trained_variables_are_weights_tiled_or_not() -> None:
    lines = variable("start", 1, 4) + "state = Tile(start/read, sizes) T=float32"
    assert origin(lines, "state", trainable=("start",)) == StateOrigin("weights", TensorRef("start"))
    lines = variable("start", 1, 4) + "state = AddV2(filled, start/read) T=float32"
    assert origin(lines, "state", trainable=("start",)) == StateOrigin("weights", TensorRef("start"))


def test_arithmetic_on_weights_alone_is_weights_too() -> None:
    lines = variable("start", 1, 4) + "state = Tanh(start/read) T=float32"
    assert origin(lines, "state", trainable=("start",)) == StateOrigin("weights", TensorRef("state"))


def test_a_variable_that_was_not_trained_keeps_a_state() -> None:
    assert origin(variable("kept", 2, 4), "kept/read") == StateOrigin("variable", TensorRef("kept"))


def test_a_variable_to_which_the_final_state_is_assigned_keeps_a_state_though_it_could_be_trained() -> None:
    lines = variable("kept", 2, 4) + "store = Assign(kept, final) T=float32"
    assert origin(lines, "kept/read", trainable=("kept",)).kind == "variable"


def test_another_networks_final_state_is_an_encoders() -> None:
    encoder = rnn("filled", "encoded", "encoder")
    lines = "encoded = Neg(x) T=float32\nstate = Identity(encoded) T=float32"
    assert origin(lines, "state", encoder) == StateOrigin("encoder", TensorRef("encoded"))


def test_anything_else_is_computed() -> None:
    assert origin("state = Tanh(x) T=float32", "state") == StateOrigin("computed", TensorRef("state"))
    assert origin("state = ConcatV2(x, filled, axis) N=2; T=float32", "state").kind == "computed"


def test_a_state_is_kept_where_the_variable_it_starts_from_is_assigned_its_end() -> None:
    lines = variable("kept", 2, 4) + variable("other", 2, 4)
    lines += "joined = ConcatV2(final, final, axis) N=2; T=float32\nstore = Assign(kept, joined) T=float32\n"
    lines += "copy = Assign(other, final) T=float32\nreset = Assign(kept, filled) T=float32"
    graph = from_text(GIVEN + lines)
    assert find_kept_states(graph, [rnn("kept/read")]) == (KeptState("kept", ("store",)),)
    assert find_kept_states(graph, [rnn("filled")]) == ()
