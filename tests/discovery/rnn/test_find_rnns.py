from tests.discovery.loop_text import (
    GIVEN,
    GRU,
    LSTM,
    LSTM_BODY,
    LSTM_INVARIANTS,
    LSTM_WEIGHTS,
    RNN_BODY,
    RNN_INVARIANTS,
    RNN_WEIGHTS,
    carried,
    dynamic_rnn,
    while_loop,
)
from tf1compat.discovery.rnn import find_rnns
from tf1compat.graph.text import from_text


def test_an_rnn_is_described_as_a_whole():
    (rnn,) = find_rnns(from_text(LSTM), frozenset())
    assert (rnn.scope, rnn.kind, rnn.direction, rnn.time_major) == ("rnn", "dynamic", "forward", True)
    assert (str(rnn.inputs), str(rnn.outputs), rnn.sequence_length) == ("x:0", "rnn/stack:0", None)
    assert [(layer.cell, layer.units) for layer in rnn.layers] == [("LSTM", 3)]


def test_an_rnn_on_top_of_another_reads_the_other_s_outputs_and_owns_only_its_own_variables():
    upper = LSTM_BODY.replace("kernel", "up_kernel").replace("~bias", "~up_bias")
    weights = LSTM_WEIGHTS.replace("kernel", "up_kernel").replace("bias", "up_bias")
    invariants = {f"up_{name}": f"up_{given}" for name, given in LSTM_INVARIANTS.items()}
    states = {"c": "zeros", "h": "rnn/while/h_exit"}
    text = GRU + weights + dynamic_rnn(upper, states, invariants, inputs="rnn/stack", scope="up")
    lower, top = find_rnns(from_text(text), frozenset())
    assert [layer.cell for layer in (*lower.layers, *top.layers)] == ["GRU", "LSTM"]
    assert str(top.inputs) == str(lower.outputs)
    assert top.layers[0].variables == ("up_kernel", "up_bias")
    assert top.layers[0].initial_state["h"] == lower.layers[0].final_state["h"]


def test_a_map_over_a_sequence_is_no_rnn():
    body = "~made = MatMul(~x, ~kernel) T=float32\n"
    text = GIVEN + RNN_WEIGHTS + dynamic_rnn(body, {}, RNN_INVARIANTS, emitted="~made")
    assert find_rnns(from_text(text), frozenset()) == ()


def test_a_scan_that_adds_up_is_no_rnn():
    text = GIVEN + dynamic_rnn("~h_new = AddV2(~h, ~x) T=float32\n", {"h": "zeros"}, {})
    assert find_rnns(from_text(text), frozenset()) == ()


def test_a_power_iteration_reads_no_sequence_and_is_no_rnn():
    text = GIVEN + RNN_WEIGHTS + while_loop("~h_new = MatMul(~h, ~kernel)\n", {"h": "zeros"}, RNN_INVARIANTS)
    assert find_rnns(from_text(text), frozenset()) == ()


def test_a_loop_with_an_unheard_of_recurrence_is_an_rnn_of_an_unknown_cell():
    body = RNN_BODY.replace("Tanh(~sum)", "Square(~sum)")
    text = GIVEN + RNN_WEIGHTS + dynamic_rnn(body, {"h": "zeros"}, RNN_INVARIANTS)
    (rnn,) = find_rnns(from_text(text), frozenset())
    assert [(layer.cell, layer.units) for layer in rnn.layers] == [(None, None)]
    assert str(rnn.layers[0].final_state["h"]) == "rnn/while/h_exit:0"
    assert str(rnn.inputs) == "x:0"


def test_a_loop_that_finds_out_who_has_finished_is_raw_and_one_that_also_counts_a_decoder():
    finished = carried("done", "flags", "rnn/frame", "bool").replace("~", "rnn/while/")
    ends = "rnn/while/done_new = LogicalNot(rnn/while/done)\nflags = Placeholder() dtype=bool; shape=shape(None)\n"
    (raw,) = find_rnns(from_text(LSTM + finished + ends), frozenset())
    assert raw.kind == "raw"
    chosen = carried("id", "ids", "rnn/frame", "int32").replace("~", "rnn/while/")
    ids = "ids = Placeholder() dtype=int32; shape=shape(None)\nrnn/while/id_new = Abs(rnn/while/id) T=int32\n"
    (decoder,) = find_rnns(from_text(LSTM + finished + ends + chosen + ids), frozenset())
    assert decoder.kind == "decoder"
