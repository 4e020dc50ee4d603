"""Where graphs have their batch baked in, and what keeps them from taking any other."""

from __future__ import annotations

import pytest

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, REST
from tf1compat.analysis.shapes.free import FreeSizes, Question, find_batch_size, find_free_sizes
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

FED = """
    x = Placeholder() dtype=float32; shape=shape(4, 6)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    rows = Const() dtype=int32; value=tensor(int32, [0])
    w = VariableV2() dtype=float32; shape=shape(6, 2)
    w/read = Identity(w) T=float32; _output_shapes=[shape(6, 2)]
"""


def find(text: str, *outputs: str, fed: tuple[str, ...] = ("x",), size: int = 4) -> FreeSizes | Mismatch:
    graph = from_text(FED + text)
    refs = [TensorRef.parse(each) for each in fed]
    ends = tuple(TensorRef(each) for each in outputs or ("y",))
    return find_free_sizes(Question(graph, {BATCH: size}, {refs[0]: {0: BATCH}}, frozenset(refs), ends))


def found(text: str, *outputs: str, fed: tuple[str, ...] = ("x",)) -> FreeSizes:
    free = find(text, *outputs, fed=fed)
    assert isinstance(free, FreeSizes), free
    return free


def refused(text: str) -> str:
    miss = find(text)
    assert isinstance(miss, Mismatch)
    return miss.reason


def test_layers_need_no_change() -> None:
    free = found("y = MatMul(x, w/read) T=float32; _output_shapes=[shape(4, 2)]")
    assert not free.vectors
    assert not free.spread
    assert free.dims[TensorRef("y")] == ((BATCH,), (2,))


def test_a_shape_with_the_batch_in_it_is_read_anew() -> None:
    free = found("""
        shape = Const() dtype=int32; value=tensor(int32, [4, 2, 3])
        y = Reshape(x, shape) T=float32; Tshape=int32; _output_shapes=[shape(4, 2, 3)]
    """)
    assert free.vectors == {("y", 1): ((BATCH,), (2,), (3,))}


def test_a_shape_that_leaves_the_batch_open_is_left_alone() -> None:
    free = found("""
        shape = Const() dtype=int32; value=tensor(int32, [-1, 2])
        y = Reshape(x, shape) T=float32; Tshape=int32; _output_shapes=[shape(12, 2)]
    """)
    assert not free.vectors
    assert free.dims[TensorRef("y")] == ((BATCH, 3), (2,))


ZEROS = """
    size = Const() dtype=int32; value=tensor(int32, [4])
    units = Const() dtype=int32; value=tensor(int32, [5])
    shape = ConcatV2(size, units, zero) T=int32; N=2; _output_shapes=[shape(2)]
    zero = Const() dtype=int32; value=tensor(int32, 0)
    nothing = Const() dtype=float32; value=tensor(float32, 0.0)
    state = Fill(shape, nothing) T=float32; _output_shapes=[shape(4, 5)]
    y = ConcatV2(x, state, axis) T=float32; N=2; _output_shapes=[shape(4, 11)]
"""


def test_a_zero_state_has_as_many_rows_as_there_are_examples() -> None:
    assert found(ZEROS).vectors == {("state", 0): ((BATCH,), (5,))}


def test_a_constant_of_equal_rows_is_spread() -> None:
    constant = """
        state = Const() dtype=float32; value=tensor(float32, [[1, 2], [1, 2], [1, 2], [1, 2]])
        y = ConcatV2(x, state, axis) T=float32; N=2; _output_shapes=[shape(4, 8)]
    """
    assert found(constant).spread == {"state": {0: (BATCH,)}}
    assert "other numbers for each example" in refused(constant.replace("[1, 2]]", "[3, 4]]"))


def test_a_constant_that_broadcasts_is_left_alone() -> None:
    free = found("""
        one = Const() dtype=float32; value=tensor(float32, [[1, 2, 3, 4, 5, 6]])
        y = Add(x, one) T=float32; _output_shapes=[shape(4, 6)]
    """)
    assert not free.spread


