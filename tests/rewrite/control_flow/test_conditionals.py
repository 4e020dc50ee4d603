"""v1 conditionals become functional If nodes: branches, captures, several results, nesting."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.control_flow.conditionals import functionalise_conditionals

COND = """
    p = Placeholder() dtype=bool; shape=shape()
    x = Placeholder() dtype=float32
    y = Placeholder() dtype=float32
    s = Switch(p, p) T=bool
    yes = Identity(s:1) T=bool
    no = Identity(s) T=bool
    id = Identity(p) T=bool
    x/Switch = Switch(x, id) T=float32
    y/Switch = Switch(y, id) T=float32
    sum = Add(x/Switch:1, y/Switch:1) T=float32
    tanh = Tanh(x/Switch) T=float32
    Merge = Merge(tanh, sum) T=float32; N=2; _output_shapes=[shape(None, 3), shape()]
    result = Neg(Merge) T=float32
"""
CONSTANTS = COND.replace(
    "Add(x/Switch:1, y/Switch:1) T=float32", "Const(^yes) dtype=float32; value=tensor(float32, 1.0)"
).replace("Tanh(x/Switch) T=float32", "Const(^no) dtype=float32; value=tensor(float32, 0.0)")
TWO = (
    COND
    + """
    second = Merge(x/Switch, y/Switch:1) T=float32; N=2
"""
)
NESTED = COND.replace("tanh = Tanh(x/Switch) T=float32", """
    q = Less(x/Switch, x/Switch) T=float32
    inner/Switch = Switch(x/Switch, q) T=float32
    neg = Neg(inner/Switch:1) T=float32
    tanh = Merge(inner/Switch, neg) T=float32; N=2
