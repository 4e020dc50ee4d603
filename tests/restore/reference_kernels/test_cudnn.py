"""cuDNN's formulas, on numbers small enough to follow by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tf1compat.restore.reference_kernels.cudnn import Gate, cudnn_rnn
from tf1compat.restore.reference_kernels.cudnn_gates import buffer_gates, by_layer, canonical_gates


def gate(kernel: float | None, hidden: float, bias: float = 0.0, hidden_bias: float = 0.0) -> Gate:
    matrix = None if kernel is None else np.array([[kernel]])
    return Gate(matrix, np.array([[hidden]]), np.array([bias]), np.array([hidden_bias]))


def sequence(*values: float) -> Any:
    return np.array(values, np.float32).reshape(-1, 1, 1)


def state(*values: float) -> Any:
    return np.array(values, np.float32).reshape(-1, 1, 1)


def sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def test_a_plain_network_adds_its_input_and_its_past() -> None:
    outputs, final = cudnn_rnn("rnn_relu", [[[gate(2.0, 0.5, 0.1, 0.2)]]], sequence(1, -9, 1), (state(1),))
    assert outputs.ravel().tolist() == pytest.approx([2.8, 0.0, 2.3])
    assert final.ravel().tolist() == pytest.approx([2.3])


def test_an_lstm_has_its_gates_in_the_order_input_forget_new_output() -> None:
    gates = [gate(1, 0), gate(0, 0, 2), gate(3, 0), gate(0, 0, 0, 4)]
    outputs, hidden, cell = cudnn_rnn("lstm", [[gates]], sequence(0.5), (state(0), state(0.7)))
    kept = sigmoid(2) * 0.7 + sigmoid(0.5) * np.tanh(1.5)
    assert cell.item() == pytest.approx(kept)
    assert hidden.item() == outputs.item() == pytest.approx(sigmoid(4) * np.tanh(kept))


def test_a_gru_scales_what_it_has_of_the_past_bias_included() -> None:
    gates = [gate(0, 0, 0.3), gate(0, 0, -0.2), gate(1, 2, 0.1, 0.5)]
    _, hidden = cudnn_rnn("gru", [[gates]], sequence(0.4), (state(0.6),))
    new = np.tanh(0.4 + 0.1 + sigmoid(0.3) * (2 * 0.6 + 0.5))
    assert hidden.item() == pytest.approx((1 - sigmoid(-0.2)) * new + sigmoid(-0.2) * 0.6)


def test_the_backward_direction_starts_at_the_end_of_each_sequence() -> None:
    layer = [[gate(1, 1)], [gate(1, 1)]]
    values = np.repeat(sequence(1, 2, 4), 2, axis=1)
    outputs, final = cudnn_rnn("rnn_relu", [layer], values, (np.zeros((2, 2, 1), "f"),), np.int32([3, 2]))
    assert outputs[:, 0].tolist() == [[1, 7], [3, 6], [7, 4]]
    assert outputs[:, 1].tolist() == [[1, 3], [3, 2], [0, 0]]
    assert final[:, :, 0].tolist() == [[7, 3], [7, 3]]


def test_batch_major_has_examples_first_in_states_too() -> None:
    values, start = np.zeros((5, 3, 1), "f"), np.zeros((5, 2, 1), "f")
    outputs, final = cudnn_rnn("rnn_tanh", [[[gate(1, 1)]]] * 2, values, (start,), time_major=False)
    assert (outputs.shape, final.shape) == ((5, 3, 1), (5, 2, 1))


def test_a_skipped_input_is_added_as_it_is() -> None:
    outputs, _ = cudnn_rnn("rnn_relu", [[[gate(None, 0, 1)]]], sequence(2), (state(0),))
    assert outputs.item() == 3


def test_a_canonical_lstm_kernel_has_its_gates_in_the_order_input_new_forget_output() -> None:
    weights = {"kernel": np.array([[1.0, 2, 3, 4], [10, 20, 30, 40]]), "bias": np.array([1.0, 2, 3, 4])}
    gates = canonical_gates("lstm", weights, skips_input=False)
    assert [each.kernel.item() for each in gates if each.kernel is not None] == [1, 3, 2, 4]
    assert [each.hidden_kernel.item() for each in gates] == [10, 30, 20, 40]
    assert [each.bias.item() + each.hidden_bias.item() for each in gates] == [1, 3, 2, 4]


def test_a_buffer_holds_all_matrices_before_all_biases() -> None:
    rows = buffer_gates(
        "rnn_tanh", np.arange(13.0), rows=2, directions=1, units=1, inputs=6, skips_input=False
    )
    (first,), (second,) = rows
    assert [each.tolist() for each in (first.kernel, first.hidden_kernel) if each is not None] == [
        [[0, 1, 2, 3, 4, 5]],
        [[6]],
    ]
    assert (second.kernel, second.hidden_kernel) == (np.array([[7]]), np.array([[8]]))
    assert [each.item() for each in (first.bias, first.hidden_bias, second.bias)] == [9, 10, 11]
    assert [len(each) for each in by_layer(rows, 2)] == [2]
