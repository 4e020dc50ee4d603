import pytest

from tests.discovery.loop_text import GIVEN, LSTM_BODY, LSTM_INVARIANTS, LSTM_WEIGHTS, dynamic_rnn
from tf1compat.discovery.findings import StatePairing, StateSlice
from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.states.pairing import find_pairings
from tf1compat.graph.text import from_text

STATE = "state = Placeholder() dtype=float32; shape=shape(2, None, 3)\n"


def ints(name: str, *values: int) -> str:
    return f"{name} = Const() dtype=int32; value=tensor(int32, {list(values)})\n"


def scalar(name: str, value: int) -> str:
    return f"{name} = Const() dtype=int32; value=tensor(int32, {value})\n"


def paired(lines: str, c: str, h: str) -> list[StatePairing]:
    text = GIVEN + LSTM_WEIGHTS + lines + dynamic_rnn(LSTM_BODY, {"c": c, "h": h}, LSTM_INVARIANTS)
    graph = from_text(text)
    return list(find_pairings(graph, find_rnns(graph, frozenset())))


def indices(pairings: list[StatePairing]) -> dict[str, list[tuple[str, tuple[int, ...]]]]:
    return {str(each.placeholder): [(piece.part, piece.index) for piece in each.pieces] for each in pairings}


def sliced(name: str, source: str, index: tuple[int, ...], mask: str) -> str:
    begin, end = ints(f"{name}/0", *index), ints(f"{name}/1", *(each + 1 for each in index))
    steps = ints(f"{name}/2", *(1 for _ in index))
    return begin + end + steps + f"{name} = StridedSlice({source}, {name}/0, {name}/1, {name}/2) {mask}\n"


def test_pieces_of_one_placeholder_are_paired_with_the_final_states():
    mask = "shrink_axis_mask=1; begin_mask=0; end_mask=0"
    lines = STATE + sliced("first", "state", (0,), mask) + sliced("second", "state", (1,), mask)
    (pairing,) = paired(lines, "first", "second")
    assert (str(pairing.placeholder), pairing.rnn) == ("state:0", "rnn")
    assert [(each.part, each.index, str(each.initial), str(each.final)) for each in pairing.pieces] == [
        ("c", (0,), "first:0", "rnn/while/c_exit:0"),
        ("h", (1,), "second:0", "rnn/while/h_exit:0"),
    ]


def test_a_placeholder_for_each_state_is_taken_whole():
    lines = STATE.replace("state =", "a =") + STATE.replace("state =", "b =")
    assert indices(paired(lines, "a", "b")) == {"a:0": [("c", ())], "b:0": [("h", ())]}


def test_unstacked_and_then_sliced_gives_two_indices():
    mask = "shrink_axis_mask=1; begin_mask=0; end_mask=0"
    lines = "state = Placeholder() dtype=float32; shape=shape(4, 2, None, 3)\nlayers = Unpack(state) num=4; axis=0\n"
    lines += sliced("first", "layers:3", (0,), mask) + sliced("second", "layers:3", (1,), mask)
    assert indices(paired(lines, "first", "second")) == {"state:0": [("c", (3, 0)), ("h", (3, 1))]}


def test_several_indices_at_once_and_indices_from_the_end_are_read():
    lines = "state = Placeholder() dtype=float32; shape=shape(1, 2, None, 3)\n"
    lines += sliced("first", "state", (0, 0, 0, 0), "shrink_axis_mask=3; begin_mask=12; end_mask=12")
    lines += sliced("second", "state", (0, -1), "shrink_axis_mask=3; begin_mask=0; end_mask=0")
    assert indices(paired(lines, "first", "second")) == {"state:0": [("c", (0, 0)), ("h", (0, 1))]}


def test_split_and_squeezed_pieces_count_and_gathered_ones():
    lines = STATE + scalar("zeroth", 0) + "parts = Split(zeroth, state) num_split=2\n"
    lines += "first = Squeeze(parts) squeeze_dims=[0]\n" + scalar("index", 1)
    lines += "second = GatherV2(state, index, zeroth) Tparams=float32\n"
    assert indices(paired(lines, "first", "second")) == {"state:0": [("c", (0,)), ("h", (1,))]}


@pytest.mark.parametrize(
    "line",
    [
        "first = Neg(state) T=float32\n",
        "parts = Split(one, state) num_split=2\nfirst = Squeeze(parts) squeeze_dims=[1]\n",
        "first = Unpack(state) num=2; axis=1\n",
        sliced("first", "state", (0, 1), "shrink_axis_mask=2; begin_mask=1; end_mask=1"),
        sliced("first", "state", (0,), "shrink_axis_mask=0; begin_mask=0; end_mask=0"),
        sliced("first", "state", (0, 0), "shrink_axis_mask=1; begin_mask=2; end_mask=2").replace(
            "[1, 1]", "[1, -1]"
        ),
        "spot = Placeholder() dtype=int32; shape=shape()\nfirst = Gather(state, spot) Tparams=float32\n",
    ],
    ids=[
        "computed",
        "split along units",
        "unstacked along the batch",
        "inner index",
        "range",
        "backwards",
        "fed index",
    ],
)
def test_what_is_no_piece_at_a_fixed_place_is_not_paired(line: str):
    assert paired(STATE + line, "first", "zeros") == []


def test_states_may_lie_side_by_side_along_the_last_axis():
    wide = "state = Placeholder() dtype=float32; shape=shape(None, 6)\n"
    whole = "begin_mask=1; end_mask=1; shrink_axis_mask=0"
    cut = ints("first/0", 0, 0) + ints("first/1", 0, 3) + ints("first/2", 1, 1)
    cut += f"first = StridedSlice(state, first/0, first/1, first/2) {whole}\n"
    cut += ints("second/0", 0, 3) + ints("second/1", 0, 0) + ints("second/2", 1, 1)
    cut += "second = StridedSlice(state, second/0, second/1, second/2) begin_mask=1; end_mask=3; shrink_axis_mask=0\n"
    split = "parts = Split(axis, state) num_split=2\nfirst = Identity(parts)\nsecond = Identity(parts:1)\n"
    for lines in (cut, split):
        (pairing,) = paired(wide + lines, "first", "second")
        assert [(each.part, each.index, each.beside) for each in pairing.pieces] == [
            ("c", (), StateSlice(1, 0, 3)), ("h", (), StateSlice(1, 3, 3)),
        ]  # fmt: skip


def test_a_range_that_leaves_other_axes_cut_is_no_piece():
    wide = "state = Placeholder() dtype=float32; shape=shape(None, 6)\n"
    cut = ints("first/0", 1, 0) + ints("first/1", 2, 3) + ints("first/2", 1, 1)
    cut += "first = StridedSlice(state, first/0, first/1, first/2) begin_mask=0; end_mask=0; shrink_axis_mask=0\n"
    assert paired(wide + cut, "first", "zeros") == []
