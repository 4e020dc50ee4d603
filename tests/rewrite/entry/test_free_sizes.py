"""What was made for one number of examples is made for as many as are fed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.shapes.free import Question
from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import Outcome
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.entry.free_sizes import free_sizes

STATE = """
    x = Placeholder() dtype=float32; shape=shape(None, 6)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    shape = Const() dtype=int32; value=tensor(int32, [4, 2])
    nothing = Const() dtype=float32; value=tensor(float32, 0.5)
    state = Fill(shape, nothing) T=float32; index_type=int32; _output_shapes=[shape(4, 2)]
    both = ConcatV2(x, state, axis) T=float32; N=2; Tidx=int32; _output_shapes=[shape(4, 8)]
    flat_shape = Const() dtype=int32; value=tensor(int32, [32])
    flat = Reshape(both, flat_shape) T=float32; Tshape=int32; _output_shapes=[shape(32)]
    back = Const() dtype=int32; value=tensor(int32, [4, 8])
    y = Reshape(flat, back) T=float32; Tshape=int32; _output_shapes=[shape(4, 8)]
"""
SPREAD = """
    x = Placeholder() dtype=float32; shape=shape(None, 1)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    state = Const() dtype=float32; value=tensor(float32, [[1, 2], [1, 2], [1, 2], [1, 2]])
    y = ConcatV2(x, state, axis) T=float32; N=2; Tidx=int32; _output_shapes=[shape(4, 3)]
"""
LOOP = """
    x = Placeholder() dtype=float32; shape=shape(None, 2)
    enter = Enter(x) T=float32; frame_name="w"; is_constant=False; _output_shapes=[shape(4, 2)]
    merge = Merge(enter, next) T=float32; N=2; _output_shapes=[shape(4, 2), shape()]
    limit = Const(^merge) dtype=float32; value=tensor(float32, 9.0)
    all = Const(^merge) dtype=int32; value=tensor(int32, [0, 1])
    most = Max(merge, all) T=float32; Tidx=int32; keep_dims=False; _output_shapes=[shape()]
    less = Less(most, limit) T=float32; _output_shapes=[shape()]
    going = LoopCond(less)
    switch = Switch(merge, going) T=float32; _output_shapes=[shape(4, 2), shape(4, 2)]
    shape = Const(^switch) dtype=int32; value=tensor(int32, [4, 2])
    one = Const(^switch) dtype=float32; value=tensor(float32, 1.0)
    ones = Fill(shape, one) T=float32; index_type=int32; _output_shapes=[shape(4, 2)]
    mixed = Add(switch:1, ones) T=float32; _output_shapes=[shape(4, 2)]
    next = NextIteration(mixed) T=float32; _output_shapes=[shape(4, 2)]
    y = Exit(switch) T=float32; _output_shapes=[shape(4, 2)]
