from __future__ import annotations

import pytest

from tests.discovery.loop_text import (
    GRU_BODY,
    GRU_WEIGHTS,
    LSTM,
    LSTM_BODY,
    LSTM_WEIGHTS,
    RNN_BODY,
    RNN_INVARIANTS,
    RNN_WEIGHTS,
)
from tests.discovery.unrolled_text import (
    CONSTANTS,
    GRU_INVARIANTS,
    LSTM_INVARIANTS,
    LSTM_STATES,
    one_step,
    pieces,
    unrolled,
    unstack,
    with_lengths,
)
from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.arrangements.unrolled import find_unrolled
from tf1compat.graph.text import from_text

STEPS = 3
SEQUENCE = CONSTANTS + unstack(STEPS)
LSTM_NET = SEQUENCE + LSTM_WEIGHTS + unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, pieces(STEPS))


def found(text: str) -> tuple[Rnn, ...]:
    return find_unrolled(from_text(text), frozenset())


def names(refs: object) -> list[str]:
    return [str(each) for each in refs]  # type: ignore[attr-defined]


def states(parts: object) -> dict[str, str]:
    return {part: str(each) for part, each in parts.items()}  # type: ignore[attr-defined]


def test_an_unrolled_lstm_is_described_as_a_whole():
    (rnn,) = found(LSTM_NET)
    assert (rnn.scope, rnn.kind, rnn.direction, rnn.time_major) == ("rnn", "static", "forward", False)
    assert (str(rnn.inputs), rnn.outputs, rnn.sequence_length) == ("x:0", None, None)
    assert names(rnn.step_inputs) == ["unstack:0", "unstack:1", "unstack:2"]
    assert names(rnn.step_outputs) == ["rnn/0/h_new:0", "rnn/1/h_new:0", "rnn/2/h_new:0"]
    (layer,) = rnn.layers
    assert (layer.cell, layer.units, layer.variables) == ("LSTM", 3, ("kernel", "bias"))
    assert states(layer.initial_state) == {"c": "zeros:0", "h": "zeros:0"}
    assert states(layer.final_state) == {"c": "rnn/2/c_new:0", "h": "rnn/2/h_new:0"}


def test_the_state_after_the_first_step_is_told():
    (rnn,) = found(LSTM_NET)
    assert states(rnn.layers[0].step_state) == {"c": "rnn/0/c_new:0", "h": "rnn/0/h_new:0"}


def test_outputs_that_are_stacked_in_the_order_of_time_are_the_outputs():
    text = LSTM_NET + "stacked = Pack(rnn/0/h_new, rnn/1/h_new, rnn/2/h_new) T=float32; N=3; axis=1\n"
    (rnn,) = found(text)
    assert str(rnn.outputs) == "stacked:0"


def test_outputs_that_are_stacked_in_another_order_are_not():
    text = LSTM_NET + "stacked = Pack(rnn/1/h_new, rnn/0/h_new, rnn/2/h_new) T=float32; N=3; axis=1\n"
    (rnn,) = found(text)
    assert rnn.outputs is None


def test_steps_cut_out_along_the_first_axis_are_time_major():
    (rnn,) = found(LSTM_NET.replace("num=3; axis=1", "num=3; axis=0"))
    assert rnn.time_major is True


def test_split_and_squeezed_steps_are_pieces_too():
    cut = "unstack = Split(axis, x) T=float32; num_split=3\n"
    cut += "".join(f"s{at} = Squeeze(unstack:{at}) T=float32; squeeze_dims=[1]\n" for at in range(STEPS))
    net = unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, ["s0", "s1", "s2"])
    (rnn,) = found(CONSTANTS + cut + LSTM_WEIGHTS + net)
    assert (str(rnn.inputs), rnn.time_major) == ("x:0", False)
    assert names(rnn.step_inputs) == ["s0:0", "s1:0", "s2:0"]


