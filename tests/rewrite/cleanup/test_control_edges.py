"""Control edges stay where they order effects."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Function, make_node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.control_edges import drop_idle_control_edges

GUARDED = """
    p = Placeholder() dtype=bool
    x = Placeholder() dtype=float32
    check = Assert(p, x) T=[float32]
    group = NoOp(^check)
    y = Tanh(x, ^group, ^x) T=float32
    z = Tanh(x, ^y) T=float32
    pivot = Identity(p) T=bool
    c = Const(^pivot) dtype=int32; value=tensor(int32, 1)
"""


def test_edges_that_order_nothing_go_and_those_to_effects_stay() -> None:
    graph = drop_idle_control_edges(from_text(GUARDED)).graph
    assert graph["y"].control_inputs == ("group",)
    assert graph["group"].control_inputs == ("check",)
    assert graph["z"].control_inputs == ("y",)  # behind y stands the check
    assert graph["c"].control_inputs == ()


def test_a_call_of_a_function_with_effects_is_an_effect() -> None:
    body = Function("f", from_text("a = _Arg() T=bool\ncheck = Assert(a, a) T=[bool]\nb = Identity(a, ^check) T=bool"),
                    ("a",), (TensorRef("b"),))  # fmt: skip
    call = make_node("call", "If", (TensorRef("p"), TensorRef("p")), then_branch=FunctionRef("f"))
    outer = from_text("p = Placeholder() dtype=bool\ny = Tanh(p, ^call) T=float32")
    graph = replace(outer.replacing((*outer.nodes, call)), functions={"f": body})
    after = drop_idle_control_edges(graph).graph
    assert after["y"].control_inputs == ("call",)
    assert after.functions["f"].graph["b"].control_inputs == ("check",)


def test_a_graph_without_control_edges_is_left_alone() -> None:
    graph = from_text("x = Placeholder() dtype=float32\ny = Tanh(x) T=float32")
    assert drop_idle_control_edges(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    once = drop_idle_control_edges(from_text(GUARDED)).graph
    assert drop_idle_control_edges(once).graph is once
