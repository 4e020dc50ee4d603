"""The walk that ranges and quantiles share."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.numbers import Numbers, chances_of, loop_invariant
from tf1compat.analysis.idioms.noise.quantiles import Quantiles
from tf1compat.analysis.idioms.noise.ranges import Ranges
from tf1compat.names import TensorRef

KINDS = pytest.mark.parametrize("kind", [Ranges, Quantiles])
#: What is as it was, arranged otherwise.
ARRANGED = [
    "y = Reshape(u, shape)",
    "y = ExpandDims(u, zero)",
    "y = Tile(u, shape)",
    "y = Identity(u)",
    'y = Enter(u) frame_name="f"',
    "y = Fill(shape, u)",
]


@KINDS
@pytest.mark.parametrize("text", ARRANGED)
def test_what_only_arranges_numbers_gives_them_on(kind: type[Numbers], text: str):
    numbers = kind(drawn(text))
    found, before = numbers.of(TensorRef("y")), numbers.of(TensorRef("u"))
    assert found is not None
    assert before is not None
    assert found.tolist() == before.tolist()


@KINDS
def test_the_branch_that_is_taken_is_followed(kind: type[Numbers]):
    text = """
        flag = Placeholder() dtype=bool; shape=shape()
        given = Switch(u, flag)
        doubled = Mul(given:1, zero)
        y = Merge(given, doubled) N=2
    """
    graph = drawn(text)
    assert kind(graph).of(TensorRef("y")) is None
    taken = kind(graph, {TensorRef("flag"): True}).of(TensorRef("y"))
    assert taken is not None
    assert taken.max() == 0


@KINDS
def test_a_value_that_is_not_a_number_is_not_known(kind: type[Numbers]):
    assert kind(drawn("minus = Neg(one)\ny = Log(minus)")).of(TensorRef("y")) is None


@KINDS
@pytest.mark.parametrize("operand", ["y = Floor(x)", "sum = Add(u, x)\ny = Floor(sum)"])
def test_what_is_fed_has_no_numbers(kind: type[Numbers], operand: str):
    assert kind(drawn(operand)).of(TensorRef("y")) is None


def test_a_merge_of_branches_is_no_loop():
    graph = drawn("flag = Placeholder() dtype=bool\ngiven = Switch(u, flag)\ny = Merge(given, given:1) N=2\n")
    assert loop_invariant(graph, graph["y"]) is None


def test_the_chances_of_classes_are_those_of_every_row():
    scores = "s = Const() dtype=float32; value=tensor(float32, {0})\nc = Const() dtype=int32; value=tensor(int32, 1)\n"
    draw = "y = Multinomial(s, c)\n"
    alike = drawn(scores.format([[0.0, 0.0], [1.0, 1.0]]) + draw)
    assert chances_of(alike, alike["y"]) is None  # they are told row by row alone
    same = drawn(scores.format([[0.0, 0.0], [0.0, 0.0]]) + draw)
    found = chances_of(same, same["y"])
    assert found is not None
    assert found.tolist() == [0.5, 0.5]
