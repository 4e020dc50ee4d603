from tests.discovery.cell_text import NAS_BODY, lstm, matched, missed, nas
from tf1compat.discovery.rnn.cells.nas import judge


def test_a_nas_cell_is_recognised():
    found = matched(judge, nas())
    assert (found.cell, found.units, found.features) == ("NAS", 3, ())
    assert found.input.node == "step/x"
    assert {part: (each.before.node, each.after.node) for part, each in found.states.items()} == {
        "c": ("step/c", "step/c_new"),
        "h": ("step/h", "step/h_new"),
    }


def test_a_bias_is_optional():
    assert (
        matched(judge, nas(NAS_BODY.replace("Split(~axis, ~h_sum)", "Split(~axis, ~h_product)"))).units == 3
    )


def test_a_projection_is_a_feature():
    body = NAS_BODY.replace("~h_new =", "~made =") + "~h_new = MatMul(~made, ~projection) T=float32\n"
    assert matched(judge, nas(body, projection=(3, 2))).features == ("projection",)


def test_another_formula_is_not_nas():
    found = missed(judge, nas(NAS_BODY.replace("~a_3 = Relu", "~a_3 = Tanh")))
    assert (found.reason, found.at) == ("Tanh where Relu is wanted", "step/a_3")


def test_parts_have_one_purpose_each():
    found = missed(judge, nas(NAS_BODY.replace("(~of_x:7,", "(~of_x:6,")))
    assert found.reason == "one part of 'x' serves two purposes"


def test_an_lstm_is_not_nas():
    missed(judge, lstm())
