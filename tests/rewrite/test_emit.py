"""Nodes are made one after another under names of their own; loops keep TF2's convention."""

from __future__ import annotations

from tf1compat.graph.attributes import DType, FunctionRef, TensorValue
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.rewrite.control_flow.functions import with_functions
from tf1compat.rewrite.emit import INT, Emitter, LoopBody

FLOAT = DType("float32")


def test_names_stand_in_the_scope_and_are_unlike_those_taken() -> None:
    emitter = Emitter("net", "tests", {"net/Neg"})
    first, second = emitter("Neg", TensorRef("x"), T=FLOAT), emitter("Neg", TensorRef("x"), T=FLOAT)
    assert (first.node, second.node) == ("net/Neg_1", "net/Neg_2")
    assert {node.made_by for node in emitter.nodes} == {"tests"}


def test_equal_constants_are_one_node_and_types_tell_them_apart() -> None:
    emitter = Emitter("", "tests")
    assert emitter.constant([1, 2]) == emitter.constant([1, 2])
    assert emitter.constant(1) != emitter.constant(1, FLOAT)
    assert len(emitter.nodes) == 3


def test_a_dimension_is_a_scalar_of_the_shape() -> None:
    emitter = Emitter("", "tests")
    size = emitter.dimension(TensorRef("x"), 1, FLOAT)
    node = next(node for node in emitter.nodes if node.name == size.node)
    begin = next(each for each in emitter.nodes if each.name == node.inputs[1].node).attrs["value"]
    assert (node.op, node.integer("shrink_axis_mask")) == ("StridedSlice", 1)
    assert isinstance(begin, TensorValue)
    assert begin.array.tolist() == [1]


def test_one_part_alone_is_not_concatenated() -> None:
    emitter = Emitter("", "tests")
    assert emitter.concat([TensorRef("x")], 0, FLOAT) == TensorRef("x")
    assert emitter.concat([TensorRef("x"), TensorRef("y")], 0, FLOAT).node == "ConcatV2"


def counting() -> Emitter:
    """A loop that adds a number as often as it turns."""
    emitter = Emitter("net", "tests", {"start", "turns", "step"})
    for _ in range(2):
        body = LoopBody("tests", (INT,), (INT,))
        body.results = (body("AddV2", body.carried[0], body.invariants[0], T=INT),)
        emitter.loop(TensorRef("turns"), body, (TensorRef("start"),), (TensorRef("step"),))
    return emitter


def test_a_loop_counts_its_turns_before_what_it_carries_and_hands_invariants_on() -> None:
    emitter = counting()
    loop = next(node for node in emitter.nodes if node.op == "While")
    assert [str(ref) for ref in loop.inputs[1:]][:1] == ["turns:0"]
    assert [str(ref) for ref in loop.inputs[3:]] == ["start:0", "step:0"]
    assert loop.attrs["T"] == (INT,) * 5
    body = next(each for each in emitter.functions if FunctionRef(each.name) == loop.attrs["body"])
    assert body.outputs[1] == TensorRef(body.inputs[1])
    assert body.outputs[4] == TensorRef(body.inputs[4])


def test_every_loop_has_functions_of_its_own() -> None:
    emitter = counting()
    assert len({each.name for each in emitter.functions}) == 4
    graph = with_functions(Graph(tuple(emitter.nodes)), *emitter.functions)
    assert all("function" not in problem for problem in lint(graph))
