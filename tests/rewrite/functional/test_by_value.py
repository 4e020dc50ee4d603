"""Functional loops and conditionals take variables by value."""

from __future__ import annotations

import pytest

from tests.rewrite.functional.library_text import function, with_library
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import FunctionRef, Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.functional.by_value import functional_control_flow
from tf1compat.rewrite.state.variables import variables_to_values

GIVEN = """
    w = VarHandleOp() dtype=float32; shape=shape(3, 3)
    zero = Const() dtype=int32; value=tensor(int32, 0)
    most = Const() dtype=int32; value=tensor(int32, -1)
    p = Placeholder() dtype=bool
    x = Placeholder() dtype=float32
"""
ARGUMENTS = "i = _Arg() T=int32\n m = _Arg() T=int32\n v = _Arg() T=float32\n h = _Arg() T=resource\n"
COND = function("cond", ARGUMENTS + "less = Less(i, i) T=int32", "less bool")
BODY = (
    ARGUMENTS
    + """
    one = Const() dtype=int32; value=tensor(int32, 1)
    next = AddV2(i, one) T=int32
    read = ReadVariableOp(h) dtype=float32
    new = MatMul(v, read) T=float32
    same = Identity(h) T=resource
"""
)
GIVES = "next int32, m int32, new float32, same resource"
LOOP = (
    "loop = While(zero, most, x, w) T=[int32, int32, float32, resource]; cond=function('cond'); body=function('body'); "
    "output_shapes=[shape(), shape(), shape(None, 3), shape()]; parallel_iterations=10; "
    "_lower_using_switch_merge=True; _num_original_outputs=4\n"
)
Y = "y = Neg(loop:2) T=float32\n"
BRANCH = "v = _Arg() T=float32\n h = _Arg() T=resource\n"
CONDITIONAL = (
    "choice = StatelessIf(p, x, w) then_branch=function('then'); else_branch=function('else'); Tcond=bool; "
    "Tin=[float32, resource]; Tout=[float32]; output_shapes=[shape(None, 3)]\n y = Neg(choice) T=float32\n"
)
ELSE = function("else", BRANCH + "n = Neg(v) T=float32", "n float32")


def callee(graph: Graph, node: Node, key: str) -> Function:
    ref = node.attrs[key]
    assert isinstance(ref, FunctionRef)
    return graph.functions[ref.name]


def looped(*further: str, body: str = BODY, gives: str = GIVES) -> Graph:
    return with_library(GIVEN + LOOP + Y + "".join(further), COND, function("body", body, gives))


def test_a_loop_hands_a_variables_value_on_from_turn_to_turn() -> None:
    outcome = functional_control_flow(looped())
    graph = outcome.graph
    loop, body = graph["loop"], callee(graph, graph["loop"], "body")
    assert lint(graph) == ()
    assert outcome.count == 1
    assert loop.op == "While"
    assert loop.attrs["T"] == ("int32", "int32", "float32", "float32")
    assert graph.input(loop, 3).op == "ReadVariableOp"
    assert graph.input(loop, 3).inputs == (TensorRef("w"),)
    assert [body.graph[name].dtype() for name in body.inputs] == ["int32", "int32", "float32", "float32"]
    assert (body.graph["read"].op, body.graph["read"].inputs) == ("Identity", (TensorRef("h"),))
    assert body.outputs[3] == TensorRef("h")
    assert len(callee(graph, loop, "cond").inputs) == 4


def test_what_remains_holds_no_handle_once_variables_are_values() -> None:
    graph = variables_to_values(functional_control_flow(looped()).graph).graph
    assert graph.input(graph["loop"], 3).op == "Identity"
    assert graph["w"].op == "Placeholder"


def test_the_shape_of_a_handle_is_not_taken_for_that_of_the_value() -> None:
    loop = functional_control_flow(looped()).graph["loop"]
    assert loop.attrs["output_shapes"] == (Shape.of(), Shape.of(), Shape.of(None, 3), Shape())


def test_attributes_of_the_old_release_and_its_library_are_gone() -> None:
    graph = functional_control_flow(looped()).graph
    assert set(graph["loop"].attrs) == {"T", "cond", "body", "output_shapes", "parallel_iterations"}
    assert graph.library == b""
    assert functional_control_flow(graph).graph is graph


def test_a_handle_read_off_a_loop_is_the_variable_itself() -> None:
    graph = functional_control_flow(looped("z = ReadVariableOp(loop:3) dtype=float32")).graph
    assert graph["z"].inputs == (TensorRef("w"),)


