"""Pruning keeps what the outputs need; scrubbing drops what only placed the nodes."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.graph.model import Function
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.prune import prune, scrub

GRAPH = """
    x = Placeholder() @/device:GPU:0 dtype=float32; _class=['loc:@w']
    check = Assert(x) T=[float32]
    y = Tanh(x, ^check) T=float32; _output_shapes=[shape(3)]
    unused = Neg(y) T=float32
"""


def test_only_what_is_kept_and_what_it_needs_is_left() -> None:
    outcome = prune(from_text(GRAPH), ["y"])
    assert [node.name for node in outcome.graph.nodes] == ["x", "check", "y"]
    assert outcome.count == 1
    assert prune(outcome.graph, ["y"]).graph is outcome.graph


def test_remnants_are_dropped_in_functions_too() -> None:
    graph = from_text(GRAPH)
    body = Function("f", graph, (), (TensorRef("y"),))
    scrubbed = scrub(replace(graph, functions={"f": body})).graph
    for each in (scrubbed, scrubbed.functions["f"].graph):
        assert each["x"].device == ""
        assert not {"_class", "_output_shapes"} & (set(each["x"].attrs) | set(each["y"].attrs))
        assert each["y"].control_inputs == ("check",)


def test_a_clean_graph_is_counted_as_unchanged() -> None:
    once = scrub(from_text(GRAPH)).graph
    assert scrub(once).count == 0
    assert scrub(once).graph == once