def test_steps_that_read_the_pieces_from_the_last_to_the_first_run_backward():
    net = unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, pieces(STEPS)[::-1])
    (rnn,) = found(SEQUENCE + LSTM_WEIGHTS + net)
    assert (rnn.direction, str(rnn.inputs)) == ("backward", "x:0")
    assert names(rnn.step_inputs) == ["unstack:0", "unstack:1", "unstack:2"]
    assert names(rnn.step_outputs) == ["rnn/2/h_new:0", "rnn/1/h_new:0", "rnn/0/h_new:0"]


def test_steps_reversed_up_to_their_lengths_run_backward_and_their_outputs_are_those_reversed_back():
    text = CONSTANTS + unstack(2) + "lengths = Placeholder() dtype=int32; shape=shape(None)\n"
    text += "packed = Pack(unstack, unstack:1) T=float32; N=2; axis=0\n"
    text += "turned = ReverseSequence(packed, lengths) T=float32; seq_dim=0; batch_dim=1\n"
    text += unstack(2, whole="turned", name="again", axis=0) + LSTM_WEIGHTS
    text += unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, pieces(2, "again"))
    text += "made = Pack(rnn/0/h_new, rnn/1/h_new) T=float32; N=2; axis=0\n"
    text += "back = ReverseSequence(made, lengths) T=float32; seq_dim=0; batch_dim=1\n"
    text += unstack(2, whole="back", name="outputs", axis=0)
    (rnn,) = found(text)
    assert (rnn.direction, str(rnn.inputs), rnn.time_major) == ("backward", "x:0", False)
    assert names(rnn.step_inputs) == ["unstack:0", "unstack:1"]
    assert names(rnn.step_outputs) == ["outputs:0", "outputs:1"]


def test_outputs_stacked_as_they_are_computed_backward_and_turned_around_are_the_outputs():
    net = unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, pieces(2)[::-1])
    text = CONSTANTS + unstack(2) + LSTM_WEIGHTS + net
    text += "stacked = Pack(rnn/0/h_new, rnn/1/h_new) T=float32; N=2; axis=1\n"
    text += "time = Const() dtype=int32; value=tensor(int32, [1])\n"
    (rnn,) = found(text)
    assert (rnn.direction, str(rnn.outputs)) == ("backward", "stacked:0")
    (rnn,) = found(text + "turned = ReverseV2(stacked, time) T=float32\n")
    assert (rnn.direction, str(rnn.outputs)) == ("backward", "turned:0")


def test_a_sequence_turned_around_before_and_after_the_steps_is_read_backward():
    text = CONSTANTS + "time = Const() dtype=int32; value=tensor(int32, [1])\n"
    text += "from_end = ReverseV2(x, time) T=float32\n" + unstack(2, whole="from_end") + LSTM_WEIGHTS
    text += unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, pieces(2))
    text += "stacked = Pack(rnn/0/h_new, rnn/1/h_new) T=float32; N=2; axis=1\n"
    assert [(rnn.direction, str(rnn.inputs)) for rnn in found(text)] == [("forward", "from_end:0")]
    (rnn,) = found(text + "turned = ReverseV2(stacked, time) T=float32\n")
    assert (rnn.direction, str(rnn.inputs), str(rnn.outputs)) == ("backward", "x:0", "turned:0")


def test_dropout_is_a_wrapper_inside_the_network_s_scope_and_the_author_s_outside():
    for name, expected in (("rnn/d", ("dropout",)), ("d", ())):
        text = LSTM_NET + "keep = Placeholder() dtype=float32; shape=shape()\n"
        for at in range(STEPS):
            text += f"""
                {name}{at}/mask = Floor(keep) T=float32
                {name}{at}/scaled = RealDiv(rnn/{at}/h_new, keep) T=float32
                {name}{at}/dropped = Mul({name}{at}/scaled, {name}{at}/mask) T=float32
            """
        (rnn,) = found(text)
        assert rnn.layers[0].wrappers == expected
        assert str(rnn.step_outputs[0]) == (f"{name}0/dropped:0" if expected else "rnn/0/h_new:0")


