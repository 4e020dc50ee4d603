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
    nested_rnn,
    rnn_in_branch,
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
    assert [(layer.cell, layer.wrappers) for layer in rnn.layers] == [("custom", ())]
    assert str(rnn.layers[0].final_state["state_0"]) == "rnn/while/h_exit:0"
    assert str(rnn.inputs) == "x:0"


FLAGS = "flags = Placeholder() dtype=bool; shape=shape(None)\n"
FINISHED = FLAGS + carried("done", "flags", "rnn/frame", "bool") + "~done_new = LogicalNot(~done)\n"
IDS = "ids = Placeholder() dtype=int32; shape=shape(None)\n"


def test_a_loop_that_finds_out_who_has_finished_is_raw():
    (raw,) = find_rnns(from_text(LSTM + FINISHED.replace("~", "rnn/while/")), frozenset())
    assert raw.kind == "raw"


def test_a_loop_that_hands_a_number_through_is_still_raw():
    handed = IDS + carried("id", "ids", "rnn/frame", "int32") + "~id_new = Identity(~id) T=int32\n"
    (raw,) = find_rnns(from_text(LSTM + (FINISHED + handed).replace("~", "rnn/while/")), frozenset())
    assert raw.kind == "raw"


def test_a_loop_that_notes_when_each_sequence_ended_is_a_decoder():
    noted = IDS + carried("id", "ids", "rnn/frame", "int32")
    noted += "~id_new = Select(~done, ~id, ~step_new) T=int32\n"
    (decoder,) = find_rnns(from_text(LSTM + (FINISHED + noted).replace("~", "rnn/while/")), frozenset())
    assert decoder.kind == "decoder"


def test_a_scan_over_a_dense_layer_is_no_rnn():
    body = "~made = MatMul(~x, ~kernel) T=float32\n~h_new = AddV2(~h, ~made) T=float32\n"
    text = GIVEN + RNN_WEIGHTS + dynamic_rnn(body, {"h": "zeros"}, RNN_INVARIANTS)
    assert find_rnns(from_text(text), frozenset()) == ()


def test_a_loop_around_an_rnn_is_no_rnn_itself():
    (rnn,) = find_rnns(from_text(nested_rnn()), frozenset())
    assert rnn.scope == "outer/while/rnn"


def test_a_state_of_an_rnn_in_a_loop_is_the_one_that_the_loop_was_given_and_returned():
    (rnn,) = find_rnns(from_text(nested_rnn()), frozenset())
    (layer,) = rnn.layers
    assert (str(layer.initial_state["h"]), str(layer.final_state["h"])) == ("zeros:0", "outer/while/h_exit:0")
    assert (str(rnn.inputs), layer.variables) == ("x:0", ("kernel", "bias"))


def test_a_state_of_an_rnn_in_a_branch_is_seen_before_the_switch_and_after_the_merge():
    (rnn,) = find_rnns(from_text(rnn_in_branch()), frozenset())
    (layer,) = rnn.layers
    assert (str(layer.initial_state["h"]), str(layer.final_state["h"])) == ("zeros:0", "result:0")
    assert (str(rnn.inputs), rnn.outputs, layer.variables) == ("x:0", None, ("kernel", "bias"))


def test_a_state_that_is_made_in_the_branch_is_not_known_outside():
    (rnn,) = find_rnns(from_text(rnn_in_branch("rnn/made")), frozenset())
    assert rnn.layers[0].initial_state == {"h": None}
