"""The tools that every pass is made of."""

from __future__ import annotations

from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import make_node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import fresh_name, passing, redirect, redirected, substitute

GRAPH = from_text("""
    x = Placeholder() dtype=float32
    y = Split(x) T=float32_ref; num_split=2; _output_shapes=[shape(1), shape(2)]
    z = Add(y, y:1, ^x) T=float32
""")


def test_passing_keeps_name_type_first_shape_and_waits() -> None:
    node = passing(GRAPH["z"].with_attrs(_output_shapes=(Shape.of(3), Shape.of(4))), TensorRef("x"), "a_pass")
    assert (node.name, node.op, node.inputs) == ("z", "Identity", (TensorRef("x"),))
    assert (node.control_inputs, node.made_by) == (("x",), "a_pass")
    assert dict(node.attrs) == {"T": "float32", "_output_shapes": (Shape.of(3),)}


def test_passing_takes_the_reference_off_the_type() -> None:
    assert passing(GRAPH["y"], TensorRef("x"), "").dtype() == "float32"


def test_redirect_moves_the_readers_of_one_output_alone() -> None:
    moved = redirect(GRAPH, {TensorRef("y", 1): TensorRef("x")})
    assert moved["z"].inputs == (TensorRef("y"), TensorRef("x"))


def test_a_node_that_reads_nothing_replaced_is_the_same_node() -> None:
    assert redirected(GRAPH["z"], {TensorRef("x"): TensorRef("y")}) is GRAPH["z"]


def test_substitute_exchanges_in_place_and_adds_at_the_end() -> None:
    result = substitute(GRAPH, {"y": make_node("y", "Const")}, [make_node("more", "NoOp")])
    assert [(node.name, node.op) for node in result.nodes] == [
        ("x", "Placeholder"), ("y", "Const"), ("z", "Add"), ("more", "NoOp"),
    ]  # fmt: skip


def test_a_fresh_name_is_numbered_when_it_is_taken() -> None:
    assert fresh_name(GRAPH, "w") == "w"
    assert fresh_name({"w", "w_1"}, "w") == "w_2"