def separate(count: int) -> str:
    return "".join(f"x{at} = Placeholder() dtype=float32; shape=shape(None, 5)\n" for at in range(count))


def test_of_two_networks_that_read_separate_inputs_in_opposite_orders_the_second_runs_backward():
    text = (
        CONSTANTS
        + separate(2)
        + LSTM_WEIGHTS
        + GRU_WEIGHTS.replace("kernel", "g_kernel").replace("bias", "g_bias")
    )
    weights = {name: f"g_{given}".replace("g_gate_", "gate_g_") for name, given in GRU_INVARIANTS.items()}
    text += unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, ["x0", "x1"], "fw")
    text += unrolled(GRU_BODY, {"h": "zeros"}, weights, ["x1", "x0"], "bw")
    forward, backward = found(text)
    assert (forward.direction, backward.direction) == ("forward", "backward")
    assert forward.inputs is None
    assert names(backward.step_inputs) == names(forward.step_inputs) == ["x0:0", "x1:0"]


def two_layers(*, interleaved: bool) -> str:
    upper = {name: f"up_{given}" for name, given in GRU_INVARIANTS.items()}
    upper_weights = GRU_WEIGHTS.replace("gate_", "up_gate_").replace("\nkernel", "\nup_kernel")
    upper_weights = upper_weights.replace("Identity(kernel", "Identity(up_kernel").replace(
        "\nbias", "\nup_bias"
    )
    upper_weights = upper_weights.replace("Identity(bias", "Identity(up_bias")
    lower_steps, upper_steps, current = [], [], {"c": "zeros", "h": "zeros", "g": "zeros"}
    for at in range(2):
        given = {"x": f"unstack:{at}", "c": current["c"], "h": current["h"], **LSTM_INVARIANTS}
        lower_steps.append(one_step(LSTM_BODY, f"rnn/low/{at}", given))
        given = {"x": f"rnn/low/{at}/h_new", "h": current["g"], **upper}
        upper_steps.append(one_step(GRU_BODY, f"rnn/up/{at}", given))
        current = {"c": f"rnn/low/{at}/c_new", "h": f"rnn/low/{at}/h_new", "g": f"rnn/up/{at}/h_new"}
    pairs = zip(lower_steps, upper_steps, strict=True)
    steps = [each for pair in pairs for each in pair] if interleaved else lower_steps + upper_steps
    return CONSTANTS + unstack(2) + LSTM_WEIGHTS + upper_weights + "".join(steps)


def test_layers_that_are_unrolled_in_one_go_are_one_network_in_the_order_of_the_data():
    (rnn,) = found(two_layers(interleaved=True))
    assert [layer.cell for layer in rnn.layers] == ["LSTM", "GRU"]
    assert names(rnn.step_outputs) == ["rnn/up/0/h_new:0", "rnn/up/1/h_new:0"]
    assert rnn.layers[0].variables == ("kernel", "bias")
    assert rnn.layers[1].variables == ("up_gate_kernel", "up_gate_bias", "up_kernel", "up_bias")


def test_networks_that_are_unrolled_one_after_the_other_are_two():
    lower, upper = found(two_layers(interleaved=False))
    assert [layer.cell for layer in (*lower.layers, *upper.layers)] == ["LSTM", "GRU"]
    assert names(upper.step_inputs) == names(lower.step_outputs)


def test_states_held_back_past_the_lengths_are_what_comes_out():
    text = SEQUENCE + LSTM_WEIGHTS + "lengths = Placeholder() dtype=int32; shape=shape(None)\n"
    text += "nothing = Fill(steps, zero) T=float32\n"
    body = with_lengths(LSTM_BODY, "ch")
    current = dict(LSTM_STATES)
    for at in range(2):
        text += f"time_{at} = Const() dtype=int32; value=tensor(int32, {at})\n"
        text += f"ended_{at} = LessEqual(lengths, time_{at}) T=int32\n"
        given = {"x": f"unstack:{at}", "ended": f"ended_{at}", **current, **LSTM_INVARIANTS}
        text += one_step(body, f"rnn/{at}", given)
        current = {part: f"rnn/{at}/{part}_new" for part in "ch"}
    (rnn,) = found(text)
    assert str(rnn.sequence_length) == "lengths:0"
    assert states(rnn.layers[0].final_state) == {"c": "rnn/1/c_new:0", "h": "rnn/1/h_new:0"}
    assert states(rnn.layers[0].step_state) == {"c": "rnn/0/c_new:0", "h": "rnn/0/h_new:0"}
    assert names(rnn.step_outputs) == ["rnn/0/out:0", "rnn/1/out:0"]


