from tests.discovery.loop_text import (
    AXIS,
    GIVEN,
    GRU_BODY,
    GRU_INVARIANTS,
    GRU_WEIGHTS,
    LSTM,
    RNN_BODY,
    RNN_INVARIANTS,
    RNN_WEIGHTS,
    dynamic_rnn,
    variable,
)
from tf1compat.discovery.rnn.layers import find_cells, known_layer, unknown_layer, unknown_states
from tf1compat.discovery.rnn.loops import find_loops
from tf1compat.graph.text import from_text

UPPER = """
    ~upper_joined = ConcatV2(~h_new, ~upper, ~axis) T=float32
    ~upper_product = MatMul(~upper_joined, ~upper_kernel) T=float32
    ~upper_new = Relu(~upper_product) T=float32
"""


def stacked(*order: str) -> str:
    states = dict.fromkeys(order, "zeros")
    invariants = {**RNN_INVARIANTS, "upper_kernel": "upper_kernel/read"}
    weights = variable("upper_kernel", 7, 4) + RNN_WEIGHTS
    return GIVEN + weights + dynamic_rnn(RNN_BODY + UPPER, states, invariants, emitted="~upper_new")


def unknown(body: str) -> str:
    return GIVEN + RNN_WEIGHTS + dynamic_rnn(body, {"h": "zeros"}, RNN_INVARIANTS)


def test_layers_come_from_input_to_output_whatever_the_order_in_which_they_are_carried():
    for order in (("h", "upper"), ("upper", "h")):
        graph = from_text(stacked(*order))
        (loop,) = find_loops(graph, frozenset())
        layers = [known_layer(graph, loop, cell) for cell in find_cells(graph, loop)]
        assert [layer.units for layer in layers] == [3, 4]
        assert [layer.variables for layer in layers] == [("kernel", "bias"), ("upper_kernel",)]


def test_a_layer_has_its_states_outside_the_loop_by_part():
    graph = from_text(LSTM)
    (loop,) = find_loops(graph, frozenset())
    layer = known_layer(graph, loop, *find_cells(graph, loop))
    assert {part: str(ref) for part, ref in layer.initial_state.items()} == {"c": "zeros:0", "h": "zeros:0"}
    assert {part: str(ref) for part, ref in layer.final_state.items()} == {
        "c": "rnn/while/c_exit:0",
        "h": "rnn/while/h_exit:0",
    }
    assert layer.variables == ("kernel", "bias")


def test_all_parts_of_a_partitioned_variable_are_named():
    parts = variable("kernel/part_0", 4, 3) + variable("kernel/part_1", 4, 3)
    whole = "kernel = ConcatV2(kernel/part_0/read, kernel/part_1/read, axis) T=float32\n"
    invariants = {"kernel": "kernel", "bias": "bias/read"}
    text = GIVEN + AXIS.replace("axis", "unused") + parts + whole + variable("bias", 3)
    graph = from_text(text + dynamic_rnn(RNN_BODY, {"h": "zeros"}, invariants))
    (loop,) = find_loops(graph, frozenset())
    layer = known_layer(graph, loop, *find_cells(graph, loop))
    assert layer.variables == ("kernel/part_0", "kernel/part_1", "bias")


def test_a_recurrence_through_weights_that_no_cell_explains_is_an_unknown_layer():
    graph = from_text(unknown(RNN_BODY.replace("Tanh(~sum)", "Square(~sum)")))
    (loop,) = find_loops(graph, frozenset())
    assert find_cells(graph, loop) == ()
    layer = unknown_layer(graph, loop, unknown_states(graph, loop, ()))
    assert (layer.cell, layer.units, layer.variables) == (None, None, ("kernel", "bias"))
    assert {part: str(ref) for part, ref in layer.final_state.items()} == {"h": "rnn/while/h_exit:0"}


def test_a_running_sum_is_no_layer():
    graph = from_text(unknown("~h_new = AddV2(~h, ~x) T=float32\n"))
    (loop,) = find_loops(graph, frozenset())
    assert unknown_states(graph, loop, ()) == ()


def test_a_transition_matrix_that_is_added_is_no_layer():
    graph = from_text(unknown("~moved = AddV2(~h, ~kernel)\n~h_new = LogSumExp(~moved) T=float32\n"))
    (loop,) = find_loops(graph, frozenset())
    assert unknown_states(graph, loop, ()) == ()


def test_a_value_that_is_made_anew_in_each_step_is_no_layer():
    graph = from_text(unknown("~h_new = MatMul(~x, ~kernel) T=float32\n"))
    (loop,) = find_loops(graph, frozenset())
    assert unknown_states(graph, loop, ()) == ()


def test_what_is_computed_from_a_known_cell_alone_is_no_layer_of_its_own():
    body = (
        GRU_BODY + "~seen_product = MatMul(~h_new, ~kernel)\n~seen_new = Select(~x, ~seen, ~seen_product)\n"
    )
    text = GIVEN + GRU_WEIGHTS + dynamic_rnn(body, {"h": "zeros", "seen": "zeros"}, GRU_INVARIANTS)
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    cells = find_cells(graph, loop)
    assert [cell.cell for cell in cells] == ["GRU"]
