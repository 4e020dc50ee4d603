import pytest

from tests.discovery.loop_text import GIVEN, RNN_BODY, RNN_INVARIANTS, RNN_WEIGHTS, dynamic_rnn, variable
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.unknown import find_unknown_cells
from tf1compat.graph.text import from_text


def states_of(body: str, *names: str, invariants: dict[str, str] = RNN_INVARIANTS) -> list[list[str]]:
    """The states of each unknown cell, by the names that the body gives them."""
    states = dict.fromkeys(names, "zeros")
    text = GIVEN + RNN_WEIGHTS + variable("scale", 3) + dynamic_rnn(body, states, invariants)
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    found = find_unknown_cells(graph, loop, (), ())
    return [
        [each.value.node.split("/")[-1].removesuffix("_switch") for each in cell.states] for cell in found
    ]


SCALED = {**RNN_INVARIANTS, "scale": "scale/read"}


def test_a_state_that_goes_through_a_matrix_makes_a_cell():
    assert states_of(RNN_BODY, "h") == [["h"]]


def test_a_state_that_is_weighed_element_by_element_makes_a_cell():
    assert states_of("~h_new = Mul(~h, ~scale) T=float32\n", "h", invariants=SCALED) == [["h"]]


def test_a_state_that_a_gate_lets_through_makes_a_cell():
    gated = "~made = MatMul(~x, ~kernel)\n~gate = Sigmoid(~made)\n~h_new = Mul(~gate, ~h) T=float32\n"
    assert states_of(gated, "h") == [["h"]]


@pytest.mark.parametrize(
    "body",
    [
        "~h_new = AddV2(~h, ~x) T=float32\n",
        "~made = MatMul(~x, ~kernel)\n~h_new = AddV2(~h, ~made) T=float32\n",
        "~made = MatMul(~x, ~kernel)\n~h_new = Maximum(~h, ~made) T=float32\n",
        "~moved = AddV2(~h, ~kernel)\n~h_new = LogSumExp(~moved) T=float32\n",
        "~h_new = MatMul(~x, ~kernel) T=float32\n",
        "~half = Const() dtype=float32; value=tensor(float32, 0.5)\n~h_new = Mul(~h, ~half) T=float32\n",
    ],
    ids=["sum", "sum of dense", "maximum", "transition matrix", "made anew", "fading"],
)
def test_without_a_weight_upon_the_old_state_there_is_no_cell(body: str):
    assert states_of(body, "h") == []


def test_states_that_a_step_reads_together_belong_together_in_the_order_in_which_they_are_carried():
    body = RNN_BODY.replace("Tanh(~sum)", "Mul(~sum, ~count)")
    body += "~increment_f = Const() dtype=float32; value=tensor(float32, 1.0)\n"
    body += "~count_new = AddV2(~count, ~increment_f) T=float32\n"
    assert states_of(body, "count", "h") == [["count", "h"]]
    assert states_of(body, "h", "count") == [["h", "count"]]


def test_a_state_that_is_held_back_past_a_sequence_s_end_still_parts_two_cells():
    lower = RNN_BODY.replace("~h_new", "~made")
    upper = """
        ~up_joined = ConcatV2(~made, ~up, ~axis) T=float32
        ~up_made = MatMul(~up_joined, ~kernel) T=float32
        ~up_new = Select(~over, ~up, ~up_made) T=float32
        ~h_new = Select(~over, ~h, ~made) T=float32
        ~over = GreaterEqual(~step, ~limit) T=int32
    """
    assert states_of(lower + upper, "h", "up") == [["h"], ["up"]]
