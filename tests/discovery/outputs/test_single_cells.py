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


def test_a_call_in_one_branch_of_a_conditional_is_none() -> None:
    """As a step of an unrolled network stands that examples which have ended leave out."""
    before = "step/h = Placeholder() dtype=float32; shape=shape(None, 3)\n"
    assert before in gru()
    branch = (
        "fed = Placeholder() dtype=float32; shape=shape(None, 3)\n"
        "ended = Placeholder() dtype=bool; shape=shape()\n"
        "step/h = Switch(fed, ended) T=float32\n"
    )
    assert "step/h_new:0" not in offered(gru().replace(before, branch))