def test_a_state_that_is_fed_has_the_batch_on_an_axis_of_its_own() -> None:
    free = found(
        """
        h = Placeholder() dtype=float32; shape=shape(2, 4, 5)
        states = Unpack(h) T=float32; num=2; axis=0; _output_shapes=[shape(4, 5), shape(4, 5)]
        y = ConcatV2(x, states:1, axis) T=float32; N=2; _output_shapes=[shape(4, 11)]
        """,
        fed=("x", "h"),
    )
    assert free.inputs == {TensorRef("x"): {0: BATCH}, TensorRef("h"): {1: BATCH}}


def test_numbers_of_the_examples_are_counted_anew() -> None:
    free = found("""
        start = Const() dtype=int32; value=tensor(int32, 0)
        limit = Const() dtype=int32; value=tensor(int32, 4)
        step = Const() dtype=int32; value=tensor(int32, 1)
        numbers = Range(start, limit, step) Tidx=int32; _output_shapes=[shape(4)]
        best = ArgMax(x, axis) T=float32; output_type=int32; _output_shapes=[shape(4)]
        y = Pack(numbers, best) T=int32; N=2; axis=1; _output_shapes=[shape(4, 2)]
    """)
    assert free.vectors == {("numbers", 1): ((BATCH,),)}


def test_what_goes_round_a_loop_enters_it_with_the_batch() -> None:
    text = """
        dims = Const() dtype=int32; value=tensor(int32, [4, 6])
        nothing = Const() dtype=float32; value=tensor(float32, 0.0)
        state = Fill(dims, nothing) T=float32; _output_shapes=[shape(4, 6)]
        enter = Enter(state) T=float32; frame_name="w"; is_constant=False; _output_shapes=[shape(4, 6)]
        merge = Merge(enter, next) T=float32; N=2; _output_shapes=[shape(4, 6), shape()]
        limit = Const(^merge) dtype=float32; value=tensor(float32, 9.0)
        all = Const(^merge) dtype=int32; value=tensor(int32, [0, 1])
        sum = Max(merge, all) T=float32; Tidx=int32; _output_shapes=[shape()]
        less = Less(sum, limit) T=float32; _output_shapes=[shape()]
        going = LoopCond(less)
        switch = Switch(merge, going) T=float32; _output_shapes=[shape(4, 6), shape(4, 6)]
        given = Enter(x) T=float32; frame_name="w"; is_constant=True; _output_shapes=[shape(4, 6)]
        mixed = Add(switch:1, given) T=float32; _output_shapes=[shape(4, 6)]
        next = NextIteration(mixed) T=float32; _output_shapes=[shape(4, 6)]
        y = Exit(switch) T=float32; _output_shapes=[shape(4, 6)]
    """
    free = found(text)
    assert free.vectors == {("state", 0): ((BATCH,), (6,))}
    assert free.dims[TensorRef("y")] == ((BATCH,), (6,))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("y = Mean(x, rows) T=float32; Tidx=int32; _output_shapes=[shape(6)]", "its rows depend on each other"),
        ("y = MatMul(x, x) T=float32; transpose_a=True; _output_shapes=[shape(6, 6)]", "adds up over the batch"),
        ("y = FusedBatchNorm(x, w/read) T=float32; is_training=True; _output_shapes=[shape(4, 6)]", "statistics"),
        ("y = Unpack(x) T=float32; num=4; axis=0; _output_shapes=[shape(6)]", "takes the batch apart"),
        ("shape = Const() dtype=int32; value=tensor(int32, [2, 12])\n"
         "y = Reshape(x, shape) T=float32; _output_shapes=[shape(2, 12)]", "takes the batch apart"),
        ("v = VariableV2() dtype=float32; shape=shape(4, 6)\n"
         "y = ConcatV2(x, v, axis) T=float32; N=2; _output_shapes=[shape(4, 12)]", "the variable 'v' holds one row"),
        ("y = Unique(x) T=float32; _output_shapes=[shape(None)]", "not known to be of each example alone"),
        ("b = Const() dtype=int32; value=tensor(int32, [0])\ne = Const() dtype=int32; value=tensor(int32, [2])\n"
         "s = Const() dtype=int32; value=tensor(int32, [1])\n"
         "y = StridedSlice(x, b, e, s) T=float32; _output_shapes=[shape(2, 6)]", "takes some examples"),
    ],
)  # fmt: skip
def test_what_keeps_a_batch_from_being_free_is_said(text: str, reason: str) -> None:
    assert reason in refused(text)


