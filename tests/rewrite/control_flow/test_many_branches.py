"""Choices between many branches become choices between two."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.control_flow.conditionals import functionalise_conditionals
from tf1compat.rewrite.control_flow.many_branches import choose_between_two

CHOICE = """
    which = Placeholder() dtype=int32; shape=shape()
    x = Placeholder() dtype=float32; shape=shape(3)
    parts = _SwitchN(x, which) num_outs=3; T=float32
    zero = Neg(parts) T=float32
    one = Tanh(parts:1) T=float32
    two = Relu(parts:2) T=float32
    y = Merge(zero, one, two) T=float32; N=3
"""
BY_HAND = """
    p = Placeholder() dtype=bool; shape=shape()
    q = Placeholder() dtype=bool; shape=shape()
    x = Placeholder() dtype=float32; shape=shape(3)
    outer = Switch(x, p) T=float32
    inner = Switch(outer, q) T=float32
    a = Neg(outer:1) T=float32
    b = Tanh(inner) T=float32
    c = Relu(inner:1) T=float32
    y = Merge(b, a, c) T=float32; N=3
"""


def ops(graph: Graph) -> list[str]:
    bodies = [graph, *(each.graph for each in graph.functions.values())]
    return sorted(node.op for body in bodies for node in body.nodes)


def test_a_switch_of_many_becomes_a_row_of_switches() -> None:
    graph = choose_between_two(from_text(CHOICE)).graph
    assert lint(graph) == ()
    first, second = graph["parts"], graph["parts/1"]
    assert (first.op, second.op) == ("Switch", "Switch")
    assert graph["zero"].inputs == (TensorRef("parts", 1),)
    assert second.inputs[0] == TensorRef("parts")
    assert graph["one"].inputs == (TensorRef("parts/1", 1),)
    assert graph["two"].inputs == (TensorRef("parts/1"),)


@pytest.mark.parametrize("text", [CHOICE, BY_HAND], ids=["_SwitchN", "by hand"])
def test_a_merge_of_many_becomes_an_if_in_an_if(text: str) -> None:
    graph = functionalise_conditionals(choose_between_two(from_text(text)).graph).graph
    graph = prune(graph, ["y"]).graph
    assert lint(graph) == ()
    assert ops(graph).count("If") == 2
    assert not {"Merge", "Switch", "_SwitchN"} & set(ops(graph))
    assert [node.op for node in graph.nodes].count("If") == 1


def test_the_merge_keeps_its_name_and_parts_by_the_outer_predicate() -> None:
    graph = choose_between_two(from_text(BY_HAND)).graph
    first, second = graph["y"].inputs
    assert first == TensorRef("a")
    assert set(graph.producer(second).inputs) == {TensorRef("b"), TensorRef("c")}


def test_which_input_was_taken_is_counted_as_before() -> None:
    graph = choose_between_two(from_text(BY_HAND + "taken = Identity(y:1) T=int32\n")).graph
    chosen = graph.input(graph["taken"], 0)
    numbers = [graph.input(chosen, 0), *(graph.producer(ref) for ref in graph.input(chosen, 1).inputs)]
    assert [int(node.attrs["value"].array) for node in numbers] == [1, 2, 0]  # type: ignore[union-attr]
    done = functionalise_conditionals(graph).graph
    assert lint(done) == ()
    assert "Merge" not in ops(prune(done, ["taken"]).graph)


def test_a_merge_of_two_is_left_alone() -> None:
    text = "p = Placeholder() dtype=bool\ns = Switch(p, p) T=bool\ny = Merge(s, s:1) T=bool; N=2"
    graph = from_text(text)
    assert choose_between_two(graph).graph is graph


@pytest.mark.parametrize("text", [CHOICE, BY_HAND], ids=["_SwitchN", "by hand"])
def test_a_second_run_finds_nothing(text: str) -> None:
    once = choose_between_two(from_text(text)).graph
    again = choose_between_two(once)
    assert (again.graph, again.count) == (once, 0)


def test_a_merge_whose_choice_is_not_seen_is_refused_later() -> None:
    text = BY_HAND.replace("c = Relu(inner:1)", "c = Relu(x)")
    graph = choose_between_two(from_text(text)).graph
    with pytest.raises(RewriteError, match=r"'y' \(Merge\) joins 3 branches"):
        functionalise_conditionals(graph)
