"""Graph: nodes by name, consumers, static shapes, names that are not there."""

from __future__ import annotations

import pytest

from tf1compat.errors import GraphError, UnknownNameError
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Graph, Use, Versions
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

PAIR = from_text("""
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    w = Const() dtype=float32; value=tensor(float32, [[1.0], [2.0], [3.0]])
    y = MatMul(x, w, ^x) T=float32; _output_shapes=[shape(None, 1)]
""")


def test_consumers_are_indexed_by_tensor_and_by_node() -> None:
    assert PAIR.uses[TensorRef("w")] == (Use("y", 1),)
    assert PAIR.uses_of_node["x"] == (Use("y", 0),)
    assert PAIR.waiting_for["x"] == ("y",)


def test_static_shapes_come_from_records_attributes_and_values() -> None:
    assert PAIR.static_shape(TensorRef("x")) == Shape.of(None, 3)
    assert PAIR.static_shape(TensorRef("w")) == Shape.of(3, 1)
    assert PAIR.static_shape(TensorRef("y")) == Shape.of(None, 1)
    assert PAIR.static_shape(TensorRef("nowhere")) == Shape()


def test_an_old_placeholder_of_scalar_shape_may_be_of_any_shape() -> None:
    text = "x = Placeholder() dtype=float32; shape=shape()"
    old = Graph(from_text(text).nodes, versions=Versions(producer=17))
    new = Graph(from_text(text).nodes, versions=Versions(producer=24))
    assert old.static_shape(TensorRef("x")) == Shape()
    assert new.static_shape(TensorRef("x")) == Shape.of()


def test_a_name_that_is_not_there_is_answered_with_the_nearest() -> None:
    graph = from_text("probabilities = Softmax()")
    with pytest.raises(
        UnknownNameError, match="'probabilites' is not in the graph; did you mean 'probabilities'"
    ):
        graph.find("probabilites")
    assert graph.find("probabilities:0") == TensorRef("probabilities")


def test_two_nodes_of_one_name_are_a_damaged_file() -> None:
    with pytest.raises(GraphError, match="two nodes of the graph are named 'x'"):
        from_text("x = NoOp()\nx = NoOp()").by_name  # noqa: B018


def test_find_refuses_an_output_that_a_node_does_not_have():
    graph = from_text("parts = Split() _output_shapes=[shape(2), shape(2)]")
    assert graph.find("parts:1") == TensorRef("parts", 1)
    with pytest.raises(UnknownNameError, match="'parts' has 2 outputs"):
        graph.find("parts:2")
