"""Arrays of gradients become arrays of their own, with one flow through all that is written to them."""

from __future__ import annotations

import pytest

from tests.discovery.loop_text import STEPS, while_loop
from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.arrays.gradients import gradient_arrays_to_arrays
from tf1compat.rewrite.arrays.lists import tensor_arrays_to_lists
from tf1compat.rewrite.cleanup.prune import prune

HEAD = (
    STEPS
    + """
    x = Placeholder() dtype=float32; shape=shape(7, 2)
    g = Placeholder() dtype=float32; shape=shape(2)
    none = Const() dtype=float32; value=tensor(float32, 0.0)
    array = TensorArrayV3(steps) dtype=float32
    filled = TensorArrayScatterV3(array, indices, x, array:1) T=float32
    """
)
#: What a loop reads is derived: each turn writes one gradient, and their flows are added.
BACKWARD = while_loop(
    """
    ~grad = TensorArrayGradV3(~array, ~flow) source='gradients'
    ~ordered = Identity(~flow, ^~grad) T=float32
    ~write = TensorArrayWriteV3(~grad, ~step, g, ~ordered) T=float32
    ~sum_new = Add(~sum, ~write) T=float32
    """,
    {"sum": "none"},
    {"array": "array", "flow": "filled"},
    "back",
)
GATHER = """
    grad = TensorArrayGradV3(array, back/while/sum_exit) source='gradients'
    y = TensorArrayGatherV3(grad, indices, grad:1) dtype=float32
"""


def converted(text: str) -> Graph:
    graph = gradient_arrays_to_arrays(from_text(HEAD + text)).graph
    assert lint(graph) == ()
    return graph


def flow_of(graph: Graph, name: str) -> str:
    return str(graph[name].inputs[-1])


def test_one_flow_goes_round_with_the_loop() -> None:
    graph = converted(BACKWARD + GATHER)
    assert graph["array/gradients"].op == "TensorArrayV3"
    assert flow_of(graph, "back/while/sum_enter") == "array/gradients:1"
    assert flow_of(graph, "back/while/write") == "back/while/sum_switch:1"
    assert flow_of(graph, "back/while/sum_next") == "back/while/write:0"
    assert flow_of(graph, "y") == "back/while/sum_exit:0"


def test_what_is_written_twice_adds_up_in_the_list() -> None:
    graph = tensor_arrays_to_lists(prune(converted(BACKWARD + GATHER), ["y"]).graph).graph
    added = graph.input(graph["back/while/write"], 2)
    assert (added.op, graph.input(added, 0).op) == ("AddV2", "TensorListGetItem")
    assert added.inputs[1] == TensorRef("g")


def test_what_is_written_first_does_not() -> None:
    once = """
        grad = TensorArrayGradV3(array, filled) source='gradients'
        write = TensorArrayScatterV3(grad, indices, x, filled) T=float32
        again = TensorArrayGradV3(array, write) source='gradients'
        y = TensorArrayReadV3(again, zero, write) dtype=float32
    """
    graph = converted(once)
    assert flow_of(graph, "write") == "array/gradients:1"
    assert flow_of(graph, "y") == "write:0"
    assert {name for name in ("grad", "again") if graph[name].op == "NoOp"} == {"grad", "again"}


def test_of_a_sum_comes_first_what_another_part_needs() -> None:
    beside = while_loop(
        """
        ~grad = TensorArrayGradV3(array, filled) source='gradients'
        ~write = TensorArrayWriteV3(~grad, ~step, g, filled) T=float32
        ~sum_new = Add(~write, ~sum) T=float32
        ~h_new = Tanh(~h) T=float32
        """,
        {"sum": "none", "h": "g"},
        {},
        "back",
    )
    after = """
        grad = TensorArrayGradV3(array, filled) source='gradients'
        write = TensorArrayWriteV3(grad, zero, back/while/h_exit, filled) T=float32
        sums = AddN(write, back/while/sum_exit) T=float32; N=2
        y = TensorArrayReadV3(grad, zero, sums) dtype=float32
    """
    graph = converted(beside + after)
    assert flow_of(graph, "y") == "write:0"
    assert flow_of(graph, "write") == "back/while/sum_exit:0"
    assert flow_of(graph, "back/while/sum_enter") == "array/gradients:1"


def test_a_graph_without_gradients_is_left_alone() -> None:
    graph = from_text(HEAD)
    assert gradient_arrays_to_arrays(graph).graph is graph


def test_it_runs_twice() -> None:
    graph = converted(BACKWARD + GATHER)
    assert gradient_arrays_to_arrays(graph).graph is graph


def refused(text: str) -> str:
    with pytest.raises(RewriteError) as caught:
        gradient_arrays_to_arrays(from_text(text))
    return str(caught.value)


def test_an_array_that_cannot_be_followed_is_refused_by_name() -> None:
    popped = BACKWARD.replace("Enter(array)", "Enter(popped)") + "popped = Placeholder() dtype=resource\n"
    assert "'back/while/grad' (TensorArrayGradV3) works on" in refused(HEAD + popped)


def test_an_array_that_grows_is_refused_by_name() -> None:
    grows = HEAD.replace("(steps) dtype=float32", "(steps) dtype=float32; dynamic_size=True")
    assert "'back/while/grad' (TensorArrayGradV3) derives 'array', which grows" in refused(grows + BACKWARD)


def test_many_elements_on_top_of_others_are_refused_by_name() -> None:
    twice = """
        grad = TensorArrayGradV3(array, filled) source='gradients'
        first = TensorArrayScatterV3(grad, indices, x, filled) T=float32
        second = TensorArrayScatterV3(grad, indices, x, filled) T=float32
        sums = Add(first, second) T=float32
        y = TensorArrayReadV3(grad, zero, sums) dtype=float32
    """
    assert "'second' (TensorArrayScatterV3) adds many elements" in refused(HEAD + twice)
