from dataclasses import replace

import pytest

from tests.discovery.loop_text import (
    AXIS,
    GIVEN,
    RNN,
    RNN_BODY,
    RNN_INVARIANTS,
    RNN_WEIGHTS,
    carried,
    dynamic_rnn,
)
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.recurrence import find_cells
from tf1compat.discovery.rnn.looping.surroundings import Arrangement, arrange, reverses, stack_of
from tf1compat.graph.model import Versions
from tf1compat.graph.text import from_text

SWAP = "swap = Const() dtype=int32; value=tensor(int32, [1, 0, 2])\n"
LENGTHS = "lengths = Placeholder() dtype=int64; shape=shape(None)\n"


def rnn_of(inputs: str, body: str = RNN_BODY, **invariants: str) -> str:
    return RNN_WEIGHTS + dynamic_rnn(body, {"h": "zeros"}, {**RNN_INVARIANTS, **invariants}, inputs=inputs)


def arranged(text: str) -> Arrangement:
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    return arrange(graph, loop, find_cells(graph, loop)[0].match.input)


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
    assert (found.inputs, found.time_major, str(found.outputs)) == (None, True, "rnn/stack:0")


def without_outputs(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith("rnn/stack ="))


def test_without_outputs_a_transpose_in_the_loop_s_scope_tells_that_the_author_had_batch_major_inputs():
    text = GIVEN + SWAP + "rnn/turned = Transpose(x, swap) T=float32\n" + rnn_of("rnn/turned")
    found = arranged(without_outputs(text))
    assert (found.direction, found.time_major, str(found.inputs)) == ("forward", False, "x:0")
    assert found.outputs is None


def test_without_outputs_a_transpose_beside_the_loop_is_the_rnn_s_until_tensorflow_1_4():
    text = without_outputs(GIVEN + SWAP + "turned = Transpose(x, swap) T=float32\n" + rnn_of("turned"))
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    given = find_cells(graph, loop)[0].match.input
    assert arrange(replace(graph, versions=Versions(24)), loop, given).time_major is False
    assert arrange(replace(graph, versions=Versions(26)), loop, given).time_major is True


def test_without_outputs_a_reversal_in_the_scope_around_the_loop_s_makes_a_backward_rnn():
    time = "time = Const() dtype=int32; value=tensor(int32, [0])\n"
    text = GIVEN + time + "both/bw/back = ReverseV2(x, time) T=float32; Tidx=int32\n"
    loop = dynamic_rnn(RNN_BODY, {"h": "zeros"}, RNN_INVARIANTS, inputs="both/bw/back", scope="both/bw/bw")
    loop = "\n".join(line for line in loop.splitlines() if "both/bw/bw/stack =" not in line)
    found = arranged(text + RNN_WEIGHTS + loop)
    assert (found.direction, str(found.inputs), found.outputs) == ("backward", "x:0", None)


def test_a_reversal_within_the_loop_s_scope_makes_a_backward_rnn_whose_outputs_may_stay_reversed():
    text = GIVEN + SWAP + "time = Const() dtype=int32; value=tensor(int32, [0])\n"
    text += "rnn/turned = Transpose(x, swap) T=float32\n"
    text += "rnn/back = ReverseV2(rnn/turned, time) T=float32; Tidx=int32\n" + rnn_of("rnn/back")
    text += "rnn/transpose = Transpose(rnn/stack, swap) T=float32\n"
    assert in_words(arranged(text)) == ("backward", False, "x:0", "rnn/transpose:0")


def test_outputs_may_be_transposed_in_the_scope_where_they_are_stacked():
    text = (GIVEN + SWAP + rnn_of("x")).replace("rnn/stack =", "decoder/Stack/stack =")
    text += "decoder/transpose = Transpose(decoder/Stack/stack, swap) T=float32\n"
    assert str(arranged(text).outputs) == "decoder/transpose:0"


READ_AHEAD = """
    ~next_step = AddV2(~step, ~increment) T=int32
    ~over = GreaterEqual(~next_step, ~lengths) T=int32
    ~all = All(~over, ~increment)
    ~source_switch = Switch(~source, ~all)
    ~step_switch_2 = Switch(~next_step, ~all)
    ~filled_switch = Switch(~filled, ~all)
    ~read = TensorArrayReadV3(~source_switch, ~step_switch_2, ~filled_switch) dtype=float32
    ~nothing = Switch(~x, ~all)
    ~x_new = Merge(~nothing:1, ~read) T=float32
    ~done_new = LogicalOr(~over, ~done)
"""


def decoded() -> str:
    """A loop that reads in one step what its cell gets in the next, as decoders do."""
    loop = dynamic_rnn(
        RNN_BODY + READ_AHEAD,
        {"h": "zeros", "x": "zeros"},
        {**RNN_INVARIANTS, "lengths": "lengths"},
    )
    own_read = "rnn/while/x = TensorArrayReadV3"
    loop = "\n".join(line for line in loop.splitlines() if own_read not in line)
    done = carried("done", "flags", "rnn/frame", "bool").replace("~", "rnn/while/")
    flags = "flags = Placeholder() dtype=bool; shape=shape(None)\n"
    return GIVEN + LENGTHS + flags + RNN_WEIGHTS + loop + done


def test_what_is_read_in_one_step_for_the_next_is_the_sequence():
    found = arranged(decoded())
    assert (str(found.inputs), str(found.sequence_length)) == ("x:0", "lengths:0")


def test_a_limit_of_steps_is_no_sequence_length():
    limit = "lengths = Const() dtype=int32; value=tensor(int32, 9)\n"
    assert arranged(decoded().replace(LENGTHS, limit)).sequence_length is None


def test_lengths_made_in_the_step_itself_are_not_given():
    made = decoded().replace("~lengths)", "~made)").replace("rnn/while/lengths)", "rnn/while/made)")
    made += "rnn/while/made = Fill(rnn/while/step, rnn/while/lengths) T=int32\n"
    assert arranged(made).sequence_length is None


def test_beams_are_traced_back_through_the_arrays_of_the_steps():
    text = RNN + "beams = GatherTree(rnn/stack, rnn/stack, steps, zero) T=int32\n"
    assert str(arranged(text).outputs) == "beams:0"


def test_an_array_that_nobody_stacks_has_no_stack():
    graph = from_text(without_outputs(RNN))
    (loop,) = find_loops(graph, frozenset())
    assert stack_of(graph, loop.arrays[0]) is None
    graph = from_text(RNN)
    assert str(stack_of(graph, loop.arrays[0])) == "rnn/stack:0"
