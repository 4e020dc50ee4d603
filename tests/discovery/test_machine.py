"""Nodes that touch the machine by themselves, or in functions that they call."""

from __future__ import annotations

from dataclasses import replace

from tensorboard.compat.proto import function_pb2

from tf1compat.discovery.machine import find_touching
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text

TEXT = """
    path = Const() dtype=string; value=tensor(string, "/etc/hostname")
    read = ReadFile(path)
    same = Identity(read) T=string
    chosen = StatelessIf(flag, path) then_branch=function('reads'); else_branch=function('keeps')
    flag = Placeholder() dtype=bool; shape=shape()
    called = PartitionedCall(path) f=function('calls')
"""


def with_functions() -> Graph:
    """Functions that read, that call one that reads, and that do nothing."""
    library = function_pb2.FunctionDefLibrary()
    for name, op in (("reads", "ReadFile"), ("keeps", "Identity"), ("calls", "reads")):
        function = library.function.add()
        function.signature.name = name
        function.signature.input_arg.add(name="x")
        function.signature.output_arg.add(name="y")
        function.ret["y"] = "inner:contents:0"
        function.node_def.add(name="inner", op=op, input=["x"])
    return replace(from_text(TEXT), library=library.SerializeToString())


def test_only_the_given_nodes_are_asked() -> None:
    graph = from_text(TEXT)
    assert find_touching(graph, {"path", "same"}) == ()
    (found,) = find_touching(graph, {"read", "same"})
    assert (found.node, found.acting_op, str(found)) == (
        "read", "ReadFile", "'read' (ReadFile) reads a file of the machine on which it runs",
    )  # fmt: skip


def test_functions_are_looked_into_through_others_too() -> None:
    found = find_touching(with_functions(), {"called"})
    assert [(each.node, each.function, each.acting_op) for each in found] == [("called", "reads", "ReadFile")]
    assert "'called' (PartitionedCall) runs 'reads', in which 'inner' (ReadFile) reads a file" in str(
        found[0]
    )


def test_a_branch_that_is_not_taken_is_not_called() -> None:
    graph = with_functions()
    assert [each.node for each in find_touching(graph, {"chosen"})] == ["chosen"]
    assert find_touching(graph, {"chosen"}, {"chosen": {"reads"}}) == ()
    assert len(find_touching(graph, {"chosen"}, {"chosen": {"keeps"}})) == 1
