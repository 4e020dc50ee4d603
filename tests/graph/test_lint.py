"""Lint names every reference that leads nowhere."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.graph.lint import lint
from tf1compat.graph.model import Function
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef


def test_a_sound_graph_has_no_problems() -> None:
    assert lint(from_text("a = Placeholder()\nb = Identity(a)")) == ()


def test_dangling_inputs_are_named() -> None:
    problems = lint(from_text("b = Identity(a, ^c)"))
    assert problems == (
        "graph: 'b' reads 'a:0', which is not there",
        "graph: 'b' waits for 'c', which is not there",
    )


def test_functions_are_looked_into() -> None:
    body = from_text("x = _Arg() T=float32\ny = Identity(z)")
    function = Function("f", body, ("other",), (TensorRef("gone"),))
    problems = lint(replace(from_text("a = NoOp()"), functions={"f": function}))
    assert len(problems) == 3
    assert all(problem.startswith("function f: ") for problem in problems)
