from tests.discovery.loop_text import (
    AXIS,
    GIVEN,
    GRU_BODY,
    GRU_INVARIANTS,
    GRU_WEIGHTS,
    LSTM,
    LSTM_BODY,
    LSTM_INVARIANTS,
    LSTM_WEIGHTS,
    RNN_BODY,
    RNN_INVARIANTS,
    RNN_WEIGHTS,
    dynamic_rnn,
    variable,
)
from tf1compat.discovery.findings import Layer, StateSlice
from tf1compat.discovery.rnn.looping.layers import as_finding, find_layers
from tf1compat.discovery.rnn.looping.loops import find_loops
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


def layers_of(text: str, *, closed: bool = True) -> tuple[Layer, ...]:
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    return tuple(as_finding(graph, each) for each in find_layers(graph, loop, closed=closed))


def finals(layer: Layer) -> dict[str, str]:
    return {part: str(ref) for part, ref in layer.final_state.items()}


def test_layers_come_from_input_to_output_whatever_the_order_in_which_they_are_carried():
    for order in (("h", "upper"), ("upper", "h")):
        layers = layers_of(stacked(*order))
        assert [layer.units for layer in layers] == [3, 4]
        assert [layer.variables for layer in layers] == [("kernel", "bias"), ("upper_kernel",)]


def test_twelve_layers_come_in_their_order():
    names = [f"h{number}" for number in range(12)]
    body = "".join(
        f"""
        ~joined{number} = ConcatV2({"~x" if number == 0 else f"~h{number - 1}_new"}, ~h{number}, ~axis) T=float32
        ~product{number} = MatMul(~joined{number}, ~k{number}) T=float32
        ~h{number}_new = Tanh(~product{number}) T=float32
        """
        for number in range(12)
    )
    body += "~axis = Const(^~step) dtype=int32; value=tensor(int32, 1)\n"
    weights = "".join(variable(f"k{number}", 8, 3) for number in range(12))
    states = dict.fromkeys(sorted(names), "zeros")  # h0, h1, h10, h11, h2, ...
    invariants = {f"k{number}": f"k{number}/read" for number in range(12)}
    layers = layers_of(GIVEN + weights + dynamic_rnn(body, states, invariants, emitted="~h11_new"))
    assert [layer.variables for layer in layers] == [(f"k{number}",) for number in range(12)]


def test_a_layer_has_its_states_outside_the_loop_by_part():
    (layer,) = layers_of(LSTM)
    assert {part: str(ref) for part, ref in layer.initial_state.items()} == {"c": "zeros:0", "h": "zeros:0"}
    assert finals(layer) == {"c": "rnn/while/c_exit:0", "h": "rnn/while/h_exit:0"}
    assert (layer.variables, layer.slices) == (("kernel", "bias"), {})


def test_a_final_state_that_was_pruned_away_is_not_known():
    text = "\n".join(line for line in LSTM.splitlines() if "c_exit = " not in line)
    (layer,) = layers_of(text)
    assert layer.final_state["c"] is None
    assert str(layer.final_state["h"]) == "rnn/while/h_exit:0"


def test_parts_that_lie_in_one_tensor_have_slices_of_it():
    body = LSTM_BODY.replace("~c)", "~parts)").replace("~h,", "~parts:1,")
    body += """
        ~parts = Split(~axis, ~s) num_split=2; _output_shapes=[shape(None, 3), shape(None, 3)]
        ~s_new = ConcatV2(~c_new, ~h_new, ~axis) T=float32
    """
    (layer,) = layers_of(GIVEN + LSTM_WEIGHTS + dynamic_rnn(body, {"s": "zeros"}, LSTM_INVARIANTS))
    assert finals(layer) == {"c": "rnn/while/s_exit:0", "h": "rnn/while/s_exit:0"}
    assert layer.slices == {"c": StateSlice(1, 0, 3), "h": StateSlice(1, 3, 3)}


def test_all_parts_of_a_partitioned_variable_are_named():
    parts = variable("kernel/part_0", 4, 3) + variable("kernel/part_1", 4, 3)
    whole = "kernel = ConcatV2(kernel/part_0/read, kernel/part_1/read, axis) T=float32\n"
    invariants = {"kernel": "kernel", "bias": "bias/read"}
    text = GIVEN + AXIS.replace("axis", "unused") + parts + whole + variable("bias", 3)
    (layer,) = layers_of(text + dynamic_rnn(RNN_BODY, {"h": "zeros"}, invariants))
    assert layer.variables == ("kernel/part_0", "kernel/part_1", "bias")


