import pytest

from tf1compat.discovery.rnn.unrolling.sequences import piece_of, step_inputs
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GIVEN = """
    x = Placeholder() dtype=float32; shape=shape(None, 3, 5)
    y = Placeholder() dtype=float32; shape=shape(None, 3, 5)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    begin = Const() dtype=int32; value=tensor(int32, [0, 2])
    end = Const() dtype=int32; value=tensor(int32, [0, 3])
    ones = Const() dtype=int32; value=tensor(int32, [1, 1])
    u = Unpack(x) T=float32; num=3; axis=1
    v = Unpack(y) T=float32; num=3; axis=1
    s = Split(axis, x) num_split=3
    w = Unpack(x) T=float32; num=3; axis=-2
"""


def refs(*names: str) -> list[TensorRef]:
    return [TensorRef.parse(each) for each in names]


@pytest.mark.parametrize(
    ("line", "tensor"),
    [
        ("", "u:2"),
        ("", "w:2"),
        ("p = Squeeze(s:2) squeeze_dims=[1]\n", "p"),
        ("p = StridedSlice(x, begin, end, ones) begin_mask=1; end_mask=1; shrink_axis_mask=2\n", "p"),
    ],
)
def test_a_piece_of_a_sequence_is_known_by_the_whole_the_axis_and_the_index(line: str, tensor: str):
    piece = piece_of(from_text(GIVEN + line), TensorRef.parse(tensor))
    assert piece is not None
    assert (str(piece.whole), piece.axis, piece.index) == ("x:0", 1, 2)


@pytest.mark.parametrize(
    "line",
    [
        "p = Squeeze(x)\n",
        "p = StridedSlice(x, begin, end, ones) shrink_axis_mask=2\n",
        "p = StridedSlice(x, begin, end, ones) begin_mask=1; end_mask=1; shrink_axis_mask=3\n",
        "p = Tanh(u)\n",
    ],
)
def test_other_parts_of_a_tensor_are_no_pieces(line: str):
    assert piece_of(from_text(GIVEN + line), TensorRef("p")) is None


def test_pieces_of_one_tensor_in_rising_order_run_forward_and_in_falling_order_backward():
    forward = step_inputs(from_text(GIVEN), refs("u", "u:1", "u:2"))
    backward = step_inputs(from_text(GIVEN), refs("u:2", "u:1", "u"))
    assert (forward.direction, backward.direction) == ("forward", "backward")
    assert forward.steps == backward.steps == tuple(refs("u", "u:1", "u:2"))


def test_pieces_of_several_tensors_or_in_no_order_have_no_whole():
    for steps in (refs("u", "v:1", "u:2"), refs("u", "u:2", "u:1")):
        found = step_inputs(from_text(GIVEN), steps)
        assert (found.whole, found.steps) == (None, tuple(steps))
