import pytest

from tests.discovery.cell_text import keras_lstm, keras_lstm_body, lstm, matched, missed, step, weights
from tests.discovery.loop_text import GIVEN, LSTM_BODY, LSTM_INVARIANTS, LSTM_WEIGHTS, dynamic_rnn
from tf1compat.discovery.rnn.cells.lstm import judge, judge_state_first
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.recurrence import LoopCell, find_cells
from tf1compat.graph.text import from_text

CLIP = """
    ~high = Const() dtype=float32; value=tensor(float32, 5.0)
    ~low = Const() dtype=float32; value=tensor(float32, -5.0)
    ~capped = Minimum({value}, ~high) T=float32
    {name} = Maximum(~capped, ~low) T=float32
"""
PROJECTED = LSTM_BODY.replace("~h_new =", "~hidden =") + "~h_new = MatMul(~hidden, ~projection) T=float32\n"


def carried_lstm(body: str, weights: str = "", invariants: dict[str, str] | None = None) -> LoopCell:
    every = {**LSTM_INVARIANTS, **(invariants or {})}
    graph = from_text(GIVEN + LSTM_WEIGHTS + weights + dynamic_rnn(body, {"c": "zeros", "h": "zeros"}, every))
    (loop,) = find_loops(graph, frozenset())
    (cell,) = find_cells(graph, loop)
    return cell


def test_an_lstm_is_recognised_at_its_output_state():
    found = matched(judge, lstm())
    assert (found.cell, found.units, found.features) == ("LSTM", 3, ())
    assert found.input.node == "step/x"
    assert {part: (each.before.node, each.after.node) for part, each in found.states.items()} == {
        "c": ("step/c", "step/c_new"),
        "h": ("step/h", "step/h_new"),
    }


def test_its_cell_state_is_no_output_state():
    assert (
        missed(judge, lstm(), "step/c_new").reason
        == "AddV2 where ClipByValue or MatMul or Maximum or Mul is wanted"
    )


def test_neither_is_a_product_inside_it():
    missed(judge, lstm(), "step/kept")
    missed(judge, lstm(), "step/added")


def test_parts_are_known_by_what_they_do_whatever_the_order_of_operands_and_gates():
    body = LSTM_BODY.replace("Mul(~activated, ~o)", "Mul(~o, ~activated)").replace(
        "Mul(~f, ~c)", "Mul(~c, ~f)"
    )
    body = body.replace("AddV2(~kept, ~added)", "AddV2(~added, ~kept)").replace(
        "AddV2(~split:2,", "Add(~split:1,"
    )
    body = body.replace("Tanh(~split:1)", "Tanh(~split:2)")
    found = matched(judge, lstm(body))
    assert {part: each.before.node for part, each in found.states.items()} == {"c": "step/c", "h": "step/h"}


def test_the_forget_bias_may_be_baked_in():
    assert matched(judge, lstm(LSTM_BODY.replace("Sigmoid(~forget)", "Sigmoid(~split:2)"))).units == 3


def test_peepholes_are_a_feature():
    body = LSTM_BODY.replace("Sigmoid(~forget)", "Sigmoid(~peeped_f)").replace(
        "Sigmoid(~split)", "Sigmoid(~peeped_i)"
    )
    body = (
        body.replace("Sigmoid(~split:3)", "Sigmoid(~peeped_o)")
        + """
        ~peep_f = Mul(~w_f, ~c) T=float32
        ~peeped_f = AddV2(~forget, ~peep_f) T=float32
        ~peep_i = Mul(~w_i, ~c) T=float32
        ~peeped_i = AddV2(~split, ~peep_i) T=float32
        ~peep_o = Mul(~w_o, ~c_new) T=float32
        ~peeped_o = AddV2(~split:3, ~peep_o) T=float32
    """
    )
    found = matched(judge, lstm(body, w_f=(3,), w_i=(3,), w_o=(3,)))
    assert (found.units, found.features) == (3, ("peepholes",))


def test_a_gate_that_looks_at_something_else_is_not_an_lstm_s():
    body = (
        LSTM_BODY.replace("Sigmoid(~forget)", "Sigmoid(~peeped)")
        + """
        ~peep = Mul(~w_f, ~x) T=float32
        ~peeped = AddV2(~forget, ~peep) T=float32
    """
    )
    found = missed(judge, lstm(body, w_f=(3,)))
    assert (found.reason, found.at) == ("Mul added to 'f', where only a bias is wanted", "step/peep")


