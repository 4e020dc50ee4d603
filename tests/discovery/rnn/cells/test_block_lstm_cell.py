import pytest

from tests.discovery.cell_text import lstm, matched, missed, step, weights
from tf1compat.discovery.rnn.cells.block_lstm_cell import judge


def block(attrs: str = "use_peephole=False; cell_clip=-1.0; forget_bias=1.0") -> str:
    body = f"~cell = LSTMBlockCell(~x, ~c, ~h, ~kernel, ~peep, ~peep, ~peep, ~bias) T=float32; {attrs}\n"
    return step(body, *weights(kernel=(8, 12), bias=(12,), peep=(3,)))


def test_a_block_cell_is_an_lstm():
    found = matched(judge, block(), "step/cell:6")
    assert (found.cell, found.units, found.features) == ("LSTM", 3, ("block",))
    assert found.input.node == "step/x"
    assert {part: (str(each.before), str(each.after)) for part, each in found.states.items()} == {
        "c": ("step/c:0", "step/cell:1"),
        "h": ("step/h:0", "step/cell:6"),
    }


def test_peepholes_and_clipping_are_features():
    found = matched(judge, block("use_peephole=True; cell_clip=3.0"), "step/cell:6")
    assert found.features == ("block", "peepholes", "clipped")


@pytest.mark.parametrize("output", range(6))
def test_its_other_outputs_are_no_new_state(output):
    assert missed(judge, block(), f"step/cell:{output}").reason.startswith(
        f"output {output} of LSTMBlockCell"
    )


def test_another_op_is_no_block_cell():
    assert missed(judge, lstm()).reason == "Mul where LSTMBlockCell is wanted"


def test_a_node_with_inputs_missing_is_none():
    found = missed(judge, block().replace("step/peep, step/bias)", "step/bias)"), "step/cell:6")
    assert found.reason == "7 inputs where 8 are wanted"
