from tests.discovery.loop_text import (
    GIVEN,
    LSTM,
    RNN,
    RNN_BODY,
    RNN_INVARIANTS,
    RNN_WEIGHTS,
    dynamic_rnn,
    variable,
)
from tf1compat.discovery.pattern import Mismatch
from tf1compat.discovery.rnn.cells import CellMatch
from tf1compat.discovery.rnn.cells.basic_rnn import judge
from tf1compat.discovery.rnn.loops import find_loops
from tf1compat.graph.text import from_text


def judged(text: str) -> CellMatch | Mismatch:
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    return judge(graph, loop, loop.states[-1])


def test_a_plain_cell_is_recognised():
    found = judged(RNN)
    assert isinstance(found, CellMatch)
    assert (found.cell, found.units, found.output.node) == ("RNN", 3, "rnn/while/h_new")


def test_any_activation_will_do():
    body = RNN_BODY.replace("Tanh", "Relu")
    assert isinstance(
        judged(GIVEN + RNN_WEIGHTS + dynamic_rnn(body, {"h": "zeros"}, RNN_INVARIANTS)), CellMatch
    )


def test_units_come_from_a_resource_variable_too():
    weights = """
        kernel = VarHandleOp() dtype=float32; shape=shape(8, 3); _output_shapes=[shape()]
        kernel/read = ReadVariableOp(kernel) dtype=float32
    """ + variable("bias", 3)
    found = judged(GIVEN + weights + dynamic_rnn(RNN_BODY, {"h": "zeros"}, RNN_INVARIANTS))
    assert isinstance(found, CellMatch)
    assert found.units == 3


def test_a_layer_that_reads_another_state_is_no_cell():
    body = (
        RNN_BODY.replace("ConcatV2(~x, ~h,", "ConcatV2(~x, ~other,") + "~other_new = Neg(~other) T=float32\n"
    )
    text = GIVEN + RNN_WEIGHTS + dynamic_rnn(body, {"other": "zeros", "h": "zeros"}, RNN_INVARIANTS)
    found = judged(text)
    assert isinstance(found, Mismatch)
    assert "does not read the state" in found.reason


def test_an_lstm_is_no_plain_cell():
    assert isinstance(judged(LSTM), Mismatch)
