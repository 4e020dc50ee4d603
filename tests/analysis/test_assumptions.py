import pytest

from tf1compat.analysis.assumptions import assumed_scalar
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

CHOSEN = from_text("""
    flag = Placeholder() dtype=bool; shape=shape()
    side = Switch(flag, flag) T=bool
    taken = Identity(side:1) T=bool
    left = Identity(side) T=bool
    low = Const(^taken) dtype=float32; value=tensor(float32, 0.5)
    full = Const(^left) dtype=float32; value=tensor(float32, 1.0)
    keep = Merge(full, low) T=float32
    turned = Select(flag, keep, full) T=float32
    handle = VarHandleOp() dtype=float32; shape=shape()
    read = ReadVariableOp(handle) dtype=float32
    rest = Sub(keep, read) T=float32
""")
KEEP, FLAG, HANDLE = TensorRef("keep"), TensorRef("flag"), TensorRef("handle")


@pytest.mark.parametrize(("value", "expected"), [(True, 0.5), (False, 1.0)])
def test_a_branch_gives_what_the_side_that_is_taken_gives(value: bool, expected: float):
    assert assumed_scalar(CHOSEN, KEEP, {FLAG: value}) == expected
    assert assumed_scalar(CHOSEN, TensorRef("turned"), {FLAG: value}) == expected


def test_nothing_follows_from_nothing():
    assert assumed_scalar(CHOSEN, KEEP, {}) is None
    assert assumed_scalar(CHOSEN, TensorRef("read"), {}) is None


def test_a_variable_that_is_given_is_given_wherever_it_is_read():
    assert assumed_scalar(CHOSEN, TensorRef("rest"), {FLAG: True, HANDLE: 0.25}) == 0.25