def test_a_projection_changes_the_state_and_not_the_units():
    found = matched(judge, lstm(PROJECTED, projection=(3, 2)))
    assert (found.units, found.features) == (3, ("projection",))


def test_a_projection_by_what_is_no_weight_is_no_projection():
    body = PROJECTED.replace("~projection)", "~x)")
    assert missed(judge, lstm(body)).reason == "projected by what is no weight"


def test_a_projection_may_be_clipped():
    body = PROJECTED.replace("~h_new =", "~projected =") + CLIP.format(value="~projected", name="~h_new")
    assert matched(judge, lstm(body, projection=(3, 2))).features == ("projection", "clipped")


def test_a_clipped_cell_state_is_carried_clipped():
    body = LSTM_BODY.replace("~c_new =", "~c_raw =") + CLIP.format(value="~c_raw", name="~c_new")
    found = matched(judge, lstm(body))
    assert found.features == ("clipped",)
    assert found.states["c"].after.node == "step/c_new"


@pytest.mark.parametrize("activation", ["Relu", "Elu", "Softsign", "Sigmoid", "Selu"])
def test_other_activations_are_a_feature(activation):
    body = LSTM_BODY.replace("Tanh", activation)
    assert matched(judge, lstm(body)).features == (activation.lower(),)


def test_no_activation_at_all_is_one_too():
    body = LSTM_BODY.replace("Tanh(", "Identity(")
    assert matched(judge, lstm(body)).features == ("identity",)


def test_dropout_of_what_is_added_to_the_cell_state_is_looked_through():
    body = (
        LSTM_BODY.replace("Mul(~i, ~j)", "Mul(~i, ~dropped)")
        + """
        ~keep = Const() dtype=float32; value=tensor(float32, 0.5)
        ~scaled = RealDiv(~j, ~keep) T=float32
        ~mask = Floor(~keep) T=float32
        ~dropped = Mul(~scaled, ~mask) T=float32
    """
    )
    assert matched(judge, lstm(body)).units == 3


def test_the_kernel_may_be_a_constant_shards_or_entered_into_a_branch():
    shards = """
        top = VariableV2() dtype=float32; shape=shape(4, 12)
        bottom = VariableV2() dtype=float32; shape=shape(4, 12)
        rows = Const() dtype=int32; value=tensor(int32, 0)
        chosen = Placeholder() dtype=bool
        joined = ConcatV2(top, bottom, rows) N=2; T=float32
        switched = Switch(joined, chosen) T=float32
        bias = VariableV2() dtype=float32; shape=shape(12)
    """
    assert matched(judge, step(LSTM_BODY, shards, {"kernel": "switched:1", "bias": "bias"})).units == 3


def test_a_kernel_that_is_computed_from_data_is_none():
    text = "given = Placeholder() dtype=float32; shape=shape(8, 12)\n" + weights(bias=(12,))[0]
    found = missed(judge, step(LSTM_BODY, text, {"kernel": "given", "bias": "bias/read"}))
    assert "no linear form" in found.reason


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("sigmoid", ["Sigmoid", "hard"])
def test_keras_s_lstm_has_kernels_of_its_own_for_input_and_state(fused, sigmoid):
    found = matched(judge, keras_lstm(fused=fused, sigmoid=sigmoid))
    hard = () if sigmoid == "Sigmoid" else ("hard_sigmoid",)
    assert (found.cell, found.units, found.features) == ("LSTM", 3, ("separate_kernels", *hard))
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


def test_a_hard_sigmoid_of_another_slope_is_none():
    body = keras_lstm_body(fused=True, sigmoid="hard").replace("0.2", "0.3")
    text = step(body, *weights(kernel=(5, 12), recurrent_kernel=(3, 12), bias=(12,)))
    assert "no linear form" in missed(judge, text).reason


def test_keras_s_masks_in_training_are_looked_through():
    masked = """
        ~training = Placeholder() dtype=bool
        ~sizes = Shape(~h) T=float32
        ~ones = Fill(~sizes, ~one) T=float32
        ~off = Switch(~ones, ~training) T=float32
        ~on = Switch(~dropped, ~training) T=float32
        ~dropped = Neg(~ones) T=float32
        ~mask = Merge(~off, ~on:1) T=float32
        ~h_masked = Mul(~h, ~mask) T=float32
    """
    body = keras_lstm_body(fused=True).replace("MatMul(~h,", "MatMul(~h_masked,") + masked
    found = matched(judge, step(body, *weights(kernel=(5, 12), recurrent_kernel=(3, 12), bias=(12,))))
    assert found.states["h"].before.node == "step/h"


