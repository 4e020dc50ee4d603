from __future__ import annotations

from tests.discovery.loop_text import variable
from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn.arrangements.cudnn import find_cudnn
from tf1compat.graph.text import from_text

GIVEN = (
    variable("cudnn_lstm/opaque_kernel", 736)
    + """
    x = Placeholder() dtype=float32; shape=shape(None, None, 5)
    h0 = Placeholder() dtype=float32; shape=shape(4, None, 3)
    c0 = Placeholder() dtype=float32; shape=shape(4, None, 3)
    lengths = Placeholder() dtype=int32; shape=shape(None)
    swap = Const() dtype=int32; value=tensor(int32, [1, 0, 2])
    """
)
READ = "cudnn_lstm/opaque_kernel/read"
LSTM = f"cudnn_lstm/CudnnRNN = CudnnRNN(x, h0, c0, {READ}) T=float32; rnn_mode='lstm'; direction='{{}}'\n"


def found(text: str) -> tuple[Rnn, ...]:
    return find_cudnn(from_text(GIVEN + text), frozenset())


def rows(rnn: Rnn) -> list[dict[str, tuple[int, int, int]]]:
    return [
        {part: (each.axis, each.begin, each.size) for part, each in layer.slices.items()}
        for layer in rnn.layers
    ]


def test_a_cudnn_lstm_is_described_as_a_whole():
    (rnn,) = found(LSTM.format("unidirectional"))
    assert (rnn.scope, rnn.kind, rnn.direction, rnn.time_major) == ("cudnn_lstm", "cudnn", "forward", True)
    assert (str(rnn.inputs), str(rnn.outputs), rnn.sequence_length) == ("x:0", "cudnn_lstm/CudnnRNN:0", None)
    layer = rnn.layers[0]
    assert (layer.cell, layer.units) == ("LSTM", 3)
    assert {part: str(each) for part, each in layer.initial_state.items()} == {"c": "c0:0", "h": "h0:0"}
    assert {part: str(each) for part, each in layer.final_state.items()} == {
        "c": "cudnn_lstm/CudnnRNN:2",
        "h": "cudnn_lstm/CudnnRNN:1",
    }


def test_the_states_of_all_layers_lie_in_one_tensor_layer_after_layer():
    (rnn,) = found(LSTM.format("unidirectional"))
    assert rows(rnn) == [{"c": (0, row, 1), "h": (0, row, 1)} for row in range(4)]


def test_two_directions_are_two_networks_that_take_turns_in_the_state():
    forward, backward = found(LSTM.format("bidirectional"))
    assert (forward.direction, backward.direction) == ("forward", "backward")
    assert [each["h"] for each in rows(forward)] == [(0, 0, 1), (0, 2, 1)]
    assert [each["h"] for each in rows(backward)] == [(0, 1, 1), (0, 3, 1)]


def test_the_variables_are_the_canonical_weights_of_layer_and_direction():
    _, backward = found(LSTM.format("bidirectional"))
    start = "cudnn_lstm/stack_bidirectional_rnn/cell_1/bidirectional_rnn/bw/cudnn_compatible_lstm_cell"
    assert backward.layers[1].variables == (f"{start}/kernel", f"{start}/bias")


def test_other_cells_have_one_state():
    for mode, cell in {"gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}.items():
        (rnn,) = found(LSTM.format("unidirectional").replace("'lstm'", f"'{mode}'"))
        assert {(layer.cell, *layer.final_state) for layer in rnn.layers} == {(cell, "h")}


V3 = f"v/CudnnRNNV3 = CudnnRNNV3(x, h0, c0, {READ}, {{}}) T=float32; rnn_mode='lstm'; time_major={{}}\n"


def test_lengths_that_the_author_gave_are_told():
    (rnn,) = found(V3.format("lengths", True))
    assert (str(rnn.sequence_length), rnn.time_major) == ("lengths:0", True)


def test_lengths_that_tensorflow_filled_in_are_not():
    (rnn,) = found("filled = Fill(lengths, lengths) T=int32\n" + V3.format("filled", True))
    assert rnn.sequence_length is None


def test_batch_major_states_have_their_layers_on_the_second_axis():
    states = GIVEN.replace("shape(4, None, 3)", "shape(None, 4, 3)")
    (rnn,) = find_cudnn(from_text(states + V3.format("lengths", False)), frozenset())
    assert rnn.time_major is False
    assert rows(rnn)[3] == {"c": (1, 3, 1), "h": (1, 3, 1)}


def test_transposes_of_the_layer_itself_are_seen_through():
    net = LSTM.format("unidirectional").replace("CudnnRNN(x,", "CudnnRNN(cudnn_lstm/turned,")
    text = "cudnn_lstm/turned = Transpose(x, swap) T=float32\n" + net
    (rnn,) = found(text + "cudnn_lstm/back = Transpose(cudnn_lstm/CudnnRNN, swap) T=float32\n")
    assert (str(rnn.inputs), str(rnn.outputs), rnn.time_major) == ("x:0", "cudnn_lstm/back:0", False)


def test_one_direction_whose_inputs_and_outputs_are_turned_around_is_backward():
    net = LSTM.format("unidirectional").replace("CudnnRNN(x,", "CudnnRNN(turned,")
    text = (
        "time = Const() dtype=int32; value=tensor(int32, [0])\nturned = ReverseV2(x, time) T=float32\n" + net
    )
    assert [rnn.direction for rnn in found(text)] == ["forward"]
    (rnn,) = found(text + "back = ReverseV2(cudnn_lstm/CudnnRNN, time) T=float32\n")
    assert (rnn.direction, str(rnn.inputs), str(rnn.outputs)) == ("backward", "x:0", "back:0")


def test_a_buffer_that_is_joined_of_variables_names_them():
    pieces = variable("kernel", 60) + variable("bias", 24)
    joined = "axis = Const() dtype=int32; value=tensor(int32, 0)\n"
    joined += "params = ConcatV2(kernel/read, bias/read, axis) T=float32; N=2\n"
    (rnn,) = found(pieces + joined + LSTM.format("unidirectional").replace(READ, "params"))
    assert rnn.layers[0].variables == ("kernel", "bias")


def test_ops_of_the_training_are_left_out():
    graph = from_text(GIVEN + LSTM.format("unidirectional"))
    assert find_cudnn(graph, frozenset({"cudnn_lstm/CudnnRNN"})) == ()
