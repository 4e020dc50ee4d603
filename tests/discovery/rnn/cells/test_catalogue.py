"""No cell is taken for another: each is judged by every kind of the catalogue."""

import pytest

from tests.discovery import cell_text
from tests.discovery.loop_text import LSTM_BODY
from tf1compat.analysis.pattern import ACTIVATIONS
from tf1compat.discovery.rnn.cells import CELLS, CellMatch
from tf1compat.discovery.rnn.cells.cell import FEATURES
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

STEPS = {
    "LSTM": cell_text.lstm(),
    "GRU": cell_text.gru(),
    "RNN": cell_text.rnn(),
    "UGRNN": cell_text.ugrnn(),
    "NAS": cell_text.nas(),
    "LayerNormLSTM": cell_text.layer_norm_lstm(),
    "ConvLSTM": cell_text.convolved(),
}
OTHERS = {
    "coupled gates": cell_text.lstm(
        LSTM_BODY.replace("Mul(~i, ~j)", "Mul(~rest, ~j)") + "~rest = Sub(~one, ~f) T=float32\n"
    ),
    "highway": cell_text.gru().replace("Mul(step/split:1, step/h)", "Mul(step/split:1, step/x)"),
    "minimal gated unit": cell_text.gru().replace("Mul(step/split, step/h)", "Mul(step/split:1, step/h)"),
}

WITH_FEATURES = [
    cell_text.keras_lstm(fused=False, sigmoid="hard"),
    cell_text.gru_reset_after(),
    cell_text.layer_norm_lstm(),
    cell_text.rnn().replace("Tanh", "Relu"),
    cell_text.lstm(LSTM_BODY.replace("Tanh(", "Identity(")),
]


def names(text: str, tensor: str = "step/h_new") -> set[str]:
    graph = from_text(text)
    outcomes = [kind.judge(graph, TensorRef(tensor)) for kind in CELLS]
    return {each.cell for each in outcomes if isinstance(each, CellMatch)}


@pytest.mark.parametrize("name", STEPS)
def test_a_cell_is_of_its_own_kind_and_of_no_other(name):
    assert names(STEPS[name]) == {name}


@pytest.mark.parametrize("name", OTHERS)
def test_an_unknown_cell_is_of_no_kind(name):
    assert names(OTHERS[name]) == set()


@pytest.mark.parametrize("text", WITH_FEATURES)
def test_features_are_told_in_words_of_the_list(text):
    graph = from_text(text)
    outcomes = [kind.judge(graph, TensorRef("step/h_new")) for kind in CELLS]
    features = {word for each in outcomes if isinstance(each, CellMatch) for word in each.features}
    activations = {op.lower() for op in ACTIVATIONS} | {"identity"}
    assert features
    assert features <= FEATURES.keys() | activations


@pytest.mark.parametrize("name", STEPS)
def test_a_kind_s_roots_hold_every_op_at_which_it_was_found(name):
    graph = from_text(STEPS[name])
    found = [kind for kind in CELLS if isinstance(kind.judge(graph, TensorRef("step/h_new")), CellMatch)]
    assert all(graph["step/h_new"].op in kind.roots for kind in found)