def test_a_gather_inside_reads_the_value() -> None:
    body = BODY.replace("ReadVariableOp(h)", "ResourceGather(h, i) Tindices=int32;")
    graph = functional_control_flow(looped(body=body)).graph
    inside = callee(graph, graph["loop"], "body").graph
    assert lint(inside) == ()
    assert (inside["read"].op, inside["read"].inputs[0]) == ("GatherV2", TensorRef("h"))


def test_a_loop_that_changes_a_variable_is_refused_by_name() -> None:
    body = BODY + "write = AssignVariableOp(h, new) dtype=float32\n"
    with pytest.raises(
        RewriteError, match=r"inside 'loop' \(While\): 'write' \(AssignVariableOp\) changes a variable"
    ):
        functional_control_flow(looped(body=body))


def test_a_loop_that_changes_which_variable_it_reads_is_refused() -> None:
    body = BODY + "other = VarHandleOp() dtype=float32\n"
    with pytest.raises(RewriteError, match=r"'loop' \(While\) gives another handle"):
        functional_control_flow(looped(body=body, gives=GIVES.replace("same", "other")))


def test_another_use_of_a_handle_inside_is_refused_by_name() -> None:
    body = BODY.replace("new = MatMul(v, read)", "odd = Opaque(h) T=float32\n new = MatMul(odd, read)")
    with pytest.raises(RewriteError, match=r"'odd' \(Opaque\) uses a variable itself"):
        functional_control_flow(looped(body=body))


def test_a_conditional_takes_the_value_into_both_branches() -> None:
    then = function(
        "then", BRANCH + "r = ReadVariableOp(h) dtype=float32\n m = MatMul(v, r) T=float32", "m float32"
    )
    graph = functional_control_flow(with_library(GIVEN + CONDITIONAL, then, ELSE)).graph
    choice = graph["choice"]
    assert lint(graph) == ()
    assert (choice.op, choice.attrs["Tin"]) == ("If", ("float32", "float32"))
    assert callee(graph, choice, "then_branch").graph["r"].op == "Identity"
    assert [callee(graph, choice, "else_branch").graph[name].dtype() for name in ("v", "h")] == [
        "float32"
    ] * 2


def test_a_conditional_that_chooses_a_variable_is_refused() -> None:
    then = function("then", BRANCH, "h resource")
    other = function("else", BRANCH, "h resource")
    text = GIVEN + CONDITIONAL.replace("Tout=[float32]", "Tout=[resource]").replace("Neg", "Opaque")
    with pytest.raises(RewriteError, match=r"'choice' \(StatelessIf\) gives another handle"):
        functional_control_flow(with_library(text, then, other))


def test_the_value_goes_through_a_conditional_inside_a_loop_into_its_branches() -> None:
    inner = "flag = Less(i, i) T=int32\n" + CONDITIONAL.splitlines()[0].replace("(p, x, w)", "(flag, v, h)")
    body = BODY.replace("new = MatMul(v, read) T=float32", inner + "\n new = Neg(choice) T=float32")
    then = function("then", BRANCH + "r = ReadVariableOp(h) dtype=float32", "r float32")
    text = GIVEN + LOOP + Y
    outcome = functional_control_flow(with_library(text, COND, function("body", body, GIVES), then, ELSE))
    inside = callee(outcome.graph, outcome.graph["loop"], "body").graph
    choice = inside["choice"]
    assert lint(inside) == ()
    assert outcome.count == 2
    assert (inside.input(choice, 2).op, inside.input(choice, 2).inputs) == ("Identity", (TensorRef("h"),))
    assert callee(outcome.graph, choice, "then_branch").graph["r"].op == "Identity"


def test_two_loops_with_the_same_function_have_functions_of_their_own() -> None:
    graph = functional_control_flow(looped(LOOP.replace("loop =", "second ="))).graph
    assert callee(graph, graph["loop"], "body").name != callee(graph, graph["second"], "body").name
    reads = [node for node in graph.nodes if node.op == "ReadVariableOp"]
    assert len(reads) == 1


def test_another_op_that_runs_a_function_is_refused_by_name() -> None:
    text = GIVEN + "mapped = MapDefun(x) f=function('body')\n"
    with pytest.raises(RewriteError, match=r"'mapped' \(MapDefun\) runs the function 'body'"):
        functional_control_flow(with_library(text, function("body", BODY, GIVES)))


