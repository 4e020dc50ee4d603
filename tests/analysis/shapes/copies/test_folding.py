"""Copies of a computation for each example of a batch: a loop over the examples, or why there is none."""

from __future__ import annotations

import pytest

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, Dims
from tf1compat.analysis.shapes.free import FreeSizes, Question, find_free_sizes
from tf1compat.graph.frames import find_frames
from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

#: A batch of two sequences of three steps, and a layer.
FED = """
    x = Placeholder() dtype=float32; shape=shape(2, 3, 4)
    w = VariableV2() dtype=float32; shape=shape(4, 5)
    w/read = Identity(w) T=float32; _output_shapes=[shape(4, 5)]
    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    rows = Const() dtype=int32; value=tensor(int32, [-1, 4])
"""
UNSTACKED = "parts = Unpack(x) num=2; T=float32; axis=0; _output_shapes=[shape(3, 4), shape(3, 4)]"
LAYERS = """
    first = MatMul({}, w/read) T=float32; _output_shapes=[shape(3, 5)]
    second = MatMul({}, w/read) T=float32; _output_shapes=[shape(3, 5)]
"""
STACKED = "y = Pack(first, second) N=2; T=float32; axis=0; _output_shapes=[shape(2, 3, 5)]"


def find(text: str) -> FreeSizes | Mismatch:
    graph, x = from_text(FED + text), TensorRef("x")
    return find_free_sizes(Question(graph, {BATCH: 2}, {x: {0: BATCH}}, frozenset({x}), (TensorRef("y"),)))


def looped(text: str) -> Dims:
    """The dimensions of what a loop makes in the place of the copies."""
    found = find(text)
    assert isinstance(found, FreeSizes), found
    assert [frame.name for frame in find_frames(found.graph)] == ["y/each"]
    assert lint(found.graph) == ()
    return found.dims[TensorRef("y")]


def refused(text: str) -> Mismatch:
    found = find(text)
    assert isinstance(found, Mismatch), found
    return found