PROJECTED = "~projected = MatMul(~h_new, ~projection) T=float32\n"


def projected(inner: str, name: str) -> str:
    """Two plain cells with a projection between them, whose matrix has this name."""
    upper = UPPER.replace("~h_new", "~projected")
    invariants = {**RNN_INVARIANTS, "upper_kernel": "two/kernel/read", "projection": f"{name}/read"}
    weights = variable("two/kernel", 7, 4) + variable(name, 3, 3)
    weights += variable("one/kernel", 8, 3) + variable("one/bias", 3)
    invariants |= {"kernel": "one/kernel/read", "bias": "one/bias/read"}
    states = {"h": "zeros", "upper": "zeros"}
    return GIVEN + weights + dynamic_rnn(inner + PROJECTED + upper, states, invariants, emitted="~upper_new")


def test_a_projection_between_two_layers_is_the_one_s_in_whose_scope_it_was_made():
    first, second = layers_of(projected(RNN_BODY, "one/projection"))
    assert (first.variables, second.variables) == (
        ("one/projection", "one/kernel", "one/bias"),
        ("two/kernel",),
    )
    first, second = layers_of(projected(RNN_BODY, "two/projection"))
    assert (first.variables, second.variables) == (
        ("one/kernel", "one/bias"),
        ("two/kernel", "two/projection"),
    )


def test_a_projection_after_the_last_layer_is_its_own_where_only_cells_run_in_the_loop():
    invariants = {**RNN_INVARIANTS, "projection": "projection/read"}
    loop = dynamic_rnn(RNN_BODY + PROJECTED, {"h": "zeros"}, invariants, emitted="~projected")
    text = GIVEN + RNN_WEIGHTS + variable("projection", 3, 2) + loop
    assert layers_of(text)[0].variables == ("kernel", "bias", "projection")
    assert layers_of(text, closed=False)[0].variables == ("kernel", "bias")


def test_a_recurrence_through_weights_that_no_cell_explains_is_an_unknown_layer():
    (layer,) = layers_of(unknown(RNN_BODY.replace("Tanh(~sum)", "Square(~sum)")))
    assert (layer.cell, layer.variables) == ("custom", ("kernel", "bias"))
    assert finals(layer) == {"state_0": "rnn/while/h_exit:0"}


def test_an_unknown_layer_is_as_wide_as_its_states_if_all_are_alike():
    wide = RNN_BODY.replace("Tanh(~sum) T=float32", "Square(~sum) _output_shapes=[shape(None, 3)]")
    assert layers_of(unknown(wide))[0].units == 3


def test_an_unknown_layer_stands_in_its_place_among_known_ones():
    lower = RNN_BODY.replace("Tanh(~sum)", "Square(~sum)")
    for order in (("h", "upper"), ("upper", "h")):
        first, second = layers_of(
            stacked(*order).replace(RNN_BODY.replace("~", "rnn/while/"), lower.replace("~", "rnn/while/"))
        )
        assert (first.cell, second.cell) == ("custom", "RNN")
        assert (first.variables, second.variables) == (("kernel", "bias"), ("upper_kernel",))


def test_two_unknown_layers_are_told_apart():
    body = (RNN_BODY + UPPER).replace("Tanh(", "Square(").replace("Relu(", "Square(")
    invariants = {**RNN_INVARIANTS, "upper_kernel": "upper_kernel/read"}
    weights = variable("upper_kernel", 7, 4) + RNN_WEIGHTS
    states = {"upper": "zeros", "h": "zeros"}
    first, second = layers_of(GIVEN + weights + dynamic_rnn(body, states, invariants, emitted="~upper_new"))
    assert (finals(first), first.variables) == ({"state_0": "rnn/while/h_exit:0"}, ("kernel", "bias"))
    assert (finals(second), second.variables) == ({"state_0": "rnn/while/upper_exit:0"}, ("upper_kernel",))


def test_what_is_computed_from_a_known_cell_alone_is_no_layer_of_its_own():
    body = (
        GRU_BODY + "~seen_product = MatMul(~h_new, ~kernel)\n~seen_new = Select(~x, ~seen, ~seen_product)\n"
    )
    text = GIVEN + GRU_WEIGHTS + dynamic_rnn(body, {"h": "zeros", "seen": "zeros"}, GRU_INVARIANTS)
    assert [layer.cell for layer in layers_of(text)] == ["GRU"]
