import pytest

from tests.discovery.cell_text import convolved, lstm, matched, missed
from tests.discovery.loop_text import LSTM_BODY
from tf1compat.discovery.rnn.cells import lstm as plain
from tf1compat.discovery.rnn.cells.conv_lstm import judge

SKIP = LSTM_BODY.replace("~h_new =", "~made =") + "~h_new = ConcatV2(~made, ~x, ~axis) N=2; T=float32\n"


@pytest.mark.parametrize("ndims", [1, 2, 3])
def test_a_convolutional_lstm_is_recognised_in_any_dimension(ndims):
    found = matched(judge, convolved(ndims=ndims))
    assert (found.cell, found.units, found.features) == ("ConvLSTM", 3, ())
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


def test_a_skip_connection_is_part_of_the_state():
    found = matched(judge, convolved(SKIP))
    assert (found.units, found.features) == (3, ("skip_connection",))
    assert found.output == found.states["h"].after
    assert found.output.node == "step/h_new"


def test_joined_with_something_else_it_is_no_skip_connection():
    found = missed(judge, convolved(SKIP.replace("~made, ~x,", "~made, ~c,")))
    assert found.reason == "joined with something else than the input"


def test_matrix_products_make_it_a_plain_lstm_and_convolutions_do_not():
    assert "no linear form" in missed(judge, lstm()).reason
    assert "no linear form" in missed(plain.judge, convolved()).reason
