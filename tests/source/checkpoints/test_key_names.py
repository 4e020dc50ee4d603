"""The names of other releases: the same layer, told by name, type and shape."""

from __future__ import annotations

import pytest

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.protos import BundleEntry
from tf1compat.graph.text import from_text
from tf1compat.source.checkpoints.key_names import renamed_keys
from tf1compat.source.model import SavedAs


def entry(*dims: int, dtype: str = "float32") -> BundleEntry:
    return BundleEntry(DType(dtype), Shape.of(*dims), 0, 0, 0, 0, False)


def found(name: str, *keys: str) -> dict[str, str]:
    graph = from_text(f"    {name} = VariableV2() dtype=float32; shape=shape(4, 8)")
    return renamed_keys(graph, {}, dict.fromkeys(keys, entry(4, 8)))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/weights"),
        ("rnn/basic_lstm_cell/kernel", "RNN/BasicLSTMCell/Linear/Matrix"),
        (
            "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/bias",
            "RNN/MultiRNNCell/Cell1/BasicLSTMCell/Linear/Bias",
        ),
        ("rnn/gru_cell/candidate/kernel", "RNN/GRUCell/Candidate/Linear/Matrix"),
        ("rnn/lstm_cell/kernel", "RNN/LSTMCell/W_0"),
        ("rnn/lstm_cell/w_f_diag", "RNN/LSTMCell/W_F_diag"),
        ("rnn/lstm_cell/projection/kernel", "RNN/LSTMCell/W_P_0"),
        ("bidirectional_rnn/fw/gru_cell/gates/bias", "BiRNN/FW/GRUCell/Gates/Linear/Bias"),
        ("dense/kernel", "dense/weights"),
        ("fully_connected/biases", "fully_connected/bias"),
    ],
)
def test_a_layer_under_the_name_of_another_release(name: str, key: str) -> None:
    assert found(name, key, "global_step") == {name: key}


def test_what_is_there_under_its_own_name_is_not_looked_for() -> None:
    assert found("dense/kernel", "dense/kernel", "dense/weights") == {}


def test_two_that_could_be_meant_are_none() -> None:
    assert found("dense/kernel", "dense/weights", "dense/Matrix") == {}


def test_other_layers_shapes_and_types_are_not_taken() -> None:
    graph = from_text("    dense/kernel = VariableV2() dtype=float32; shape=shape(4, 8)")
    others = {
        "dense/weights": entry(8, 4),
        "dense/Matrix": entry(4, 8, dtype="float64"),
        "other/weights": entry(4, 8),
    }
    assert renamed_keys(graph, {}, others) == {}


def test_a_key_that_another_variable_has_is_not_taken() -> None:
    text = """
        a/kernel = VariableV2() dtype=float32; shape=shape(4, 8)
        a/weights = VariableV2() dtype=float32; shape=shape(4, 8)
    """
    assert renamed_keys(from_text(text), {}, {"a/weights": entry(4, 8)}) == {}


def test_the_savers_keys_are_looked_for_not_the_variables_names() -> None:
    graph = from_text("    mine = VariableV2() dtype=float32; shape=shape(4, 8)")
    saved = {"mine": SavedAs("model/out/kernel")}
    assert renamed_keys(graph, saved, {"model/out/weights": entry(4, 8)}) == {
        "model/out/kernel": "model/out/weights"
    }
