"""Draws by which samples differ whose mean is taken."""

import pytest

from tests.analysis.idioms.noise.drawn_text import UNIFORM
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.samples import sampling_draws
from tf1compat.analysis.idioms.noise.sites import find_noise
from tf1compat.graph.text import from_text

WEIGHTS = """
    w = VariableV2() dtype=float32; shape=shape(4, 3)
    other = VariableV2() dtype=float32; shape=shape(4, 3)
    first_axis = Const() dtype=int32; value=tensor(int32, 0)
    last_axis = Const() dtype=int32; value=tensor(int32, 1)
"""
LAID_OUT = """
    counts = Const() dtype=int32; value=tensor(int32, [5, 1])
    many = Tile(x, counts)
    mask = Round(u)
    dropped = Mul(many, mask)
    logits = MatMul(dropped, w)
    mean = Mean(logits, first_axis) _output_shapes=[shape(3)]
"""
APPLIED = """
    v = RandomUniform(shape) T=int32; dtype=float32
    mask = Round(u)
    second_mask = Round(v)
    dropped = Mul(x, mask)
    logits = MatMul(dropped, w)
    dropped_again = Mul(x, second_mask)
    logits_again = MatMul(dropped_again, w)
    runs = Pack(logits, logits_again) N=2
    mean = Mean(runs, first_axis) _output_shapes=[shape(None, 3)]
"""


def sampling(text: str, training: frozenset[str] = frozenset()) -> set[str]:
    graph = from_text(UNIFORM + WEIGHTS + text)
    return set(sampling_draws(ForwardGraph(graph, training), find_noise(graph)))


def test_samples_are_examples_that_are_laid_out_several_times():
    assert sampling(LAID_OUT) == {"u"}


def test_samples_are_applications_of_the_same_weights():
    assert sampling(APPLIED) == {"u", "v"}


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        (LAID_OUT, "first_axis)", "last_axis)"),
        (LAID_OUT, "[5, 1]", "[1, 5]"),
        (LAID_OUT, "shape(3)", "shape()"),
        (LAID_OUT, "Mul(many", "Mul(x"),
        (APPLIED, "MatMul(dropped_again, w)", "MatMul(dropped_again, other)"),
        (APPLIED, "first_axis)", "last_axis)"),
        (APPLIED, "Mul(x, second_mask)", "Mul(one, second_mask)"),
        (APPLIED, "Pack(logits, logits_again)", "Pack(logits, logits)"),
    ],
)
def test_other_means_are_of_no_samples(text: str, before: str, after: str):
    assert before in text
    assert sampling(text.replace(before, after)) == set()


def test_a_loss_is_no_mean_of_samples():
    assert sampling(LAID_OUT, frozenset({"mean"})) == set()
