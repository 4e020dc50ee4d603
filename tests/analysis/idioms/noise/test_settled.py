"""Draws whose numbers change nothing."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.settled import find_settled
from tf1compat.names import TensorRef

MASK = "sum = Add(keep, u)\nmask = Floor(sum)\ny = Mul(x, mask)\n"
KEPT = {TensorRef("keep"): 1.0}


def test_a_mask_is_settled_where_it_keeps_everything():
    graph = drawn(MASK)
    assert "u" not in find_settled(graph).draws
    settled = find_settled(graph, KEPT)
    assert "u" in settled.draws
    assert settled.points == {TensorRef("mask"): 1.0}


def test_a_draw_that_is_read_elsewhere_is_not_settled_and_its_mask_is():
    settled = find_settled(drawn(MASK + "z = MatMul(x, u)\n"), KEPT)
    assert "u" not in settled.draws
    assert TensorRef("mask") in settled.points


def test_what_only_training_reads_does_not_count():
    graph = drawn(MASK + "z = MatMul(x, u)\n")
    assert "u" in find_settled(graph, KEPT, ignored={"z"}).draws


def test_a_draw_that_is_an_output_itself_is_not_settled():
    graph = drawn(MASK)
    assert "u" not in find_settled(graph, KEPT, outputs=[TensorRef("u")]).draws
    assert "u" in find_settled(graph, KEPT, outputs=[TensorRef("mask")]).draws


@pytest.mark.parametrize("reader", ["Shape(u)", "ZerosLike(u)"])
def test_whose_size_alone_is_read_is_settled(reader: str):
    assert "u" in find_settled(drawn(f"y = {reader}\n")).draws
