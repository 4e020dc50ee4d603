from tests.discovery.cell_text import (
    UGRNN_BODY,
    gru,
    gru_reset_after,
    lstm,
    matched,
    missed,
    step,
    ugrnn,
    weights,
)
from tests.discovery.loop_text import GRU_BODY, GRU_INVARIANTS, GRU_WEIGHTS
from tf1compat.discovery.rnn.cells.gru import judge

#: Keras's GRU by implementation 1: a part of the kernels for each gate.
KERAS_BODY = """
    ~begin = Const() dtype=int32; value=tensor(int32, [0, 0])
    ~ones = Const() dtype=int32; value=tensor(int32, [1, 1])
    ~kernel_u = StridedSlice(~kernel, ~begin, ~begin, ~ones) T=float32
    ~kernel_r = StridedSlice(~kernel, ~begin, ~begin, ~ones) T=float32
    ~kernel_c = StridedSlice(~kernel, ~begin, ~begin, ~ones) T=float32
    ~recurrent_u = StridedSlice(~recurrent_kernel, ~begin, ~begin, ~ones) T=float32
    ~recurrent_r = StridedSlice(~recurrent_kernel, ~begin, ~begin, ~ones) T=float32
    ~recurrent_c = StridedSlice(~recurrent_kernel, ~begin, ~begin, ~ones) T=float32
    ~x_u = MatMul(~x, ~kernel_u) T=float32
    ~x_r = MatMul(~x, ~kernel_r) T=float32
    ~x_c = MatMul(~x, ~kernel_c) T=float32
    ~h_u = MatMul(~h, ~recurrent_u) T=float32
    ~h_r = MatMul(~h, ~recurrent_r) T=float32
    ~z_u = AddV2(~x_u, ~h_u) T=float32
    ~z_r = AddV2(~x_r, ~h_r) T=float32
    ~u = Sigmoid(~z_u) T=float32
    ~r = Sigmoid(~z_r) T=float32
    ~reset = Mul(~r, ~h) T=float32
    ~h_c = MatMul(~reset, ~recurrent_c) T=float32
    ~z_c = AddV2(~x_c, ~h_c) T=float32
    ~candidate = Tanh(~z_c) T=float32
    ~kept = Mul(~u, ~h) T=float32
    ~rest = Sub(~one, ~u) T=float32
    ~added = Mul(~rest, ~candidate) T=float32
    ~h_new = AddV2(~kept, ~added) T=float32
"""


def test_a_gru_is_recognised():
    found = matched(judge, gru())
    assert (found.cell, found.units, found.features) == ("GRU", 3, ())
    assert (found.input.node, list(found.states)) == ("step/x", ["h"])
    assert (found.states["h"].before.node, found.states["h"].after.node) == ("step/h", "step/h_new")


def test_gates_may_be_activated_after_the_split_and_the_bias_added_plainly():
    body = GRU_BODY.replace("~gates = Sigmoid(~gate_sum)", "~r = Sigmoid(~split)")
    body = body.replace("Split(~axis, ~gates)", "Split(~axis, ~gate_sum)").replace("BiasAdd(", "Add(")
    body = body.replace("Mul(~split, ~h)", "Mul(~r, ~h)").replace("Mul(~split:1, ~h)", "Mul(~u, ~h)")
    body = body.replace("Sub(~one, ~split:1)", "Sub(~one, ~u)") + "~u = Sigmoid(~split:1) T=float32\n"
    assert matched(judge, gru(body)).units == 3


def test_the_gate_may_weigh_the_candidate_instead_of_the_state():
    body = GRU_BODY.replace("Mul(~split:1, ~h)", "Mul(~rest, ~h)").replace(
        "Mul(~rest, ~candidate)", "Mul(~split:1, ~candidate)"
    )
    assert matched(judge, gru(body)).cell == "GRU"


def test_another_activation_is_a_feature():
    assert matched(judge, gru(GRU_BODY.replace("Tanh", "Relu"))).features == ("relu",)


def test_keras_s_gru_has_kernels_of_its_own_for_input_and_state():
    found = matched(judge, step(KERAS_BODY, *weights(kernel=(5, 9), recurrent_kernel=(3, 9))))
    assert (found.cell, found.units, found.features) == ("GRU", 3, ("separate_kernels",))
    assert found.input.node == "step/x"


def test_one_gate_for_both_purposes_is_a_minimal_gated_unit_and_not_a_gru():
    found = missed(judge, gru(GRU_BODY.replace("Mul(~split, ~h)", "Mul(~split:1, ~h)")))
    assert found.reason == "one part serves two purposes"


def test_weights_that_do_not_add_up_to_one_are_not_a_gru():
    found = missed(judge, gru(GRU_BODY.replace("tensor(float32, 1.0)", "tensor(float32, 2.0)")))
    assert found.reason == "the weights of old and new state do not add up to 1"


def test_a_candidate_that_sees_the_state_as_it_is_is_not_a_gru_s():
    found = missed(judge, gru(GRU_BODY.replace("ConcatV2(~x, ~reset,", "ConcatV2(~x, ~h,")))
    assert found.reason == "the candidate is not made of the input and the reset state"


def test_a_highway_over_the_input_is_not_a_gru():
    body = GRU_BODY.replace("Mul(~split:1, ~h)", "Mul(~split:1, ~x)")
    missed(judge, gru(body))


def test_gates_that_read_another_tensor_than_the_candidate_are_not_a_gru_s():
    body = GRU_BODY.replace("~joined = ConcatV2(~x,", "~joined = ConcatV2(~c,")
    found = missed(judge, step(body, GRU_WEIGHTS, GRU_INVARIANTS))
    assert found.reason == "'r' is no linear form of input and state"


def test_other_cells_are_not_grus():
    missed(judge, lstm())
    missed(judge, gru_reset_after())
    missed(judge, ugrnn(UGRNN_BODY))
