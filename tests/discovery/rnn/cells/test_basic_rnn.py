import pytest

from tests.discovery.cell_text import lstm, matched, missed, rnn, step, weights
from tests.discovery.loop_text import GIVEN, RNN_BODY, RNN_INVARIANTS, RNN_WEIGHTS, dynamic_rnn, variable
from tf1compat.discovery.rnn.cells.basic_rnn import judge, judge_state_first
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.recurrence import find_cells
from tf1compat.graph.text import from_text

KERAS_BODY = """
    ~x_product = MatMul(~x, ~kernel) T=float32
    ~x_sum = BiasAdd(~x_product, ~bias) T=float32
    ~h_product = MatMul(~h, ~recurrent_kernel) T=float32
    ~sum = AddV2(~x_sum, ~h_product) T=float32
    ~h_new = Tanh(~sum) T=float32
"""


def test_a_plain_cell_is_recognised():
    found = matched(judge, rnn())
    assert (found.cell, found.units, found.features) == ("RNN", 3, ())
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


def test_any_activation_will_do():
    assert matched(judge, rnn(RNN_BODY.replace("Tanh", "Relu"))).features == ("relu",)


def test_keras_s_simple_rnn_has_kernels_of_its_own_for_input_and_state():
    found = matched(judge, step(KERAS_BODY, *weights(kernel=(5, 3), recurrent_kernel=(3, 3), bias=(3,))))
    assert (found.cell, found.units, found.features) == ("RNN", 3, ("separate_kernels",))


def test_units_come_from_a_resource_variable_too():
    kernel = """
        kernel = VarHandleOp() dtype=float32; shape=shape(8, 3); _output_shapes=[shape()]
        kernel/read = ReadVariableOp(kernel) dtype=float32
    """
    text = step(RNN_BODY, kernel + variable("bias", 3), RNN_INVARIANTS)
    assert matched(judge, text).units == 3


def test_the_state_may_be_written_before_the_input():
    found = matched(judge_state_first, rnn(RNN_BODY.replace("(~x, ~h,", "(~h, ~x,")))
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


def test_without_an_activation_it_is_no_plain_cell():
    found = missed(judge, rnn(), "step/sum")
    assert found.reason == "BiasAdd where an activation is wanted"


@pytest.mark.parametrize("operands", ["(~x, ~h, ~c,", "(~x,"])
def test_a_linear_form_of_more_or_fewer_values_is_none(operands):
    found = missed(judge, rnn(RNN_BODY.replace("(~x, ~h,", operands)))
    assert found.reason == "'h' is no linear form of an input and a state"


def test_a_layer_that_reads_another_state_than_it_makes_is_no_cell_of_the_loop():
    body = RNN_BODY.replace("(~x, ~h,", "(~x, ~other,") + "~other_new = Neg(~other) T=float32\n"
    states = {"other": "zeros", "h": "zeros"}
    graph = from_text(GIVEN + RNN_WEIGHTS + dynamic_rnn(body, states, RNN_INVARIANTS))
    (loop,) = find_loops(graph, frozenset())
    assert find_cells(graph, loop) == ()


def test_an_lstm_is_no_plain_cell():
    missed(judge, lstm())
