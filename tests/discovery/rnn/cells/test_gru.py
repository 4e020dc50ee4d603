from tests.discovery.loop_text import GIVEN, GRU, GRU_BODY, GRU_INVARIANTS, GRU_WEIGHTS, LSTM, dynamic_rnn
from tf1compat.discovery.pattern import Mismatch
from tf1compat.discovery.rnn.cells import CellMatch
from tf1compat.discovery.rnn.cells.gru import judge
from tf1compat.discovery.rnn.loops import find_loops
from tf1compat.graph.text import from_text


def judged(text: str) -> CellMatch | Mismatch:
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    return judge(graph, loop, loop.states[-1])


def gru_with(body: str) -> str:
    return GIVEN + GRU_WEIGHTS + dynamic_rnn(body, {"h": "zeros"}, GRU_INVARIANTS)


def test_a_gru_is_recognised():
    found = judged(GRU)
    assert isinstance(found, CellMatch)
    assert (found.cell, found.units, list(found.states)) == ("GRU", 3, ["h"])
    assert found.states["h"].initial.node == "zeros"


def test_gates_may_be_activated_after_the_split_and_the_bias_added_plainly():
    body = GRU_BODY.replace("~gates = Sigmoid(~gate_sum)", "~r = Sigmoid(~split)")
    body = body.replace("Split(~axis, ~gates)", "Split(~axis, ~gate_sum)").replace("BiasAdd(", "Add(")
    body = body.replace("Mul(~split, ~h)", "Mul(~r, ~h)").replace("Mul(~split:1, ~h)", "Mul(~u, ~h)")
    body = body.replace("Sub(~one, ~split:1)", "Sub(~one, ~u)") + "~u = Sigmoid(~split:1) T=float32\n"
    assert isinstance(judged(gru_with(body)), CellMatch)


def test_one_gate_for_both_purposes_is_not_a_gru():
    assert isinstance(judged(gru_with(GRU_BODY.replace("Mul(~split, ~h)", "Mul(~split:1, ~h)"))), Mismatch)


def test_weights_that_do_not_add_up_to_one_are_not_a_gru():
    two = GRU_BODY.replace("tensor(float32, 1.0)", "tensor(float32, 2.0)")
    found = judged(gru_with(two))
    assert isinstance(found, Mismatch)
    assert "GRU" in found.reason


def test_an_lstm_is_not_a_gru():
    assert isinstance(judged(LSTM), Mismatch)