""")  # fmt: skip


def conditional(graph: Graph) -> tuple[Node, Function, Function]:
    (node,) = (each for each in graph.nodes if each.op == "If")
    names = [node.attrs[key] for key in ("then_branch", "else_branch")]
    then, otherwise = (graph.functions[each.name] for each in names if isinstance(each, FunctionRef))
    return node, then, otherwise


@pytest.mark.parametrize("text", [COND, CONSTANTS, TWO, NESTED], ids=["plain", "constants", "two", "nested"])
def test_no_merge_is_left_and_the_graph_is_sound(text: str) -> None:
    graph = functionalise_conditionals(from_text(text)).graph
    assert lint(graph) == ()
    graphs = [graph, *(each.graph for each in graph.functions.values())]
    assert not [node for each in graphs for node in each.nodes if node.op == "Merge"]
    assert not [node for each in graphs[1:] for node in each.nodes if node.op == "Switch"]


def test_each_branch_computes_its_side() -> None:
    node, then, otherwise = conditional(functionalise_conditionals(from_text(COND)).graph)
    assert node.inputs == (TensorRef("p"), TensorRef("x"), TensorRef("y"))
    assert then.outputs == (TensorRef("sum"),)
    assert [ref.node for ref in then.graph["sum"].inputs] == list(then.inputs)
    assert otherwise.outputs == (TensorRef("tanh"),)
    assert otherwise.graph["tanh"].inputs == (TensorRef(otherwise.inputs[0]),)


def test_the_merge_keeps_its_name() -> None:
    graph = functionalise_conditionals(from_text(COND)).graph
    assert graph["Merge"].op == "Identity"
    assert graph.input(graph["Merge"], 0).op == "If"
    assert graph["result"].inputs == (TensorRef("Merge"),)


def test_branches_of_constants_are_told_apart_by_their_control_edges() -> None:
    _, then, otherwise = conditional(functionalise_conditionals(from_text(CONSTANTS)).graph)
    values = [each.graph.producer(each.outputs[0]).attrs["value"].array for each in (then, otherwise)]  # type: ignore[union-attr]
    assert [float(each) for each in values] == [1.0, 0.0]


def test_results_of_one_predicate_come_from_one_conditional() -> None:
    node, then, otherwise = conditional(functionalise_conditionals(from_text(TWO)).graph)
    assert len(then.outputs) == len(otherwise.outputs) == 2
    assert node.attrs["Tout"] == ("float32", "float32")


def test_an_inner_conditional_becomes_an_if_of_the_branch() -> None:
    graph = prune(functionalise_conditionals(from_text(NESTED)).graph, ["result"]).graph
    _, then, otherwise = conditional(graph)
    assert [node.op for node in otherwise.graph.nodes].count("If") == 1
    assert [node.op for node in then.graph.nodes].count("If") == 0


def test_the_number_of_the_branch_that_was_taken_may_be_read() -> None:
    graph = functionalise_conditionals(from_text(COND + "    which = Identity(Merge:1) T=int32\n")).graph
    assert lint(graph) == ()
    choice = graph.input(graph["which"], 0)
    assert choice.op == "Select"
    assert [int(graph.input(choice, position).attrs["value"].array) for position in (1, 2)] == [1, 0]  # type: ignore[union-attr]


def test_what_is_read_without_a_switch_is_captured() -> None:
    text = (
        COND.replace("Add(x/Switch:1, y/Switch:1)", "Add(x/Switch:1, z)")
        + "    z = Placeholder() dtype=float32\n"
    )
    graph = functionalise_conditionals(from_text(text)).graph
    assert lint(graph) == ()
    assert TensorRef("z") in conditional(graph)[0].inputs


def test_a_graph_without_conditionals_is_left_alone() -> None:
    graph = from_text("x = Placeholder() dtype=float32\ny = Tanh(x) T=float32")
    assert functionalise_conditionals(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    once = functionalise_conditionals(from_text(COND)).graph
    assert functionalise_conditionals(once).graph is once


def test_a_merge_without_a_predicate_is_refused_by_name() -> None:
    with pytest.raises(RewriteError, match=r"'m' \(Merge\) joins 2 branches, and no predicate was found"):
        functionalise_conditionals(
            from_text("x = Placeholder() dtype=float32\nm = Merge(x, x) T=float32; N=2")
        )


def test_a_constant_stands_against_what_is_computed() -> None:
    mixed = COND.replace("Tanh(x/Switch) T=float32", "Const(^no) dtype=float32; value=tensor(float32, 0.0)")
    node, then, otherwise = conditional(functionalise_conditionals(from_text(mixed)).graph)
    assert node.inputs[0] == TensorRef("p")
    assert otherwise.graph.producer(otherwise.outputs[0]).op == "Const"
    assert then.outputs == (TensorRef("sum"),)


def test_what_goes_through_two_switches_comes_in_once() -> None:
    """TF 0.12 switches a tensor that a branch returns as it was given twice."""
    twice = COND.replace(
        "tanh = Tanh(x/Switch) T=float32",
        "again = Switch(x/Switch, id) T=float32\n    tanh = Identity(again) T=float32",
    )
    graph = prune(functionalise_conditionals(from_text(twice)).graph, ["result"]).graph
    node, _, _ = conditional(graph)
    assert set(node.inputs[1:]) == {TensorRef("x"), TensorRef("y")}
    assert not [each for each in graph.nodes if each.op == "Switch"]


def test_a_later_conditional_of_the_same_predicate_is_one_of_its_own() -> None:
    text = COND + """
        m/Switch = Switch(Merge, id) T=float32
        double = Add(m/Switch:1, m/Switch:1) T=float32
        later = Merge(m/Switch, double) T=float32; N=2
    """  # fmt: skip
    graph = prune(functionalise_conditionals(from_text(text)).graph, ["later"]).graph
    assert lint(graph) == ()
    first, second = (node for node in graph.nodes if node.op == "If")
    assert TensorRef("Merge") in second.inputs
    assert TensorRef("Merge") not in first.inputs


def test_what_a_branch_waits_for_outside_comes_before_the_conditional() -> None:
    text = COND.replace("Tanh(x/Switch)", "Tanh(x/Switch, ^check)") + "    check = Assert(p, y) T=[float32]\n"
    graph = functionalise_conditionals(from_text(text)).graph
    assert lint(graph) == ()
    node, _, otherwise = conditional(graph)
    assert node.control_inputs == ("check",)
    assert otherwise.graph["tanh"].control_inputs == ()


def test_what_waits_inside_a_branch_waits_there() -> None:
    text = COND.replace("Tanh(x/Switch)", "Tanh(x/Switch, ^check)") + (
        "    check = Assert(s, x/Switch) T=[float32]\n"
    )
    node, then, otherwise = conditional(functionalise_conditionals(from_text(text)).graph)
    assert node.control_inputs == ()
    assert otherwise.graph["tanh"].control_inputs == ("check",)
    assert "check" not in then.graph


def test_arguments_give_way_to_the_authors_names() -> None:
    text = COND.replace("tanh", "capture_1")
    _, _, otherwise = conditional(functionalise_conditionals(from_text(text)).graph)
    assert len(set(otherwise.inputs)) == len(otherwise.inputs)
    assert "capture_1" not in otherwise.inputs


def test_what_is_read_without_a_switch_and_has_no_known_type_is_refused() -> None:
    text = COND.replace("Add(x/Switch:1, y/Switch:1)", "Add(x/Switch:1, z)") + "    z = Mystery()\n"
    with pytest.raises(RewriteError, match="'z:0' is read inside a branch without Switch"):
        functionalise_conditionals(from_text(text))
