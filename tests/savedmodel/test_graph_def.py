"""Rewritten graphs as GraphDefs that TensorFlow imports: functions, outputs by name, defaults, stateless forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, FunctionRef, Shape
from tf1compat.graph.model import Function, Graph, make_node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.savedmodel.graph_def import graph_def_of

pytestmark = pytest.mark.tensorflow

BRANCH = """
    x = _Arg() T=float32
    axis = Const() dtype=int32; value=tensor(int32, 0)
    parts = Split(axis, x) T=float32; num_split=2
"""


def conditional(then: str = BRANCH) -> Graph:
    """An If that gives the second half of x, or its first."""
    functions = {
        name: Function(name, from_text(text), ("x",), (TensorRef("parts", index),))
        for name, text, index in (("then", then, 1), ("otherwise", BRANCH, 0))
    }
    node = make_node(
        "choice", "If", (TensorRef("p"), TensorRef("v")), Tcond=DType("bool"), Tin=(DType("float32"),),
        Tout=(DType("float32"),), then_branch=FunctionRef("then"), else_branch=FunctionRef("otherwise"),
        output_shapes=(Shape(),),
    )  # fmt: skip
    outer = from_text("p = Placeholder() dtype=bool\nv = Placeholder() dtype=float32")
    return replace(outer.replacing((*outer.nodes, node)), functions=functions)


def test_a_conditional_runs_and_names_the_second_output_of_a_split(
    tensorflow: ModuleType, tmp_path: Path
) -> None:
    graph_def = graph_def_of(conditional())

    def call(predicate: Any) -> Any:
        fed = {"p:0": predicate, "v:0": tensorflow.constant([1.0, 2.0, 3.0, 4.0])}
        return tensorflow.graph_util.import_graph_def(graph_def, fed, ["choice:0"], name="")

    module = tensorflow.Module()
    module.call = tensorflow.function(call, [tensorflow.TensorSpec([], "bool")], autograph=False)
    tensorflow.saved_model.save(module, str(tmp_path))
    loaded = tensorflow.saved_model.load(str(tmp_path))
    for predicate, expected in ((True, [3.0, 4.0]), (False, [1.0, 2.0])):
        (found,) = loaded.call(tensorflow.constant(predicate))
        assert found.numpy().tolist() == expected


def test_a_call_without_effects_is_stateless(tensorflow: ModuleType) -> None:
    assert [node.op for node in graph_def_of(conditional()).node if node.name == "choice"] == ["StatelessIf"]


def test_calls_are_marked_to_run_inline_as_those_of_tf2_are(tensorflow: ModuleType) -> None:
    (node,) = (node for node in graph_def_of(conditional()).node if node.name == "choice")
    assert node.attr["_lower_using_switch_merge"].b


def test_a_call_with_effects_stays_as_it_is(tensorflow: ModuleType) -> None:
    effect = BRANCH + "    shape = Shape(x) T=float32\n    r = RandomUniform(shape) T=int32; dtype=float32\n"
    assert [node.op for node in graph_def_of(conditional(effect)).node if node.name == "choice"] == ["If"]


def test_attributes_that_an_op_has_gained_get_their_default(tensorflow: ModuleType) -> None:
    graph = from_text("x = Placeholder() dtype=float32\ny = MatMul(x, x) T=float32")
    (_, node) = graph_def_of(graph).node
    assert {"transpose_a", "transpose_b", "grad_a"} <= set(node.attr)


def test_an_op_that_tensorflow_does_not_know_is_refused_by_name(tensorflow: ModuleType) -> None:
    graph = from_text("x = Placeholder() dtype=int32\nbeams = GatherTree(x)")
    with pytest.raises(RewriteError, match="'beams' is a GatherTree, which this TensorFlow does not have"):
        graph_def_of(graph)


def test_an_output_that_an_op_does_not_have_is_refused(tensorflow: ModuleType) -> None:
    graph = conditional()
    function = replace(graph.functions["then"], outputs=(TensorRef("parts", 5),))
    with pytest.raises(RewriteError, match=r"'parts' \(Split\) has 2 outputs, but output 5 is read"):
        graph_def_of(replace(graph, functions={**graph.functions, "then": function}))


def looping() -> Graph:
    """A While that doubles a vector three times."""
    test = from_text("""
        i = _Arg() T=int32
        v = _Arg() T=float32
        three = Const() dtype=int32; value=tensor(int32, 3)
        less = Less(i, three) T=int32
    """)
    body = from_text("""
        i = _Arg() T=int32
        v = _Arg() T=float32
        one = Const() dtype=int32; value=tensor(int32, 1)
        next = AddV2(i, one) T=int32
        twice = AddV2(v, v) T=float32
    """)
    functions = {
        "test": Function("test", test, ("i", "v"), (TensorRef("less"),)),
        "turn": Function("turn", body, ("i", "v"), (TensorRef("next"), TensorRef("twice"))),
    }
    node = make_node(
        "loop", "While", (TensorRef("zero"), TensorRef("v")), T=(DType("int32"), DType("float32")),
        cond=FunctionRef("test"), body=FunctionRef("turn"), output_shapes=(Shape(()), Shape((None,))),
        parallel_iterations=10,
    )  # fmt: skip
    outer = from_text("v = Placeholder() dtype=float32\nzero = Const() dtype=int32; value=tensor(int32, 0)")
    return replace(outer.replacing((*outer.nodes, node)), functions=functions)


def test_a_loops_functions_know_the_shapes_that_they_are_given():
    for function in graph_def_of(looping()).library.function:
        shapes = [function.arg_attr[number].attr["_output_shapes"].list.shape[0] for number in (0, 1)]
        assert [each.unknown_rank for each in shapes] == [False, False]
        assert [[dim.size for dim in each.dim] for each in shapes] == [[], [-1]]


def test_no_two_functions_share_the_name_of_an_argument():
    functions = graph_def_of(looping()).library.function
    names = [argument.name for function in functions for argument in function.signature.input_arg]
    assert len(set(names)) == 4


def test_an_attribute_that_the_op_does_not_have_is_left_out_where_it_is_off(tensorflow: ModuleType) -> None:
    text = "x = Placeholder() dtype=float32; shape=shape(None)\ny = Neg(x) T=float32; fused=False; hint=''"
    (_, node) = graph_def_of(from_text(text)).node
    assert set(node.attr) == {"T"}


def test_an_attribute_that_the_op_does_not_have_is_refused_where_it_asks_for_something(
    tensorflow: ModuleType,
) -> None:
    graph = from_text("x = Placeholder() dtype=float32; shape=shape(None)\ny = Neg(x) T=float32; fused=True")
    with pytest.raises(
        RewriteError, match=r"'y' \(Neg\) has the attribute 'fused', which this TensorFlow's Neg"
    ):
        graph_def_of(graph)
