from tests.discovery.cell_text import (
    GRU_RESET_AFTER_BODY,
    gru,
    gru_reset_after,
    matched,
    missed,
    step,
    ugrnn,
    weights,
)
from tf1compat.discovery.rnn.cells.gru_reset_after import judge

#: Keras's GRU by implementation 2: one product for the input and one for the state, cut by slices.
KERAS_BODY = """
    ~begin = Const() dtype=int32; value=tensor(int32, [0, 0])
    ~ones = Const() dtype=int32; value=tensor(int32, [1, 1])
    ~x_product = MatMul(~x, ~kernel) T=float32
    ~x_sum = BiasAdd(~x_product, ~bias) T=float32
    ~x_u = StridedSlice(~x_sum, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]
    ~x_r = StridedSlice(~x_sum, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]
    ~x_c = StridedSlice(~x_sum, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]
    ~h_product = MatMul(~h, ~recurrent_kernel) T=float32
    ~h_u = StridedSlice(~h_product, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]
    ~h_r = StridedSlice(~h_product, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]
    ~h_c = StridedSlice(~h_product, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]
    ~z_u = AddV2(~x_u, ~h_u) T=float32
    ~z_r = AddV2(~x_r, ~h_r) T=float32
    ~u = Sigmoid(~z_u) T=float32
    ~r = Sigmoid(~z_r) T=float32
    ~reset = Mul(~r, ~h_c) T=float32
    ~z_c = AddV2(~x_c, ~reset) T=float32
    ~candidate = Tanh(~z_c) T=float32
    ~kept = Mul(~u, ~h) T=float32
    ~rest = Sub(~one, ~u) T=float32
    ~added = Mul(~rest, ~candidate) T=float32
    ~h_new = AddV2(~kept, ~added) T=float32
"""


def test_a_cudnn_compatible_gru_is_recognised():
    found = matched(judge, gru_reset_after())
    assert (found.cell, found.units, found.features) == ("GRU", 3, ("reset_after",))
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


def test_keras_s_gru_with_reset_after_is_recognised():
    found = matched(judge, step(KERAS_BODY, *weights(kernel=(5, 9), recurrent_kernel=(3, 9), bias=(9,))))
    assert (found.cell, found.units, found.features) == ("GRU", 3, ("reset_after", "separate_kernels"))


def test_slices_that_leave_columns_over_are_no_gru_s():
    text = step(KERAS_BODY, *weights(kernel=(5, 12), recurrent_kernel=(3, 9), bias=(12,)))
    assert missed(judge, text).reason == "3 of 4 parts are used"


def test_a_reset_product_of_the_input_is_not_a_gru_s():
    body = GRU_RESET_AFTER_BODY.replace("MatMul(~h, ~hidden_kernel)", "MatMul(~x, ~hidden_kernel)")
    assert "no product of the state is reset" in missed(judge, gru_reset_after(body)).reason


def test_the_update_gate_does_not_reset():
    body = GRU_RESET_AFTER_BODY.replace("Mul(~split, ~hidden_sum)", "Mul(~split:1, ~hidden_sum)")
    assert missed(judge, gru_reset_after(body)).reason == "one part serves two purposes"


def test_other_mixtures_are_not_reset_after():
    missed(judge, gru())
    missed(judge, ugrnn())
