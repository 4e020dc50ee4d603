"""Stacks become lists that go round with the loops that fill and empty them."""

from __future__ import annotations

import re

import pytest

from tests.discovery.loop_text import STEPS, invariant, while_loop
from tf1compat.errors import RewriteError
from tf1compat.graph.frames import find_frames
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.arrays.stacks import stacks_to_lists

HEAD = (
    STEPS
    + """
    h = Placeholder() dtype=float32; shape=shape(2)
    p = Placeholder() dtype=bool; shape=shape()
    stack = StackV2(steps) elem_type=float32
    """
)
PUSH = "~push = StackPushV2(~stack, ~h) T=float32\n~h_new = Tanh(~push) T=float32\n"
POP = "~pop = StackPopV2(~stack) elem_type=float32\n~h_new = Mul(~h, ~pop) T=float32\n"


def forward(body: str = PUSH) -> str:
    return while_loop(body, {"h": "h"}, {"stack": "stack"}, "forward")


def backward(body: str = POP) -> str:
    return while_loop(body, {"h": "forward/while/h_exit"}, {"stack": "stack"}, "backward")


def converted(text: str) -> Graph:
    graph = stacks_to_lists(from_text(HEAD + text)).graph
    assert lint(graph) == ()
    return graph


def behind(graph: Graph, name: str) -> list[str]:
    """The ops from a node back to the list's beginning, along first inputs."""
    found = [graph[name].op]
    while graph[name].op != "EmptyTensorList":
        name = graph[name].inputs[0].node
        found.append(graph[name].op)
    return found


def test_a_list_goes_round_with_each_loop() -> None:
    graph = converted(forward() + backward())
    around = ["Switch", "Merge", "Enter"]
    assert behind(graph, "backward/while/pop") == [
        "TensorListPopBack",
        *around,
        "Exit",
        *around,
        "EmptyTensorList",
    ]
    assert behind(graph, "forward/while/push") == ["TensorListPushBack", *around, "EmptyTensorList"]
    assert {len(frame.variables) for frame in find_frames(graph)} == {3}  # a counter, h, and the list


def test_what_is_pushed_and_what_is_popped_is_read_as_before() -> None:
    graph = converted(forward() + backward())
    assert graph["forward/while/h_new"].inputs == (TensorRef("forward/while/h"),)
    assert graph["backward/while/h_new"].inputs[1] == TensorRef("backward/while/pop", 1)


def test_references_to_stacks_of_the_first_releases() -> None:
    old = re.sub(
        r"Stack(Push|Pop|)V2", r"Stack\1", HEAD.replace("StackV2(steps)", "Stack()") + forward() + backward()
    )
    old = re.sub(r"Enter\(stack\)", "RefEnter(stack)", old)
    graph = stacks_to_lists(from_text(old)).graph
    assert behind(graph, "backward/while/pop")[0] == "TensorListPopBack"
    assert not any(node.op.startswith("Stack") for node in graph.nodes)


def test_a_push_in_a_branch_leaves_the_list_as_it_is_in_the_other() -> None:
    body = """
        ~side = Switch(~h, ~chosen) T=float32
        ~inside = Tanh(~side:1) T=float32
        ~push = StackPushV2(~stack, ~inside) T=float32
        ~h_new = Merge(~side, ~inside) T=float32; N=2
    """
    text = while_loop(body, {"h": "h"}, {"stack": "stack"}, "forward") + invariant(
        "chosen", "p", "forward/frame", "bool"
    ).replace("~", "forward/while/")
    graph = converted(text + backward())
    closing = next(n for n in graph.nodes if n.name.startswith("forward/while/push/NextIteration"))
    joined = graph.input(closing, 0)
    assert (joined.op, graph.input(joined, 1).name) == ("Merge", "forward/while/push")
    passed = graph.input(joined, 0)
    assert (passed.op, passed.inputs[1]) == ("Switch", TensorRef("forward/while/chosen"))
    assert graph["forward/while/push"].inputs[0] == TensorRef(passed.name, 1)


def test_a_branch_that_is_decided_by_then_is_not_entered_twice() -> None:
    body = """
        ~side = Switch(~stack, ~chosen) T=resource
        ~pop = StackPopV2(~side:1) elem_type=float32
        ~h_new = Mul(~h, ~pop) T=float32
    """
    outer = "aside = Switch(stack, p) T=resource\n"
    loop = while_loop(body, {"h": "forward/while/h_exit"}, {"stack": "aside:1"}, "backward")
    chosen = invariant("chosen", "p", "backward/frame", "bool").replace("~", "backward/while/")
    graph = converted(forward() + outer + loop + chosen)
    decided = [
        node for node in graph.nodes if node.op == "Switch" and node.name.startswith("backward/while/pop/")
    ]
    assert [node.inputs[1].node for node in decided] == ["p", "backward/while/cond"]


def test_what_is_never_popped_is_not_kept() -> None:
    graph = converted(forward())
    assert graph["forward/while/push"].op == "Identity"
    assert len(find_frames(graph)[0].variables) == 2


def test_a_graph_without_stacks_is_left_alone() -> None:
    graph = from_text(STEPS)
    assert stacks_to_lists(graph).graph is graph


def test_it_runs_twice() -> None:
    graph = converted(forward() + backward())
    assert stacks_to_lists(graph).graph is graph


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (backward().replace("forward/while/h_exit", "h"), "'backward/while/pop'.* on which nothing is put"),
        (forward(PUSH + "~again = StackPushV2(~stack, ~h) T=float32\n"), "'forward/while/again'.*shares its stack"),
        ("other = Placeholder() dtype=resource\npop = StackPopV2(other) elem_type=float32", "'pop'.*from 'other'"),
    ],
)  # fmt: skip
def test_other_uses_are_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(RewriteError, match=named):
        converted(text)
