from tests.discovery.loop_text import (
    GIVEN,
    LSTM,
    LSTM_BODY,
    LSTM_INVARIANTS,
    LSTM_WEIGHTS,
    dynamic_rnn,
    variable,
)
from tf1compat.discovery.pattern import Mismatch
from tf1compat.discovery.rnn.cells import CellMatch
from tf1compat.discovery.rnn.cells.lstm import judge
from tf1compat.discovery.rnn.loops import find_loops
from tf1compat.graph.text import from_text


def judged(text: str, name: str = "h") -> CellMatch | Mismatch:
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    (state,) = (each for each in loop.states if each.value.node == f"rnn/while/{name}_switch")
    return judge(graph, loop, state)


def lstm_with(body: str, weights: str = "", invariants: dict[str, str] | None = None) -> str:
    every = {**LSTM_INVARIANTS, **(invariants or {})}
    return GIVEN + LSTM_WEIGHTS + weights + dynamic_rnn(body, {"c": "zeros", "h": "zeros"}, every)


def test_an_lstm_is_recognised_at_its_output_state():
    found = judged(LSTM)
    assert isinstance(found, CellMatch)
    assert (found.cell, found.units) == ("LSTM", 3)
    assert {part: each.final.node for part, each in found.states.items()} == {
        "c": "rnn/while/c_exit",
        "h": "rnn/while/h_exit",
    }
    assert found.input.node == "rnn/while/x"


def test_its_cell_state_is_no_output_state():
    assert isinstance(judged(LSTM, "c"), Mismatch)


def test_parts_are_known_by_what_they_do_whatever_the_order_of_operands_and_variables():
    body = LSTM_BODY.replace("Mul(~activated, ~o)", "Mul(~o, ~activated)")
    body = body.replace("AddV2(~kept, ~added)", "AddV2(~added, ~kept)").replace(
        "AddV2(~split:2,", "Add(~split:2,"
    )
    text = GIVEN + LSTM_WEIGHTS + dynamic_rnn(body, {"h": "zeros", "c": "zeros"}, LSTM_INVARIANTS)
    found = judged(text)
    assert isinstance(found, CellMatch)
    assert {part: each.value.node for part, each in found.states.items()} == {
        "c": "rnn/while/c_switch",
        "h": "rnn/while/h_switch",
    }


def test_states_copied_through_past_a_sequence_s_end_are_looked_through():
    body = LSTM_BODY.replace("~c_new", "~c_made").replace("~h_new", "~h_made")
    body += """
        ~over = GreaterEqual(~step, ~lengths) T=int32
        ~c_new = Select(~over, ~c, ~c_made) T=float32
        ~h_new = Select(~over, ~h, ~h_made) T=float32
    """
    lengths = "lengths = Placeholder() dtype=int32; shape=shape(None)\n"
    found = judged(lstm_with(body, lengths, {"lengths": "lengths"}))
    assert isinstance(found, CellMatch)
    assert found.output.node == "rnn/while/h_made"


def test_peepholes_projection_and_clipping_are_tolerated():
    body = LSTM_BODY.replace("~c_new = AddV2(~kept, ~added)", "~c_raw = AddV2(~kept, ~added)")
    body = body.replace("~f = Sigmoid(~forget)", "~f = Sigmoid(~peeped)")
    body = body.replace("~h_new = Mul(~activated, ~o)", "~hidden = Mul(~activated, ~o)")
    body += """
        ~peep = Mul(~w_f_diag, ~c) T=float32
        ~peeped = AddV2(~forget, ~peep) T=float32
        ~high = Const(^~step) dtype=float32; value=tensor(float32, 5.0)
        ~low = Const(^~step) dtype=float32; value=tensor(float32, -5.0)
        ~capped = Minimum(~c_raw, ~high) T=float32
        ~c_new = Maximum(~capped, ~low) T=float32
        ~h_new = MatMul(~hidden, ~projection) T=float32
    """
    weights = variable("w_f_diag", 3) + variable("projection", 3, 2)
    found = judged(lstm_with(body, weights, {"w_f_diag": "w_f_diag/read", "projection": "projection/read"}))
    assert isinstance(found, CellMatch)
    assert found.units == 3


def test_dropout_on_the_state_is_looked_through():
    body = (
        LSTM_BODY.replace("~h_new", "~h_made")
        + """
        ~keep = Const(^~step) dtype=float32; value=tensor(float32, 0.5)
        ~scaled = RealDiv(~h_made, ~keep) T=float32
        ~shape = Shape(~h_made) T=float32
        ~random = RandomUniform(~shape) dtype=float32
        ~noise = AddV2(~keep, ~random) T=float32
        ~mask = Floor(~noise) T=float32
        ~h_new = Mul(~scaled, ~mask) T=float32
    """
    )
    assert isinstance(judged(lstm_with(body)), CellMatch)


def test_a_sigmoid_in_the_place_of_a_product_is_a_mismatch_that_names_the_node():
    found = judged(lstm_with(LSTM_BODY.replace("Mul(~f, ~c)", "AddV2(~f, ~c)")))
    assert isinstance(found, Mismatch)
    assert found.at == "rnn/while/kept"


def test_gates_of_one_piece_are_not_an_lstm():
    found = judged(lstm_with(LSTM_BODY.replace("Sigmoid(~split:3)", "Sigmoid(~split)")))
    assert isinstance(found, Mismatch)


def test_a_cell_state_that_is_not_carried_on_is_a_mismatch():
    body = LSTM_BODY.replace("~c_new", "~c_made") + "~c_new = Neg(~c_made) T=float32\n"
    found = judged(lstm_with(body))
    assert isinstance(found, Mismatch)
    assert "not carried" in found.reason
