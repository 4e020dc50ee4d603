import pytest

from tf1compat.discovery.rnn.states.carrying import Place, made_of, outside_branch, place_of, undressed
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text(
    """
    state = Placeholder() dtype=float32; shape=shape(None, 12)
    flag = Placeholder() dtype=bool; shape=shape()
    mask = Placeholder() dtype=bool; shape=shape(None)
    order = Placeholder() dtype=int32; shape=shape(None)
    size = Placeholder() dtype=int32; shape=shape(3)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    sizes = Const() dtype=int32; value=tensor(int32, [5, 3, 4])
    begin = Const() dtype=int32; value=tensor(int32, [0, 4])
    row = Const() dtype=int32; value=tensor(int32, [1, 4])
    extent = Const() dtype=int32; value=tensor(int32, [-1, 8])
    strides = Const() dtype=int32; value=tensor(int32, [1, 1])
    shape = Const() dtype=int32; value=tensor(int32, [-1, 12])

    thirds = Split(axis, state) num_split=3; _output_shapes=[shape(None, 4), shape(None, 4), shape(None, 4)]
    uneven = SplitV(state, sizes, axis) num_split=3
    slice = Slice(state, begin, extent) T=float32
    lower = Slice(state, row, extent) T=float32
    strided = StridedSlice(state, begin, extent, strides) begin_mask=1; end_mask=3; _output_shapes=[shape(None, 8)]
    half = Slice(slice, begin, strides_2) T=float32
    strides_2 = Const() dtype=int32; value=tensor(int32, [-1, 2])
    switched = Switch(state, flag) T=float32
    held = Identity(switched:1) T=float32

    beams = Placeholder() dtype=float32; shape=shape(None, 3, 12)
    merged = Reshape(beams, shape) T=float32; _output_shapes=[shape(None, 12)]
    other = Reshape(beams, shape) T=float32; _output_shapes=[shape(None, 36)]

    made = Tanh(state) T=float32
    late = Tanh(made) T=float32
    selected = Select(mask, state, made) T=float32
    neither = Select(mask, made, late) T=float32
    branch = Merge(held, made) T=float32
    kept = RealDiv(made, late) T=float32
    floor = Floor(state) T=float32
    dropped = Mul(kept, floor) T=float32
    rows = Reshape(made, shape) T=float32
    chosen = GatherV2(rows, order, axis) T=float32
    ordered = Reshape(chosen, size) T=float32
    reshaped = Reshape(made, size) T=float32
    both = ConcatV2(made, late, axis) T=float32; N=2
    nested = ConcatV2(both, dropped, axis) T=float32; N=2
    """
)
STATE = TensorRef("state")


@pytest.mark.parametrize(
    ("tensor", "begin", "size"),
    [
        ("thirds:2", 8, 4),
        ("uneven:1", 5, 3),
        ("slice:0", 4, 8),
        ("strided:0", 4, 8),
        ("half:0", 8, 2),
        ("state:0", None, None),
        ("held:0", None, None),
    ],
)
def test_a_part_lies_in_the_tensor_that_it_is_cut_out_of(tensor: str, begin: int | None, size: int | None):
    assert place_of(GRAPH, TensorRef.parse(tensor)) == Place(STATE, begin, size)


def test_a_cut_that_leaves_rows_out_is_no_part():
    assert place_of(GRAPH, TensorRef("lower")) == Place(TensorRef("lower"))


def test_beams_taken_as_so_many_examples_are_the_same_state():
    assert place_of(GRAPH, TensorRef("merged")) == Place(TensorRef("beams"))


def test_a_reshape_that_changes_the_last_axis_is_another_tensor():
    assert place_of(GRAPH, TensorRef("other")) == Place(TensorRef("other"))


def test_a_branch_is_seen_from_outside():
    assert outside_branch(GRAPH, TensorRef("held")) == STATE


@pytest.mark.parametrize("dressed", ["made", "selected", "branch", "dropped", "ordered", "chosen"])
def test_what_a_cell_made_is_found_under_what_was_done_to_it(dressed: str):
    assert undressed(GRAPH, TensorRef(dressed), STATE) == TensorRef("made")


@pytest.mark.parametrize("other", ["neither", "reshaped"])
def test_what_is_done_otherwise_is_the_cell_s_own(other: str):
    assert undressed(GRAPH, TensorRef(other), STATE) == TensorRef(other)


def test_a_joined_state_is_made_of_its_parts_in_order():
    assert [each.node for each in made_of(GRAPH, TensorRef("nested"), STATE)] == ["made", "late", "made"]
    assert made_of(GRAPH, TensorRef("selected"), STATE) == (TensorRef("made"),)
