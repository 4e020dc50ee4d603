"""Calls of functions are written out in their place."""

from __future__ import annotations

import pytest

from tests.rewrite.functional.library_text import function, with_library
from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.functional.calls import inline_calls

DOUBLE = function(
    "double", "v = _Arg() T=float32\n twice = Add(v, v) T=float32\n less = Sub(v, v) T=float32",
    "twice float32, less float32",
)  # fmt: skip
OUTER = function(
    "outer", "v = _Arg() T=float32\n inner = double(v)\n y = Mul(inner:1, inner) T=float32", "y float32"
)
READER = function(
    "reader", "w = _Arg() T=resource\n value = ReadVariableOp(w) dtype=float32", "value float32, w resource"
)
CHECKING = function(
    "checking",
    "v = _Arg() T=float32\n ok = Less(v, v) T=float32\n check = Assert(ok, v) T=[float32]",
    "v float32",
)
GIVEN = "x = Placeholder() dtype=float32\n"


@pytest.mark.parametrize(
    "call",
    [
        "call = double(x)",
        "call = PartitionedCall(x) f=function('double'); Tin=[float32]; Tout=[float32, float32]",
        "call = StatefulPartitionedCall(x) f=function('double'); Tin=[float32]; Tout=[float32, float32]",
    ],
)
def test_the_functions_nodes_stand_where_it_was_called(call: str) -> None:
    outcome = inline_calls(with_library(GIVEN + call + "\n y = Neg(call:1) T=float32", DOUBLE))
    graph = outcome.graph
    assert lint(graph) == ()
    assert outcome.count == 1
    assert graph["call/twice"].inputs == (TensorRef("x"), TensorRef("x"))
    assert graph.input(graph["y"], 0).inputs == (TensorRef("call/less"),)
    assert graph.input(graph["y"], 0).dtype() == "float32"


def test_the_outputs_of_a_call_keep_their_names() -> None:
    graph = inline_calls(with_library(GIVEN + "call = double(x)", DOUBLE)).graph
    assert graph["call"].op == "IdentityN"
    assert [graph.producer(ref).inputs[0].node for ref in graph["call"].inputs] == ["call/twice", "call/less"]


def test_calls_inside_of_what_is_called_are_written_out_too() -> None:
    outcome = inline_calls(with_library(GIVEN + "call = outer(x)", OUTER, DOUBLE))
    assert lint(outcome.graph) == ()
    assert outcome.count == 2
    assert outcome.graph["call/inner/twice"].inputs == (TensorRef("x"), TensorRef("x"))
    assert (outcome.graph["call"].op, outcome.graph["call"].dtype()) == ("Identity", "float32")


def test_a_second_call_of_a_function_has_nodes_of_its_own() -> None:
    graph = inline_calls(with_library(GIVEN + "a = double(x)\n b = double(a)", DOUBLE)).graph
    assert lint(graph) == ()
    assert {"a/twice", "b/twice"} <= set(graph.by_name)
    assert graph.input(graph["b/twice"], 0).inputs == (TensorRef("a/twice"),)


def test_names_that_the_file_has_already_are_left_to_it() -> None:
    text = GIVEN + "call/twice = Neg(x) T=float32\n call = double(x)"
    graph = inline_calls(with_library(text, DOUBLE)).graph
    assert lint(graph) == ()
    assert graph["call/twice"].op == "Neg"
    assert graph["call_/twice"].op == "Add"


def test_a_handle_that_a_function_gives_is_the_one_that_it_was_given() -> None:
    text = "v = VarHandleOp() dtype=float32\n call = reader(v)\n y = ReadVariableOp(call:1) dtype=float32"
    graph = inline_calls(with_library(text, READER)).graph
    assert lint(graph) == ()
    assert graph["y"].inputs == (TensorRef("v"),)
    assert graph["call"].op == "NoOp"


def test_a_result_waits_for_what_the_function_checks() -> None:
    graph = inline_calls(with_library(GIVEN + "call = checking(x)\n y = Neg(call) T=float32", CHECKING)).graph
    assert graph.input(graph["y"], 0).control_inputs == ("call/check",)


def test_what_a_call_waits_for_its_nodes_wait_for() -> None:
    graph = inline_calls(with_library(GIVEN + "first = NoOp()\n call = double(x, ^first)", DOUBLE)).graph
    assert graph["call/twice"].control_inputs == ("first",)


@pytest.mark.parametrize(("decision", "taken"), [("True", "double"), ("False", "negated")])
def test_of_a_decided_conditional_the_branch_that_is_taken_is_left(decision: str, taken: str) -> None:
    negated = function("negated", "v = _Arg() T=float32\n n = Neg(v) T=float32", "n float32, v float32")
    text = f"p = Const() dtype=bool; value=tensor(bool, {decision})\n" + GIVEN + (
        "y = If(p, x) then_branch=function('double'); else_branch=function('negated'); Tin=[float32]; "
        "Tout=[float32, float32]; Tcond=bool"
    )  # fmt: skip
    graph = inline_calls(with_library(text, DOUBLE, negated)).graph
    assert lint(graph) == ()
    assert graph["y"].op == "IdentityN"
    assert ("y/twice" in graph, "y/n" in graph) == (taken == "double", taken == "negated")


def test_a_function_that_calls_itself_is_refused() -> None:
    endless = function("endless", "v = _Arg() T=float32\n again = endless(v)", "again float32")
    with pytest.raises(RewriteError, match="'call/again' calls the function 'endless' from within itself"):
        inline_calls(with_library(GIVEN + "call = endless(x)", endless))


def test_a_graph_without_a_library_stays_as_it_is() -> None:
    graph = from_text(GIVEN)
    assert inline_calls(graph).graph is graph
