"""Functions are cut between their arguments and their outputs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Function, make_node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.control_flow.functions import (
    Argument,
    cut_function,
    recorded_shapes,
    with_functions,
)

FLOAT = DType("float32")
GRAPH = from_text("""
    x = Placeholder() dtype=float32; _output_shapes=[shape(2)]
    parts = Split(x) num_split=2
    left = Neg(parts, ^outside) T=float32
    right = Add(left, parts:1, ^left) T=float32
    outside = NoOp()
    unused = Tanh(x) T=float32
""")
PARTS = [Argument("a", FLOAT, (TensorRef("parts"),)), Argument("b", FLOAT, (TensorRef("parts", 1),))]


def cut(arguments: Sequence[Argument], *outputs: str, outside: Sequence[str] = ()) -> Function:
    refs = [TensorRef.parse(each) for each in outputs]
    function = cut_function(GRAPH, "the/title", arguments, refs, outside=outside)
    assert lint(with_functions(GRAPH, function)) == ()
    return function


def test_only_what_lies_between_is_in_it() -> None:
    function = cut(PARTS, "right")
    assert [node.name for node in function.graph.nodes] == ["a", "b", "left", "right", "outside"]
    assert function.graph["right"].inputs == (TensorRef("left"), TensorRef("b"))
    assert function.inputs == ("a", "b")
    assert function.outputs == (TensorRef("right"),)


def test_nobody_waits_for_what_is_declared_outside() -> None:
    function = cut(PARTS, "right", outside=["outside"])
    assert "outside" not in function.graph
    assert function.graph["left"].control_inputs == ()
    assert function.graph["right"].control_inputs == ("left",)


def test_an_output_may_be_an_argument_by_either_name() -> None:
    assert cut(PARTS, "parts:1", "a").outputs == (TensorRef("b"), TensorRef("a"))


def test_extra_nodes_are_added_as_they_are() -> None:
    extra = make_node("more", "Neg", [TensorRef("a")], T=FLOAT)
    function = cut_function(GRAPH, "t", PARTS, [TensorRef("more")], extra=[extra])
    assert function.graph["more"] == extra
    assert function.outputs == (TensorRef("more"),)


def test_two_functions_share_a_name_only_when_they_are_the_same() -> None:
    assert cut(PARTS, "left").name == cut(PARTS, "left").name
    assert len({cut(PARTS, *outputs).name for outputs in (["left"], ["right"], ["right", "left"])}) == 3
    assert cut(PARTS, "left").name.startswith("the_title_")


def test_a_walk_that_leaves_the_function_is_refused_by_name() -> None:
    with pytest.raises(RewriteError, match=r"'x' \(Placeholder\) is read inside a loop or a branch"):
        cut(PARTS[:1], "right")


def test_shapes_are_those_that_the_file_recorded() -> None:
    refs = [TensorRef("x"), TensorRef("left")]
    assert recorded_shapes(GRAPH, refs) == (Shape.of(2), Shape())
