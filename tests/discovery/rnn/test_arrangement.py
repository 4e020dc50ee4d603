import pytest

from tests.discovery.loop_text import AXIS, GIVEN, RNN, RNN_BODY, RNN_INVARIANTS, RNN_WEIGHTS, dynamic_rnn
from tf1compat.discovery.rnn.arrangement import Arrangement, arrange, reverses
from tf1compat.discovery.rnn.layers import find_cells
from tf1compat.discovery.rnn.loops import find_loops
from tf1compat.graph.text import from_text

SWAP = "swap = Const() dtype=int32; value=tensor(int32, [1, 0, 2])\n"
LENGTHS = "lengths = Placeholder() dtype=int64; shape=shape(None)\n"


def rnn_of(inputs: str, body: str = RNN_BODY, **invariants: str) -> str:
    return RNN_WEIGHTS + dynamic_rnn(body, {"h": "zeros"}, {**RNN_INVARIANTS, **invariants}, inputs=inputs)


def arranged(text: str) -> Arrangement:
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    return arrange(graph, loop, find_cells(graph, loop)[0].input)


def in_words(found: Arrangement) -> tuple[str, bool | None, str, str]:
    return found.direction, found.time_major, str(found.inputs), str(found.outputs)


def test_time_major_inputs_go_in_and_come_out_as_they_are():
    assert in_words(arranged(RNN)) == ("forward", True, "x:0", "rnn/stack:0")


def test_batch_major_inputs_are_those_before_the_transpose():
    text = GIVEN + SWAP + "turned = Transpose(x, swap) T=float32\n" + rnn_of("turned")
    text += "rnn/transpose = Transpose(rnn/stack, swap) T=float32\n"
    assert in_words(arranged(text)) == ("forward", False, "x:0", "rnn/transpose:0")


def test_an_order_that_is_joined_at_run_time_is_read_too():
    order = """
        pair = Const() dtype=int32; value=tensor(int32, [1, 0])
        rank = Rank(x) T=float32
        two = Const() dtype=int32; value=tensor(int32, 2)
        others = Range(two, rank, one)
        order_axis = Const() dtype=int32; value=tensor(int32, 0)
        swap = ConcatV2(pair, others, order_axis) T=int32
    """
    text = GIVEN + order + "turned = Transpose(x, swap) T=float32\n" + rnn_of("turned")
    text += "rnn/transpose = Transpose(rnn/stack, swap) T=float32\n"
    assert in_words(arranged(text)) == ("forward", False, "x:0", "rnn/transpose:0")


def test_transposes_that_the_author_made_himself_are_not_the_rnn_s():
    text = GIVEN + SWAP + "turned = Transpose(x, swap) T=float32\n" + rnn_of("turned")
    text += "back = Transpose(rnn/stack, swap) T=float32\n"
    assert in_words(arranged(text)) == ("forward", True, "turned:0", "rnn/stack:0")


def test_inputs_and_outputs_both_reversed_make_a_backward_rnn():
    text = GIVEN + "time = Const() dtype=int32; value=tensor(int32, [0])\n"
    text += "back = ReverseV2(x, time) T=float32; Tidx=int32\n" + rnn_of("back")
    text += "again = ReverseV2(rnn/stack, time) T=float32; Tidx=int32\n"
    assert in_words(arranged(text)) == ("backward", True, "x:0", "again:0")


def test_a_batch_major_backward_rnn_is_reversed_outside_of_its_transposes():
    text = GIVEN + SWAP + LENGTHS + "back = ReverseSequence(x, lengths) seq_dim=1; batch_dim=0\n"
    text += "turned = Transpose(back, swap) T=float32\n" + rnn_of("turned")
    text += "rnn/transpose = Transpose(rnn/stack, swap) T=float32\n"
    text += "again = ReverseSequence(rnn/transpose, lengths) seq_dim=1; batch_dim=0\n"
    assert in_words(arranged(text)) == ("backward", False, "x:0", "again:0")


def test_inputs_that_the_author_reversed_himself_make_no_backward_rnn():
    text = GIVEN + "time = Const() dtype=int32; value=tensor(int32, [0])\n"
    text += "back = ReverseV2(x, time) T=float32; Tidx=int32\n" + rnn_of("back")
    assert in_words(arranged(text)) == ("forward", True, "back:0", "rnn/stack:0")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("r = Reverse(x, flags) T=float32", True),
        ("r = Reverse(x, both) T=float32", False),
        ("r = ReverseV2(x, axis) T=float32", True),
        ("r = ReverseSequence(x, axis) seq_dim=1; batch_dim=0", True),
        ("r = ReverseSequence(x, axis) seq_dim=0; batch_dim=1", False),
        ("r = Transpose(x, axis) T=float32", False),
    ],
)
def test_only_a_reversal_of_just_this_axis_counts(line: str, expected: bool):
    flags = "flags = Const() dtype=bool; value=tensor(bool, [False, True, False])\n"
    both = "both = Const() dtype=bool; value=tensor(bool, [True, True, False])\n"
    graph = from_text("x = Placeholder() dtype=float32\n" + AXIS + flags + both + line)
    assert reverses(graph, graph["r"], 1) is expected


def test_lengths_are_those_that_the_author_gave_before_cast_and_check():
    body = (
        RNN_BODY.replace("~h_new", "~made")
        + """
        ~over = GreaterEqual(~step, ~checked) T=int32
        ~h_new = Select(~over, ~h, ~made) T=float32
    """
    )
    checked = (
        LENGTHS
        + """
        narrow = Cast(lengths) SrcT=int64; DstT=int32
        checked = Identity(narrow) T=int32
    """
    )
    assert (
        str(arranged(GIVEN + checked + rnn_of("x", body, checked="checked")).sequence_length) == "lengths:0"
    )


def test_without_a_comparison_with_the_step_no_lengths_are_known():
    body = RNN_BODY.replace("~h_new", "~made") + "~h_new = Select(~flag, ~h, ~made) T=float32\n"
    flag = "flag = Placeholder() dtype=bool; shape=shape(None)\n"
    assert arranged(GIVEN + flag + rnn_of("x", body, flag="flag")).sequence_length is None


def test_a_loop_whose_input_is_not_one_sequence_leaves_it_open():
    graph = from_text(RNN)
    (loop,) = find_loops(graph, frozenset())
    found = arrange(graph, loop, None)
    assert (found.inputs, found.time_major, str(found.outputs)) == (None, None, "rnn/stack:0")
