"""The same value only where it cannot be another."""

from __future__ import annotations

import pytest

from tf1compat.analysis.same_value import same_value
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text("""
    x = Placeholder() dtype=float32
    z = Placeholder() dtype=float32
    a = Shape(x) T=float32; out_type=int32; _output_shapes=[shape(2)]
    copy = Identity(x) T=float32
    b = Shape(copy) T=float32; out_type=int32
    c = Shape(z) T=float32; out_type=int32
    d = Shape(x) T=float32; out_type=int64
    r = RandomUniform(a) dtype=float32; seed=1; seed2=1
    s = RandomUniform(a) dtype=float32; seed=1; seed2=1
    parts = Split(a, x) T=float32; num_split=2
""")


@pytest.mark.parametrize(("left", "right"), [("a", "a"), ("a", "b"), ("x", "copy")])
def test_equal(left: str, right: str) -> None:
    assert same_value(GRAPH, TensorRef(left), TensorRef(right))


@pytest.mark.parametrize(("left", "right"), [("a", "c"), ("a", "d"), ("x", "z"), ("r", "s"), ("a", "r")])
def test_not_known_to_be_equal(left: str, right: str) -> None:
    assert not same_value(GRAPH, TensorRef(left), TensorRef(right))


def test_outputs_of_one_node_are_told_apart() -> None:
    assert not same_value(GRAPH, TensorRef("parts", 0), TensorRef("parts", 1))