def in_branches(count: int) -> str:
    """As `static_rnn` with lengths: nothing past the longest, all before the shortest, else one by one."""
    text = CONSTANTS + unstack(count) + RNN_WEIGHTS
    text += "lengths = Placeholder() dtype=int32; shape=shape(None)\nnothing = Fill(steps, zero) T=float32\n"
    text += (
        "past = Placeholder() dtype=bool; shape=shape()\nbefore = Placeholder() dtype=bool; shape=shape()\n"
    )
    old = "zeros"
    for at in range(count):
        lines = f"""
            ~time = Const() dtype=int32; value=tensor(int32, {at})
            ~ended = LessEqual(lengths, ~time) T=int32
            ~in_x = Switch(unstack:{at}, past) T=float32
            ~in_h = Switch({old}, past) T=float32
            ~in_kernel = Switch(kernel/read, past) T=float32
            ~in_bias = Switch(bias/read, past) T=float32
            ~in_ended = Switch(~ended, past) T=bool
            ~in_nothing = Switch(nothing, past) T=float32
            ~new = Switch(~h_new, before) T=float32
            ~old = Switch(~in_h, before) T=float32
            ~none = Switch(~in_nothing, before) T=float32
            ~ended_too = Switch(~in_ended, before) T=bool
            ~chosen_h = Select(~ended_too, ~old, ~new) T=float32
            ~chosen_out = Select(~ended_too, ~none, ~new) T=float32
            ~inner_out = Merge(~chosen_out, ~new:1) T=float32
            ~inner_h = Merge(~chosen_h, ~new:1) T=float32
            ~out = Merge(~inner_out, ~in_nothing:1) T=float32
            ~kept = Merge(~inner_h, ~in_h:1) T=float32
        """
        given = {name: f"rnn/{at}/in_{name}" for name in ("x", "h", "kernel", "bias")}
        text += one_step(RNN_BODY, f"rnn/{at}", given) + lines.replace("~", f"rnn/{at}/")
        old = f"rnn/{at}/kept"
    return text


def test_steps_inside_the_branches_of_a_cond_are_linked_through_them():
    (rnn,) = found(in_branches(3))
    assert str(rnn.sequence_length) == "lengths:0"
    assert names(rnn.step_inputs) == ["unstack:0", "unstack:1", "unstack:2"]
    assert names(rnn.step_outputs) == ["rnn/0/out:0", "rnn/1/out:0", "rnn/2/out:0"]
    (layer,) = rnn.layers
    assert states(layer.initial_state) == {"h": "zeros:0"}
    assert (str(layer.step_state["h"]), str(layer.final_state["h"])) == ("rnn/0/kept:0", "rnn/2/kept:0")
    assert layer.variables == ("kernel", "bias")


JOINED = "~joined_state = ConcatV2(~c_new, ~h_new, axis) T=float32; N=2\n"


def one_tensor(count: int) -> str:
    shapes = "T=float32; num_split=2; _output_shapes=[shape(None, 3), shape(None, 3)]"
    text = CONSTANTS + unstack(count) + LSTM_WEIGHTS
    text += "both = Placeholder() dtype=float32; shape=shape(None, 6)\n"
    old = "both"
    body = LSTM_BODY.replace(
        "~h_new = Mul(~activated, ~o) T=float32", "~h_new = Mul(~activated, ~o) T=float32; W"
    )
    body = body.replace(
        "~c_new = AddV2(~kept, ~added) T=float32", "~c_new = AddV2(~kept, ~added) T=float32; W"
    )
    body = body.replace("; W", "; _output_shapes=[shape(None, 3)]")
    for at in range(count):
        text += f"rnn/{at}/cut = Split(axis, {old}) {shapes}\n"
        given = {"x": f"unstack:{at}", "c": f"rnn/{at}/cut", "h": f"rnn/{at}/cut:1", **LSTM_INVARIANTS}
        text += one_step(body + JOINED, f"rnn/{at}", given)
        old = f"rnn/{at}/joined_state"
    return text


