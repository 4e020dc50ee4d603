"""Known predicates: the branch that is taken is all that is left."""

from __future__ import annotations

from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.decisions import take_known_branches

COND = """
    x = Placeholder() dtype=float32
    training = {0}
    pred = Identity(training) T=bool
    Switch = Switch(training, training) T=bool
    on = Identity(Switch:1) T=bool
    off = Identity(Switch) T=bool
    noise/Switch = Switch(x, pred) T=float32
    noise = Tanh(noise/Switch:1) T=float32
    mask = Const(^on) dtype=float32; value=tensor(float32, 2.0)
    product = Mul(noise, mask) T=float32
    plain/Switch = Switch(x, pred) T=float32
    plain = Identity(plain/Switch) T=float32
    Merge = Merge(plain, product) T=float32; N=2
    y = Identity(Merge) T=float32
"""
FALSE = COND.format("Const() dtype=bool; value=tensor(bool, False)")
TRUE = COND.format("Const() dtype=bool; value=tensor(bool, True)")
OPEN = COND.format("Placeholder() dtype=bool; shape=shape()")


def test_the_branch_that_is_not_taken_is_gone() -> None:
    graph = take_known_branches(from_text(FALSE)).graph
    assert lint(graph) == ()
    assert not {"noise", "mask", "product", "on"} & set(graph.by_name)
    assert graph["Merge"].op == "Identity"
    assert graph["Merge"].inputs == (TensorRef("plain"),)


def test_the_other_branch_is_left_when_the_predicate_holds() -> None:
    graph = take_known_branches(from_text(TRUE)).graph
    assert lint(graph) == ()
    assert "plain" not in graph
    assert graph["Merge"].inputs == (TensorRef("product"),)
    assert graph["noise"].inputs == (TensorRef("noise/Switch"),)
    assert graph["noise/Switch"].op == "Identity"


def test_an_open_predicate_is_left_alone() -> None:
    graph = from_text(OPEN)
    assert take_known_branches(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    once = take_known_branches(from_text(FALSE)).graph
    again = take_known_branches(once)
    assert (again.graph, again.count) == (once, 0)


def test_a_predicate_may_be_computed_from_constants() -> None:
    computed = OPEN.replace(
        "training = Placeholder() dtype=bool; shape=shape()",
        "given = Const() dtype=bool; value=tensor(bool, True)\n    training = LogicalNot(given)",
    )
    graph = take_known_branches(from_text(computed)).graph
    assert graph["Merge"].inputs == (TensorRef("plain"),)


def test_a_conditional_inside_a_dead_branch_dies_with_it() -> None:
    inner = """
        inner = Placeholder() dtype=bool; shape=shape()
        deep/Switch = Switch(noise, inner) T=float32
        deep = Tanh(deep/Switch:1) T=float32
        deep/Merge = Merge(deep/Switch, deep) T=float32; N=2
    """
    text = FALSE.replace("product = Mul(noise, mask)", "product = Mul(deep/Merge, mask)") + inner
    graph = take_known_branches(from_text(text)).graph
    assert lint(graph) == ()
    assert not {"deep", "deep/Merge", "deep/Switch"} & set(graph.by_name)