def test_lists_among_other_outputs_are_told_apart_inside_a_function() -> None:
    split = "s = SparseSplit(i, i, v, i) num_split=2; T=float32\n new = Neg(s:3) T=float32"
    graph = functional_control_flow(looped(body=BODY.replace("new = MatMul(v, read) T=float32", split))).graph
    body = callee(graph, graph["loop"], "body").graph
    assert body["new"].inputs == (TensorRef("s", 3),)


# ------------------------------------------------------------------------------------- turns not counted

OWN = "v = _Arg() T=float32\n i = _Arg() T=int32\n"
OWN_COND = function("cond", OWN + "less = Less(i, i) T=int32", "less bool")
OWN_BODY = function(
    "body", OWN + "one = Const() dtype=int32; value=tensor(int32, 1)\n next = Add(i, one)\n n = Neg(v)",
    "n float32, next int32",
)  # fmt: skip
OWN_LOOP = (
    "loop = While(x, zero) T=[float32, int32]; cond=function('cond'); body=function('body')\n y = Neg(loop)\n"
)


def test_a_loop_that_does_not_count_its_turns_gets_a_counter_and_keeps_its_outputs() -> None:
    graph = functional_control_flow(with_library(GIVEN + OWN_LOOP, OWN_COND, OWN_BODY)).graph
    loop = graph["loop/counted"]
    body, condition = callee(graph, loop, "body"), callee(graph, loop, "cond")
    assert lint(graph) == lint(body.graph) == lint(condition.graph) == ()
    assert loop.attrs["T"] == ("int32", "int32", "float32", "int32")
    assert loop.attrs["output_shapes"] == (Shape.of(), Shape.of(), Shape(), Shape())
    assert body.graph.producer(body.outputs[0]).inputs[0] == TensorRef(body.inputs[0])
    assert body.outputs[1:3] == (TensorRef(body.inputs[1]), TensorRef("n"))
    assert len(condition.inputs) == 4
    assert graph["loop"].inputs == (TensorRef(loop.name, 2), TensorRef(loop.name, 3))


# --------------------------------------------------------------------------------- what gradients added

LISTS = "a = _Arg() T=variant\n b = _Arg() T=variant\n"
LOOP_WITH_LISTS = (
    "lists = EmptyTensorList() element_dtype=float32\n"
    + LOOP.replace("x, w)", "x, w, lists, lists)").replace("resource]", "resource, variant, variant]")
)  # fmt: skip


def with_lists(further: str = "") -> Graph:
    """A loop that keeps two lists, of which the second is made of the first."""
    pushed = "c = TensorListPushBack(a, v) element_dtype=float32\n d = TensorListPushBack(b, a) element_dtype=variant\n"
    cond = function("cond", ARGUMENTS + LISTS + "less = Less(i, i) T=int32", "less bool")
    body = function("body", BODY + LISTS + pushed, GIVES + ", c variant, d variant")
    return with_library(GIVEN + LOOP_WITH_LISTS + Y + further, cond, body)


def test_lists_that_nobody_reads_are_gone_from_a_loop() -> None:
    graph = functional_control_flow(with_lists()).graph
    body = callee(graph, graph["loop"], "body")
    assert lint(body.graph) == ()
    assert graph["loop"].attrs["T"] == ("int32", "int32", "float32", "float32")
    assert (len(body.inputs), len(body.outputs), len(callee(graph, graph["loop"], "cond").inputs)) == (
        4,
        4,
        4,
    )
    assert "c" not in body.graph


@pytest.mark.parametrize(("place", "left"), [(4, 5), (5, 6)])
def test_a_list_that_is_read_stays_and_what_it_is_made_of(place: int, left: int) -> None:
    graph = functional_control_flow(with_lists(f"z = TensorListLength(loop:{place})")).graph
    assert len(callee(graph, graph["loop"], "body").outputs) == left
    assert len(graph["loop"].inputs) == left


def test_a_result_that_only_a_gradient_reads_is_gone_from_a_conditional() -> None:
    made = "o = OptionalFromValue(v) Toutput_types=[float32]\n"
    then = function("then", BRANCH + made, "v float32, o variant")
    other = function("else", BRANCH + made, "v float32, o variant")
    text = GIVEN + CONDITIONAL.replace("Tout=[float32]", "Tout=[float32, variant]")
    graph = functional_control_flow(with_library(text, then, other)).graph
    assert graph["choice"].attrs["Tout"] == ("float32",)
    assert "o" not in callee(graph, graph["choice"], "then_branch").graph


def test_a_graph_without_a_library_stays_as_it_is() -> None:
    graph = from_text(GIVEN)
    assert functional_control_flow(graph).graph is graph