@pytest.mark.parametrize("count", [1, 3])
def test_a_state_in_one_tensor_is_named_whole_with_the_place_of_each_part(count: int):
    (rnn,) = found(one_tensor(count) + f"used = Abs(rnn/{count - 1}/h_new) T=float32\n")
    (layer,) = rnn.layers
    last = f"rnn/{count - 1}/joined_state:0"
    assert states(layer.initial_state) == {"c": "both:0", "h": "both:0"}
    assert states(layer.final_state) == {"c": last, "h": last}
    places = {part: (each.axis, each.begin, each.size) for part, each in layer.slices.items()}
    assert places == {"c": (1, 0, 3), "h": (1, 3, 3)}


def test_a_state_from_a_variable_begins_with_what_is_read_of_it():
    text = LSTM_NET.replace("rnn/0/c = Identity(zeros)", "rnn/0/c = Identity(kept/read)")
    given = "kept = VariableV2() dtype=float32; shape=shape(2, 3)\nkept/read = Identity(kept) T=float32\n"
    (rnn,) = found(given + text)
    assert states(rnn.layers[0].initial_state) == {"c": "kept/read:0", "h": "zeros:0"}
    assert rnn.layers[0].variables == ("kernel", "bias")


# ------------------------------------------------------------------------------------------- one step


ROW = "row = Placeholder() dtype=float32; shape=shape(None, 5)\n"
GIVEN_STATES = "".join(f"{part}0 = Placeholder() dtype=float32; shape=shape(None, 3)\n" for part in "ch")
ONE_LSTM_STEP = (
    CONSTANTS + ROW + GIVEN_STATES + LSTM_WEIGHTS
    + unrolled(LSTM_BODY, {"c": "c0", "h": "h0"}, LSTM_INVARIANTS, ["row"], "sample")
)  # fmt: skip


def test_a_single_step_of_an_lstm_whose_output_is_used_is_a_network():
    (rnn,) = found(ONE_LSTM_STEP + "used = Abs(sample/0/h_new) T=float32\n")
    assert (rnn.inputs, names(rnn.step_inputs)) == (None, ["row:0"])
    assert states(rnn.layers[0].initial_state) == {"c": "c0:0", "h": "h0:0"}
    assert states(rnn.layers[0].final_state) == {"c": "sample/0/c_new:0", "h": "sample/0/h_new:0"}


def test_a_single_step_that_is_only_asked_about_its_shape_is_not():
    assert found(ONE_LSTM_STEP + "asked = Shape(sample/0/h_new) T=float32\n") == ()


def test_a_single_step_from_the_states_that_a_loop_begins_with_is_a_trial_of_that_loop():
    trial = one_step(LSTM_BODY, "trial", {"x": "x", "c": "zeros", "h": "zeros", **LSTM_INVARIANTS})
    trial = trial.replace("Identity(zeros)", "Snapshot(zeros)") + "used = Abs(trial/h_new) T=float32\n"
    assert [rnn.kind for rnn in find_rnns(from_text(LSTM + trial), frozenset())] == ["dynamic"]


def test_a_training_network_and_a_sampling_step_with_the_same_weights_are_two():
    text = LSTM_NET + ROW + GIVEN_STATES + "used = Abs(sample/0/h_new) T=float32\n"
    text += unrolled(LSTM_BODY, {"c": "c0", "h": "h0"}, LSTM_INVARIANTS, ["row"], "sample")
    assert [len(rnn.step_inputs) for rnn in found(text)] == [3, 1]


