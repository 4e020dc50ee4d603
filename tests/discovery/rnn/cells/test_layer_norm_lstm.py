from tests.discovery.cell_text import layer_norm_lstm, layer_norm_lstm_body, lstm, matched, missed
from tf1compat.discovery.rnn.cells import lstm as plain
from tf1compat.discovery.rnn.cells.layer_norm_lstm import judge


def test_an_lstm_with_layer_normalization_is_recognised():
    found = matched(judge, layer_norm_lstm())
    assert (found.cell, found.units, found.features) == ("LayerNormLSTM", 3, ("layer_norm",))
    assert {part: (each.before.node, each.after.node) for part, each in found.states.items()} == {
        "c": ("step/c", "step/c_new"),
        "h": ("step/h", "step/h_new"),
    }


def test_the_cell_state_need_not_be_normalized():
    body = layer_norm_lstm_body().replace("~c_raw = AddV2(~kept", "~c_new = AddV2(~kept")
    body = body.replace("~c_new = AddV2(~norm_c/scaled", "~unused = AddV2(~norm_c/scaled").replace(
        "~c_raw", "~c_new"
    )
    assert matched(judge, layer_norm_lstm(body)).states["c"].after.node == "step/c_new"


def test_a_normalized_cell_state_may_be_clipped():
    body = layer_norm_lstm_body().replace("~c_new = AddV2(~norm_c", "~c_normal = AddV2(~norm_c")
    body += """
        ~high = Const() dtype=float32; value=tensor(float32, 5.0)
        ~low = Const() dtype=float32; value=tensor(float32, -5.0)
        ~capped = Minimum(~c_normal, ~high) T=float32
        ~c_new = Maximum(~capped, ~low) T=float32
    """
    assert matched(judge, layer_norm_lstm(body)).features == ("clipped", "layer_norm")


def test_without_normalization_it_is_an_lstm():
    assert missed(judge, lstm()).reason == "the gates are not normalized"


def test_it_is_no_plain_lstm():
    assert missed(plain.judge, layer_norm_lstm()).reason == "the gates are normalized"


def test_a_normalization_by_another_formula_is_none():
    found = missed(judge, layer_norm_lstm(layer_norm_lstm_body().replace("= Rsqrt(", "= Sqrt(")))
    assert found.at.startswith("step/")
