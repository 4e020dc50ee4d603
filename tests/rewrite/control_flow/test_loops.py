"""v1 while loops become functional While nodes, in the convention of TF2's own."""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.discovery.loop_text import STEPS, while_loop
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Function, Graph
from tf1compat.graph.text import from_text, to_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.control_flow import loops
from tf1compat.rewrite.control_flow.loops import functionalise_loops

V1 = ENTER | EXIT | MERGE | SWITCH | NEXT_ITERATION | {"LoopCond"}
POWER = (
    STEPS
    + """
    start = Placeholder() dtype=float32; shape=shape(2, 2)
    w = Placeholder() dtype=float32; shape=shape(2, 2)
    result = Tanh(power/while/h_exit) T=float32
    """
    + while_loop("~h_new = MatMul(~h, ~w) T=float32\n", {"h": "start"}, {"w": "w"}, scope="power")
)
COND_INSIDE = POWER.replace(
    "power/while/h_new = MatMul(power/while/h, power/while/w) T=float32",
    """
    power/while/p = Less(power/while/step, power/while/limit) T=int32
    power/while/s = Switch(power/while/h, power/while/p) T=float32
    power/while/twice = Add(power/while/s:1, power/while/s:1) T=float32
    power/while/h_new = Merge(power/while/s, power/while/twice) T=float32; N=2
    """,
)


def loop_of(graph: Graph) -> tuple[Function, Function]:
    (node,) = (each for each in graph.nodes if each.op == "While")
    condition, body = node.attrs["cond"], node.attrs["body"]
    assert isinstance(condition, FunctionRef)
    assert isinstance(body, FunctionRef)
    return graph.functions[condition.name], graph.functions[body.name]


@pytest.mark.parametrize("text", [POWER, COND_INSIDE], ids=["loop", "conditional inside"])
def test_nothing_of_v1_is_left(text: str) -> None:
    graph = functionalise_loops(from_text(text)).graph
    assert lint(graph) == ()
    functions = [each.graph for each in graph.functions.values()]
    assert not [node.name for each in (graph, *functions) for node in each.nodes if node.op in V1]


def test_counter_and_limit_come_first_and_invariants_last() -> None:
    graph = functionalise_loops(from_text(POWER)).graph
    (node,) = (each for each in graph.nodes if each.op == "While")
    assert [ref.node for ref in node.inputs[2:4]] == ["zero", "start"]
    assert {ref.node for ref in node.inputs[4:]} == {"w", "steps"}
    counter, most = (graph.input(node, position).attrs["value"] for position in (0, 1))
    assert (int(counter.array), int(most.array)) == (0, -1)  # type: ignore[union-attr]
    _, body = loop_of(graph)
    assert len(body.inputs) == len(body.outputs) == len(node.inputs)
    assert [ref.node for ref in body.outputs[4:]] == list(body.inputs[4:])


def test_the_body_computes_the_next_values_of_its_arguments() -> None:
    _, body = loop_of(functionalise_loops(from_text(POWER)).graph)
    assert body.outputs[3] == TensorRef("power/while/h_new")
    product = body.graph["power/while/h_new"]
    assert product.op == "MatMul"
    assert body.graph.input(product, 0).inputs == (TensorRef(body.inputs[3]),)
    assert product.inputs[1].node in body.inputs[4:]


def test_the_condition_reads_the_carried_values() -> None:
    condition, _ = loop_of(functionalise_loops(from_text(POWER)).graph)
    (output,) = condition.outputs
    assert condition.graph.producer(output).op == "Less"


def test_exits_keep_their_names() -> None:
    graph = functionalise_loops(from_text(POWER)).graph
    exit_node = graph["power/while/h_exit"]
    assert exit_node.op == "Identity"
    assert graph.input(exit_node, 0).op == "While"
    assert exit_node.inputs[0].index == 3
    assert graph["result"].inputs == (TensorRef("power/while/h_exit"),)


def test_a_conditional_inside_becomes_an_if_of_the_body() -> None:
    _, body = loop_of(functionalise_loops(from_text(COND_INSIDE)).graph)
    assert [node.op for node in body.graph.nodes if node.op == "If"] == ["If"]


def test_an_inner_loop_becomes_a_while_of_the_outer_body() -> None:
    inner = while_loop("~g_new = Tanh(~g) T=float32\n", {"g": "outer/while/h"}, {}, scope="outer/while/inner")
    inner = inner.replace("Enter(zero)", "Enter(outer/while/none)").replace(
        "Enter(steps)", "Enter(outer/while/limit)"
    )
    body = "~none = Const(^~h) dtype=int32; value=tensor(int32, 0)\n~h_new = Identity(~inner/while/g_exit) T=float32\n"
    text = STEPS + "\nstart = Placeholder() dtype=float32\n"
    text += while_loop(body, {"h": "start"}, {}, scope="outer") + inner
    graph = functionalise_loops(from_text(text)).graph
    assert lint(graph) == ()
    assert [node.op for node in graph.nodes].count("While") == 1
    _, outer = loop_of(graph)
    assert [node.op for node in outer.graph.nodes].count("While") == 1


def test_a_graph_without_loops_is_left_alone() -> None:
    graph = from_text(STEPS)
    assert functionalise_loops(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    once = functionalise_loops(from_text(POWER)).graph
    assert functionalise_loops(once).graph is once


def test_a_placeholder_inside_a_loop_is_refused() -> None:
    inside = POWER.replace("MatMul(power/while/h, power/while/w)", "MatMul(power/while/h, start)")
    with pytest.raises(RewriteError, match=r"'start' \(Placeholder\)"):
        functionalise_loops(from_text(inside))


def test_made_names_give_way_to_the_authors() -> None:
    """Later releases name nodes of their own like this."""
    taken = ("power/while/maximum_iterations", "power/while/loop_counter", "loop_counter", "loop_variable_1")
    authors = "\n".join(f"{name} = Const() dtype=int32; value=tensor(int32, 5)" for name in taken)
    graph = functionalise_loops(from_text(f"{POWER}\n{authors}")).graph
    assert lint(graph) == ()
    assert [graph[name] for name in taken] == [from_text(authors)[name] for name in taken]
    (node,) = (each for each in graph.nodes if each.op == "While")
    assert [graph.input(node, position).name in taken for position in (0, 1)] == [False, False]


def test_a_second_way_out_of_a_loop_is_refused() -> None:
    text = POWER + "\n    exit = Exit(power/while/h_switch) T=float32\n    odd = Tanh(exit) T=float32\n"
    with pytest.raises(RewriteError, match="'odd' reads 'exit' out of a while loop"):
        functionalise_loops(from_text(text))


def test_a_loop_waits_for_what_its_entries_waited_for() -> None:
    text = POWER.replace("Enter(start)", "Enter(start, ^check)") + "\n    check = Assert(start) T=[float32]\n"
    assert "^check" in text
    graph = functionalise_loops(from_text(text)).graph
    (node,) = (each for each in graph.nodes if each.op == "While")
    assert node.control_inputs == ("check",)


def test_the_loop_of_the_docstring_becomes_what_it_says() -> None:
    sections = [textwrap.dedent(each) for each in re.findall(r"(?:\n    [^\n]+)+", loops.__doc__ or "")]
    before, *after = sections
    graph = functionalise_loops(from_text(before)).graph
    bodies = [graph, *(each.graph for each in graph.functions.values())]
    made = [line for body in bodies for line in to_text(body).splitlines()]
    lines = [line for section in after for line in section.split("\n") if line]
    assert len(lines) == 6
    for line in lines:
        assert [each for each in made if each.startswith(line)], line