def test_what_an_author_multiplies_the_last_output_by_is_no_projection():
    head = "head = VariableV2() dtype=float32; shape=shape(3, 4)\nhead/read = Identity(head) T=float32\n"
    (rnn,) = found(LSTM_NET + head + "logits = MatMul(rnn/2/h_new, head/read) T=float32\n")
    assert rnn.layers[0].variables == ("kernel", "bias")
    assert names(rnn.step_outputs)[-1] == "rnn/2/h_new:0"


# ------------------------------------------------------------------------------------------ near misses


def rnn_steps(inputs: list[str], weights: list[dict[str, str]] | None = None) -> str:
    text, old = "", "zeros"
    for at, each in enumerate(inputs):
        given = {"x": each, "h": old, **(weights[at] if weights else RNN_INVARIANTS)}
        text += one_step(RNN_BODY, f"rnn/{at}", given)
        old = f"rnn/{at}/h_new"
    return SEQUENCE + RNN_WEIGHTS + text


def test_a_chain_of_plain_cells_is_a_network():
    (rnn,) = found(rnn_steps(pieces(STEPS)))
    assert [layer.cell for layer in rnn.layers] == ["RNN"]


def test_a_tower_with_shared_weights_over_one_input_is_none():
    assert found(rnn_steps(["x", "x", "x"])) == ()


def test_a_single_plain_cell_is_a_dense_layer():
    assert found(rnn_steps(["unstack"]) + "used = Abs(rnn/0/h_new) T=float32\n") == ()


def test_plain_layers_with_weights_of_their_own_are_no_network():
    others = RNN_WEIGHTS.replace("kernel", "other_kernel").replace("bias", "other_bias")
    weights = [RNN_INVARIANTS, {"kernel": "other_kernel/read", "bias": "other_bias/read"}]
    assert found(others + rnn_steps(["unstack", "unstack:1"], weights)) == ()


def test_a_highway_tower_with_shared_weights_is_no_network():
    text = SEQUENCE + RNN_WEIGHTS.replace("shape(8, 3)", "shape(3, 3)")
    text += "one_half = Const() dtype=float32; value=tensor(float32, 1.0)\n"
    below = "zeros"
    for at in range(3):
        layer = """
            ~gates = MatMul(~below, kernel/read) T=float32
            ~carry = Sigmoid(~gates) T=float32
            ~made = Tanh(~gates) T=float32
            ~rest = Sub(one_half, ~carry) T=float32
            ~kept = Mul(~carry, ~below) T=float32
            ~fresh = Mul(~rest, ~made) T=float32
            ~top = AddV2(~kept, ~fresh) T=float32
        """
        text += f"t/{at}/below = Identity({below}) T=float32\n" + layer.replace("~", f"t/{at}/")
        below = f"t/{at}/top"
    assert found(text) == ()


def test_cells_in_a_loop_are_left_to_the_loop():
    assert found(LSTM) == ()


def test_cells_of_the_training_are_left_out():
    graph = from_text(LSTM_NET)
    assert (
        find_unrolled(graph, frozenset(node.name for node in graph.nodes if node.name.startswith("rnn/")))
        == ()
    )


def test_one_lstm_called_again_where_it_left_off_on_another_sequence_is_two_networks():
    second = "y = Placeholder() dtype=float32; shape=shape(None, 2, 5)\n" + unstack(2, whole="y", name="cut")
    again = unrolled(
        LSTM_BODY, {"c": "rnn/2/c_new", "h": "rnn/2/h_new"}, LSTM_INVARIANTS, pieces(2, "cut"), "again"
    )
    first, then = found(LSTM_NET + second + again)
    assert (str(first.inputs), str(then.inputs)) == ("x:0", "y:0")
    assert states(then.layers[0].initial_state) == states(first.layers[0].final_state)


def test_the_whole_catalogue_gives_an_unrolled_network_once():
    assert [rnn.kind for rnn in find_rnns(from_text(LSTM_NET), frozenset())] == ["static"]