TAKEN = {
    "unstacked": (UNSTACKED, "parts:0", "parts:1"),
    "split": (
        """
        parts = Split(zero, x) num_split=2; T=float32; _output_shapes=[shape(1, 3, 4), shape(1, 3, 4)]
        row_0 = Reshape(parts:0, rows) T=float32; Tshape=int32; _output_shapes=[shape(3, 4)]
        row_1 = Reshape(parts:1, rows) T=float32; Tshape=int32; _output_shapes=[shape(3, 4)]
        """,
        "row_0", "row_1",
    ),
    "indexed": (
        """
        at_0 = Const() dtype=int32; value=tensor(int32, [0])
        at_1 = Const() dtype=int32; value=tensor(int32, [1])
        at_2 = Const() dtype=int32; value=tensor(int32, [2])
        row_0 = StridedSlice(x, at_0, at_1, at_1) T=float32; shrink_axis_mask=1; _output_shapes=[shape(3, 4)]
        row_1 = StridedSlice(x, at_1, at_2, at_1) T=float32; shrink_axis_mask=1; _output_shapes=[shape(3, 4)]
        """,
        "row_0", "row_1",
    ),
    "gathered": (
        """
        row_0 = GatherV2(x, zero, zero) Tparams=float32; _output_shapes=[shape(3, 4)]
        row_1 = GatherV2(x, one, zero) Tparams=float32; _output_shapes=[shape(3, 4)]
        """,
        "row_0", "row_1",
    ),
    "sliced": (
        """
        from_0 = Const() dtype=int32; value=tensor(int32, [0, 0, 0])
        from_1 = Const() dtype=int32; value=tensor(int32, [1, 0, 0])
        size = Const() dtype=int32; value=tensor(int32, [1, -1, -1])
        part_0 = Slice(x, from_0, size) T=float32; _output_shapes=[shape(1, 3, 4)]
        part_1 = Slice(x, from_1, size) T=float32; _output_shapes=[shape(1, 3, 4)]
        row_0 = Reshape(part_0, rows) T=float32; Tshape=int32; _output_shapes=[shape(3, 4)]
        row_1 = Reshape(part_1, rows) T=float32; Tshape=int32; _output_shapes=[shape(3, 4)]
        """,
        "row_0", "row_1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("taken", TAKEN)
def test_a_loop_takes_the_place_of_a_layer_for_each_example(taken: str) -> None:
    text, *parts = TAKEN[taken]
    assert looped(text + LAYERS.format(*parts) + STACKED) == ((BATCH,), (3,), (5,))


def test_the_layer_stands_in_the_loop_once() -> None:
    found = find(UNSTACKED + LAYERS.format("parts:0", "parts:1") + STACKED)
    assert isinstance(found, FreeSizes)
    (frame,) = find_frames(found.graph)
    made = [node for node in found.graph.nodes if node.name in frame.nodes and node.op == "MatMul"]
    assert [node.name for node in made] == ["y/each/copy/first"]
    assert found.graph["y"].op == "Identity"


JOINED = {
    "stacked behind": ("y = Pack(first, second) N=2; T=float32; axis=-1; _output_shapes=[shape(3, 5, 2)]",
                       ((3,), (5,), (BATCH,))),
    "end to end": (
        "y = ConcatV2(first, second, zero) N=2; T=float32; _output_shapes=[shape(6, 5)]", ((BATCH, 3), (5,))
    ),
    "with an axis of one": (
        """
        a = ExpandDims(first, one) T=float32; Tdim=int32; _output_shapes=[shape(3, 1, 5)]
        b = ExpandDims(second, one) T=float32; Tdim=int32; _output_shapes=[shape(3, 1, 5)]
        y = ConcatV2(a, b, one) N=2; T=float32; _output_shapes=[shape(3, 2, 5)]
        """,
        ((3,), (BATCH,), (5,)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("joined", JOINED)
def test_the_results_are_put_together_as_the_author_did(joined: str) -> None:
    text, dims = JOINED[joined]
    assert looped(UNSTACKED + LAYERS.format("parts:0", "parts:1") + text) == dims


def test_examples_may_lie_along_another_axis() -> None:
    turned = """
        order = Const() dtype=int32; value=tensor(int32, [1, 0, 2])
        turned = Transpose(x, order) T=float32; Tperm=int32; _output_shapes=[shape(3, 2, 4)]
        parts = Unpack(turned) num=2; T=float32; axis=1; _output_shapes=[shape(3, 4), shape(3, 4)]
    """
    assert looped(turned + LAYERS.format("parts:0", "parts:1") + STACKED) == ((BATCH,), (3,), (5,))


def test_a_state_of_equal_rows_has_one_for_each_example() -> None:
    text = (
        UNSTACKED
        + """
        state = Const() dtype=float32; value=tensor(float32, [[0, 0, 0, 0], [0, 0, 0, 0]])
        states = Unpack(state) num=2; T=float32; axis=0; _output_shapes=[shape(4), shape(4)]
        first = Add(parts:0, states:0) T=float32; _output_shapes=[shape(3, 4)]
        second = Add(parts:1, states:1) T=float32; _output_shapes=[shape(3, 4)]
        """
        + STACKED
    )
    found = find(text)
    assert isinstance(found, FreeSizes)
    assert found.spread == {"state": {0: (BATCH,)}}


REFUSED = {
    "another order": (
        LAYERS.format("parts:1", "parts:0") + STACKED, "parts", "not put together again in the old order"
    ),
    "one example twice": (
        """
        first = Add(parts:0, w/read) T=float32; _output_shapes=[shape(3, 4)]
        second = Add(parts:1, first) T=float32; _output_shapes=[shape(3, 4)]
        """
        + STACKED,
        "first", "not all computed alike",
    ),
    "the first for all": (
        LAYERS.format("parts:0", "parts:1")
        + """
        third = Add(first, first) T=float32; _output_shapes=[shape(3, 5)]
        fourth = Add(second, first) T=float32; _output_shapes=[shape(3, 5)]
        y = Pack(third, fourth) N=2; T=float32; axis=0; _output_shapes=[shape(2, 3, 5)]
        """,
        "first", "is of the first example, and is read for all of them",
    ),
    "another op": (
        """
        first = Tanh(parts:0) T=float32; _output_shapes=[shape(3, 4)]
        second = Sigmoid(parts:1) T=float32; _output_shapes=[shape(3, 4)]
        """
        + STACKED,
        "second", "where the first has 'first' (Tanh), another has 'second' (Sigmoid)",
    ),
    "another number": (
        """
        two = Const() dtype=float32; value=tensor(float32, 2.0)
        three = Const() dtype=float32; value=tensor(float32, 3.0)
        first = Mul(parts:0, two) T=float32; _output_shapes=[shape(3, 4)]
        second = Mul(parts:1, three) T=float32; _output_shapes=[shape(3, 4)]
        """
        + STACKED,
        "three", "another number for an example of the batch",
    ),
    "another attribute": (
        LAYERS.format("parts:0", "parts:1").replace("second = MatMul(parts:1, w/read) ",
                                                    "second = MatMul(parts:1, w/read) transpose_b=True; ") + STACKED,
        "second", "not all computed alike",
    ),
    "weights of their own": (
        """
        v = VariableV2() dtype=float32; shape=shape(4, 5)
        first = MatMul(parts:0, w) T=float32; _output_shapes=[shape(3, 5)]
        second = MatMul(parts:1, v) T=float32; _output_shapes=[shape(3, 5)]
        """
        + STACKED,
        "w", "is there for one example of the batch alone",
    ),
    "a row of weights": (
        """
        v = VariableV2() dtype=float32; shape=shape(2, 4)
        own = Unpack(v) num=2; T=float32; axis=0; _output_shapes=[shape(4), shape(4)]
        first = Add(parts:0, own:0) T=float32; _output_shapes=[shape(3, 4)]
        second = Add(parts:1, own:1) T=float32; _output_shapes=[shape(3, 4)]
        """
        + STACKED,
        "v", "holds one row for each of the author's 2 examples",
    ),
    "examples added up": (
        LAYERS.format("parts:0", "parts:1") + "y = AddN(first, second) N=2; T=float32; _output_shapes=[shape(3, 5)]",
        "parts", "takes the batch apart into examples",
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_keeps_examples_from_being_looped_over_is_said_with_its_node(why: str) -> None:
    text, at, reason = REFUSED[why]
    found = refused(UNSTACKED + text)
    assert reason in found.reason
    assert found.at == at


def test_known_entries_of_a_batch_are_no_batch() -> None:
    found = refused(
        """
        some = Const() dtype=int32; value=tensor(int32, [1, 0])
        y = GatherV2(x, some, zero) Tparams=float32; _output_shapes=[shape(2, 3, 4)]
        """
    )
    assert (found.at, "takes some examples" in found.reason) == ("y", True)
