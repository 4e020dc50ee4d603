import pytest

from tests.discovery.cell_text import gru, matched, missed, step, weights
from tf1compat.discovery.rnn.cells.block_gru_cell import judge

BODY = "~cell = GRUBlockCell(~x, ~h, ~w_ru, ~w_c, ~b_ru, ~b_c) T=float32\n"


def block() -> str:
    return step(BODY, *weights(w_ru=(8, 6), w_c=(8, 3), b_ru=(6,), b_c=(3,)))


def test_a_block_cell_is_a_gru():
    found = matched(judge, block(), "step/cell:3")
    assert (found.cell, found.units, found.features) == ("GRU", 3, ("block",))
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


@pytest.mark.parametrize("output", range(3))
def test_its_other_outputs_are_no_new_state(output):
    assert missed(judge, block(), f"step/cell:{output}").reason.startswith(f"output {output} of GRUBlockCell")


def test_another_op_is_no_block_cell():
    assert missed(judge, gru()).reason == "AddV2 where GRUBlockCell is wanted"


def test_a_node_with_inputs_missing_is_none():
    found = missed(judge, block().replace(", step/b_c)", ")"), "step/cell:3")
    assert found.reason == "5 inputs where 6 are wanted"
