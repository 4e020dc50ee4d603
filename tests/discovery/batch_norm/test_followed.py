"""Statistics that the forward pass moves, told from states, data and counters."""

import pytest

from tests.discovery.model_text import flow_of
from tf1compat.discovery.batch_norm.followed import find_followed
from tf1compat.names import TensorRef

MODEL = """
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    w = VariableV2() dtype=float32; shape=shape(3, 3)
    hidden = MatMul(x, w) T=float32
    kept = VariableV2() dtype=float32; shape=shape({shape})
    rate = Const() dtype=float32; value=tensor(float32, 0.5)
    rows = Const() dtype=int32; value=tensor(int32, 0)
    columns = Const() dtype=int32; value=tensor(int32, 1)
    mean = Mean(hidden, rows) T=float32
    widest = Max(hidden, columns) T=float32
    apart = Sub(kept, mean) T=float32
    delta = Mul(apart, rate) T=float32
    sizes = Shape(x) T=float32; out_type=int32
    size = Sum(sizes, rows) T=int32
    counted = Cast(size) SrcT=int32; DstT=float32
    moved = {write} T=float32
    y = Sub(hidden, moved) T=float32
"""
TRAINED = """
    square = Square(y) T=float32
    loss = Mean(square, rows) T=float32
    gradients/loss_grad/ones = Const() dtype=float32; value=tensor(float32, 1)
"""


def followed(write: str, shape: str = "3", *, trains: bool = False, kept: str = "") -> list[tuple[str, str]]:
    text = MODEL.format(write=write, shape=shape) + (TRAINED if trains else "")
    found = find_followed(flow_of(text), [TensorRef("y")], {}, {kept}, lambda name: name != "nowhere")
    return [(str(each.statistic), each.variable) for each in found]


@pytest.mark.parametrize("write", ["AssignSub(kept, delta)", "AssignAdd(kept, mean)"])
def test_what_a_statistic_is_mixed_into_is_read_from_its_variable(write: str):
    assert followed(write) == [("moved:0", "kept")]


def test_the_last_statistic_is_followed_in_training_alone():
    """A graph that does not train may well be meant to keep what it was last given."""
    assert followed("Assign(kept, mean)") == []
    assert followed("Assign(kept, mean)", trains=True) == [("moved:0", "kept")]


@pytest.mark.parametrize("write", ["Assign(kept, x)", "Assign(kept, widest)", "AssignAdd(kept, hidden)"])
def test_examples_that_are_kept_are_data_or_a_state(write: str):
    assert followed(write, trains=True) == []


def test_a_count_alone_is_no_statistic():
    assert followed("AssignAdd(kept, counted)", "") == []


def test_a_state_that_the_program_kept_is_none():
    assert followed("AssignSub(kept, delta)", kept="kept") == []