def test_the_size_is_found_where_only_the_state_tells_it() -> None:
    graph = from_text((FED + ZEROS).replace("shape(4, 6)", "shape(None, 6)"))
    x = TensorRef("x")
    assert find_batch_size(graph, {x: {0: BATCH}}, [x], [TensorRef("y")]) == 4
    free = from_text(FED + "y = MatMul(x, w/read) T=float32; _output_shapes=[shape(4, 2)]")
    assert find_batch_size(free, {x: {0: BATCH}}, [x], [TensorRef("y")]) == 0


def test_batches_end_to_end_are_counted_and_come_apart_again() -> None:
    free = found("""
        zero = Const() dtype=int32; value=tensor(int32, 0)
        other = Tanh(x) T=float32
        both = ConcatV2(x, other, zero) N=2; T=float32; _output_shapes=[shape(8, 6)]
        parts = Split(zero, both) num_split=2; T=float32; _output_shapes=[shape(4, 6), shape(4, 6)]
        y = Neg(parts:1) T=float32; _output_shapes=[shape(4, 6)]
    """)
    assert free.dims[TensorRef("both")] == ((2, BATCH), (6,))
    assert free.dims[TensorRef("y")] == ((BATCH,), (6,))


def test_batches_of_unlike_sizes_are_not_counted() -> None:
    reason = refused("""
        zero = Const() dtype=int32; value=tensor(int32, 0)
        more = Const() dtype=float32; value=tensor(float32, [[1, 2, 3, 4, 5, 6]])
        y = ConcatV2(x, more, zero) N=2; T=float32; _output_shapes=[shape(5, 6)]
    """)
    assert "puts batches end to end" in reason


def test_a_reshape_of_weights_has_the_shape_that_it_reads() -> None:
    """As the `Tensordot` of TensorFlow 1.4 does, of which the file tells no sizes."""
    free = found("""
        shape = Const() dtype=int32; value=tensor(int32, [6, 2])
        kernel = Reshape(w/read, shape) T=float32; Tshape=int32; _output_shapes=[shape(None, None)]
        y = MatMul(x, kernel) T=float32; _output_shapes=[shape(4, None)]
    """)
    assert free.dims[TensorRef("y")] == ((BATCH,), (2,))


OPEN = """
    pair = Placeholder() dtype=float32; shape=shape(4, None, 6)
    sizes = Shape(pair) T=float32; out_type=int32; _output_shapes=[shape(3)]
    at_1 = Const() dtype=int32; value=tensor(int32, [1])
    at_2 = Const() dtype=int32; value=tensor(int32, [2])
    steps = StridedSlice(sizes, at_1, at_2, at_1) T=int32; shrink_axis_mask=1; _output_shapes=[shape()]
    any = Const() dtype=int32; value=tensor(int32, -1)
    four = Const() dtype=int32; value=tensor(int32, 4)
    three = Const() dtype=int32; value=tensor(int32, 3)
"""


@pytest.mark.parametrize("lead", ["four, steps, any", "any, steps, two", "four, any, two"])
def test_features_come_apart_beside_an_open_axis(lead: str) -> None:
    text = (
        OPEN
        + "two = Const() dtype=int32; value=tensor(int32, 2)\n"
        + f"shape = Pack({lead}, three) N=4; T=int32; axis=0; _output_shapes=[shape(4)]\n"
        + "y = Reshape(pair, shape) T=float32; Tshape=int32; _output_shapes=[shape(None, None, None, 3)]\n"
    )
    free = found(text, fed=("pair",))
    assert (free.dims[TensorRef("y")] or ())[::3] == ((BATCH,), (3,))
    assert free.inputs[TensorRef("pair")][0] == BATCH


def test_a_size_that_is_computed_of_the_batch_and_of_what_is_open_is_read_anew() -> None:
    """Its author's number of examples stands in it, and another is fed."""
    free = found(
        OPEN
        + """
        six = Const() dtype=int32; value=tensor(int32, 6)
        count = Mul(four, steps) T=int32; _output_shapes=[shape()]
        shape = Pack(count, six) N=2; T=int32; axis=0; _output_shapes=[shape(2)]
        y = Reshape(pair, shape) T=float32; Tshape=int32; _output_shapes=[shape(None, 6)]
        """,
        fed=("pair",),
    )
    rows, features = free.vectors["y", 1]
    assert features == (6,)
    assert rows == REST or BATCH in (rows or ())