"""


def free(graph: Graph) -> Outcome:
    x = TensorRef("x")
    return free_sizes(Question(graph, {BATCH: 4}, {x: {0: BATCH}}, frozenset({x}), (TensorRef("y"),)))


def freed(text: str) -> Graph:
    outcome = free(from_text(text))
    assert outcome.count
    graph = prune(outcome.graph, ["x", "y"]).graph
    assert lint(graph) == ()
    return graph


def run(graph: Graph, x: Any) -> Any:
    import tensorflow as tf

    from tf1compat.savedmodel.graph_def import graph_def_of

    bare = graph.replacing(node.without_attrs("_output_shapes") for node in graph.nodes)
    with tf.Graph().as_default() as made, tf.compat.v1.Session(graph=made) as session:
        tf.graph_util.import_graph_def(graph_def_of(bare), name="")
        return session.run("y:0", {"x:0": x})


def test_shapes_are_open_where_the_batch_is() -> None:
    graph = freed(STATE)
    assert graph.static_shape(TensorRef("both")).dims == (None, 8)
    assert graph.static_shape(TensorRef("flat")).dims == (None,)
    assert graph.static_shape(TensorRef("y")).dims == (None, 8)


def test_a_reshape_reads_a_constant_with_one_open_size() -> None:
    graph = freed(STATE)
    shape = graph.input(graph["y"], 1)
    assert shape.op == "Const"
    assert graph.input(graph["state"], 0).op == "Pack"


def test_a_graph_that_has_no_batch_of_its_own_is_not_changed() -> None:
    graph = from_text("x = Placeholder() dtype=float32; shape=shape(None, 6)\ny = Neg(x) T=float32\n")
    outcome = free(graph)
    assert outcome.count == 0
    assert [node.name for node in outcome.graph.nodes] == ["x", "y"]


def test_rows_that_depend_on_each_other_are_refused() -> None:
    mean = "rows = Const() dtype=int32; value=tensor(int32, [0])\n"
    mean += "y = Mean(x, rows) T=float32; Tidx=int32; _output_shapes=[shape(6)]"
    graph = from_text("x = Placeholder() dtype=float32; shape=shape(None, 6)\n" + mean)
    with pytest.raises(RewriteError, match=r"'y' .* depend on each other; leave out --batch free"):
        free(graph)


def test_what_made_sure_of_the_authors_batch_is_silent_and_other_assertions_stay() -> None:
    sized = """
        sizes = Shape(x) T=float32; out_type=int32; _output_shapes=[shape(2)]
        wanted = Const() dtype=int32; value=tensor(int32, [4, 6])
        equal = Equal(sizes, wanted) T=int32; _output_shapes=[shape(2)]
        places = Const() dtype=int32; value=tensor(int32, [0])
        all = All(equal, places) Tidx=int32; _output_shapes=[shape()]
        sure = Assert(all, sizes) T=[int32]
        finite = IsFinite(x) T=float32; _output_shapes=[shape(4, 6)]
        both = Const() dtype=int32; value=tensor(int32, [0, 1])
        none_lost = All(finite, both) Tidx=int32; _output_shapes=[shape()]
        sound = Assert(none_lost, x) T=[float32]
        y = Identity(x, ^sure, ^sound) T=float32; _output_shapes=[shape(4, 6)]
    """
    graph = freed("x = Placeholder() dtype=float32; shape=shape(None, 6)\n" + sized)
    assert graph["sure"].op == "NoOp"
    assert graph["sound"].op == "Assert"


@pytest.mark.tensorflow
@pytest.mark.parametrize("rows", [1, 4, 7, 0])
def test_any_number_of_rows_runs(rows: int) -> None:
    x = np.arange(rows * 6, dtype=np.float32).reshape(rows, 6)
    expected = np.concatenate([x, np.full((rows, 2), 0.5, np.float32)], 1)
    np.testing.assert_array_equal(run(freed(STATE), x), expected)


@pytest.mark.tensorflow
@pytest.mark.parametrize("rows", [1, 4, 7])
def test_a_constant_of_equal_rows_is_repeated(rows: int) -> None:
    found = run(freed(SPREAD), np.zeros((rows, 1), np.float32))
    np.testing.assert_array_equal(found, [[0, 1, 2]] * rows)


@pytest.mark.tensorflow
@pytest.mark.parametrize("rows", [1, 4, 7])
def test_inside_a_loop_the_batch_is_handed_in(rows: int) -> None:
    found = run(freed(LOOP), np.full((rows, 2), 3.5, np.float32))
    np.testing.assert_array_equal(found, np.full((rows, 2), 9.5))


def test_a_refusal_names_the_option_that_asked_for_it():
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape(2, 3)
        w = VariableV2() dtype=float32; shape=shape(2, 3)
        y = Add(x, w) T=float32; _output_shapes=[shape(2, 3)]
    """)
    ref = TensorRef("x")
    question = Question(graph, {TIME: 3}, {ref: {1: TIME}}, frozenset({ref}), (TensorRef("y"),))
    with pytest.raises(RewriteError, match=r"the number of steps cannot be free: .*; leave out --time free"):
        free_sizes(question)