def test_the_state_may_be_written_before_the_input():
    found = matched(judge_state_first, lstm(LSTM_BODY.replace("(~x, ~h,", "(~h, ~x,")))
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


def test_a_sum_in_the_place_of_a_product_is_a_miss_that_names_the_node():
    found = missed(judge, lstm(LSTM_BODY.replace("Mul(~f, ~c)", "AddV2(~f, ~c)")))
    assert (found.reason, found.at) == ("AddV2 where Mul is wanted", "step/kept")


def test_one_part_for_two_gates_is_not_an_lstm():
    found = missed(judge, lstm(LSTM_BODY.replace("Sigmoid(~split:3)", "Sigmoid(~split)")))
    assert found.reason == "one part serves two purposes"


def test_parts_that_serve_none_of_the_gates_belong_to_another_cell():
    found = missed(judge, lstm(LSTM_BODY.replace("num_split=4", "num_split=5")))
    assert found.reason == "4 of 5 parts are used"


def test_an_input_gate_coupled_to_the_forget_gate_is_not_an_lstm():
    body = LSTM_BODY.replace("Mul(~i, ~j)", "Mul(~rest, ~j)") + "~rest = Sub(~one, ~f) T=float32\n"
    missed(judge, lstm(body))


def test_normalized_gates_are_those_of_another_kind():
    body = (
        LSTM_BODY.replace("Sigmoid(~split:3)", "Sigmoid(~normal)")
        + """
        ~rsqrt = Rsqrt(~one) T=float32
        ~scale = Mul(~rsqrt, ~gamma) T=float32
        ~scaled = Mul(~split:3, ~scale) T=float32
        ~offset = Sub(~gamma, ~scale) T=float32
        ~normal = AddV2(~scaled, ~offset) T=float32
    """
    )
    assert missed(judge, lstm(body, gamma=(3,))).reason == "the gates are normalized"


def test_states_copied_through_past_a_sequence_s_end_are_looked_through():
    body = LSTM_BODY.replace("~c_new", "~c_made").replace("~h_new", "~h_made")
    body += """
        ~over = GreaterEqual(~step, ~lengths) T=int32
        ~c_new = Select(~over, ~c, ~c_made) T=float32
        ~h_new = Select(~over, ~h, ~h_made) T=float32
    """
    lengths = "lengths = Placeholder() dtype=int32; shape=shape(None)\n"
    found = carried_lstm(body, lengths, {"lengths": "lengths"})
    assert found.match.output.node == "rnn/while/h_made"
    assert {part: slot.carried.final.node for part, slot in found.slots.items()} == {
        "c": "rnn/while/c_exit",
        "h": "rnn/while/h_exit",
    }


def test_dropout_on_the_state_is_looked_through():
    body = (
        LSTM_BODY.replace("~h_new", "~h_made")
        + """
        ~keep = Const(^~step) dtype=float32; value=tensor(float32, 0.5)
        ~scaled = RealDiv(~h_made, ~keep) T=float32
        ~mask = Floor(~keep) T=float32
        ~h_new = Mul(~scaled, ~mask) T=float32
    """
    )
    assert carried_lstm(body).match.cell == "LSTM"


def test_a_cell_state_that_is_not_carried_on_makes_no_cell():
    body = LSTM_BODY.replace("~c_new", "~c_made") + "~c_new = Neg(~c_made) T=float32\n"
    states = {"c": "zeros", "h": "zeros"}
    graph = from_text(GIVEN + LSTM_WEIGHTS + dynamic_rnn(body, states, LSTM_INVARIANTS))
    (loop,) = find_loops(graph, frozenset())
    assert find_cells(graph, loop) == ()


def test_written_with_the_state_first_it_is_found_in_a_loop_too():
    found = carried_lstm(LSTM_BODY.replace("(~x, ~h,", "(~h, ~x,"))
    assert (found.match.cell, found.match.input.node) == ("LSTM", "rnn/while/x")
