from tests.discovery.cell_text import UGRNN_BODY, gru, gru_reset_after, matched, missed, step, ugrnn, weights
from tf1compat.discovery.rnn.cells import CELLS
from tf1compat.discovery.rnn.cells.cell import CellMatch
from tf1compat.discovery.rnn.cells.ugrnn import judge
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

#: The state of `IntersectionRNNCell`: the same mean, of a product that has four parts.
INTERSECTION_BODY = UGRNN_BODY.replace(
    "~split = Split(~axis, ~sum) num_split=2",
    """~begin = Const() dtype=int32; value=tensor(int32, [0, 0])
    ~ones = Const() dtype=int32; value=tensor(int32, [1, 1])
    ~split = StridedSlice(~sum, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]
    ~second = StridedSlice(~sum, ~begin, ~begin, ~ones) T=float32; _output_shapes=[shape(None, 3)]""",
).replace("~split:1", "~second")


def test_a_ugrnn_is_recognised():
    found = matched(judge, ugrnn())
    assert (found.cell, found.units, found.features) == ("UGRNN", 3, ())
    assert (found.input.node, found.states["h"].before.node) == ("step/x", "step/h")


def test_an_intersection_cell_s_state_is_not_a_ugrnn_s():
    assert missed(judge, ugrnn(INTERSECTION_BODY, columns=12)).reason == "2 of 4 parts are used"
    shapeless = INTERSECTION_BODY.replace("; _output_shapes=[shape(None, 3)]", "")
    assert "is not known" in missed(judge, ugrnn(shapeless, columns=12)).reason


def test_an_intersection_cell_s_state_is_no_known_cell_s_at_all():
    graph = from_text(ugrnn(INTERSECTION_BODY, columns=12))
    outcomes = [kind.judge(graph, TensorRef("step/h_new")) for kind in CELLS]
    assert not any(isinstance(each, CellMatch) for each in outcomes)


def test_a_candidate_that_sees_the_input_alone_is_not_a_ugrnn_s():
    body = UGRNN_BODY.replace("Tanh(~split:1)", "Tanh(~apart)") + "~apart = MatMul(~x, ~own) T=float32\n"
    found = missed(judge, step(body, *weights(kernel=(8, 6), bias=(6,), own=(5, 3))))
    assert found.reason == "'candidate' is no linear form of input and state"


def test_grus_are_not_ugrnns():
    missed(judge, gru())
    missed(judge, gru_reset_after())
