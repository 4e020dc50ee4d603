"""Single calls of a cell: their states are results, and what is inside of them is none."""

from tests.discovery.cell_text import gru, lstm, rnn
from tests.discovery.outputs.two_networks import arranged


def offered(text: str) -> dict[str, str]:
    outside = text.replace("(^step/step)", "()")
    return {str(each.tensor): each.role for each in arranged(outside).outputs if each.signature}


def test_both_states_of_an_lstm_are_given_and_no_gate() -> None:
    assert offered(lstm()) == {"step/c_new:0": "state", "step/h_new:0": "state"}


def test_the_state_of_a_gru_is_given() -> None:
    assert offered(gru()) == {"step/h_new:0": "state"}


def test_a_layer_that_looks_like_a_plain_cell_stays_a_layer() -> None:
    assert offered(rnn()) == {"step/h_new:0": "value"}
