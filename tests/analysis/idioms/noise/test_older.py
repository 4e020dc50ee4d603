"""Which of two values is the state of before."""

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.older import applies_weights, older_of
from tf1compat.names import TensorRef

STEP = """
    w = VariableV2() dtype=float32; shape=shape(4, 4)
    w/read = Identity(w) T=float32
    turned = MatMul(x, w/read)
    new = Tanh(turned)
    plain = Tanh(x)
"""
LOOP = """
    enter = Enter(x) frame_name="f"
    merge = Merge(enter, next) N=2
    flag = Placeholder() dtype=bool
    going = LoopCond(flag)
    switch = Switch(merge, going)
    old = Identity(switch:1)
    new = Tanh(old)
    next = NextIteration(new)
"""


def older(text: str, one: str, other: str) -> list[bool]:
    return older_of(drawn(text), TensorRef(one), TensorRef(other))


def test_a_value_that_another_is_computed_from_by_weights_is_older():
    assert older(STEP, "x", "new") == [True, False]
    assert older(STEP, "new", "x") == [False, True]


def test_a_value_that_another_is_computed_from_without_weights_is_not():
    assert older(STEP, "x", "plain") == [False, False]
    assert older(STEP, "plain", "new") == [False, False]


def test_what_a_loop_carries_is_older():
    assert older(LOOP, "old", "new") == [True, False]
    assert older(LOOP, "new", "old") == [False, True]
    assert older(LOOP, "old", "old") == [False, False]


def test_weights_may_come_into_a_branch():
    branch = (
        STEP + "flag = Placeholder() dtype=bool\ngiven = Switch(x, flag)\nweights = Switch(w/read, flag)\n"
    )
    applied = drawn(branch + "y = MatMul(given:1, weights:1)\n")
    assert applies_weights(applied, TensorRef("y"))
    assert not applies_weights(drawn(branch + "y = Tanh(given:1)\n"), TensorRef("y"))
