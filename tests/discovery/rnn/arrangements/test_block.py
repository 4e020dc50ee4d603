from __future__ import annotations

import pytest

from tests.discovery.loop_text import variable
from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn.arrangements.block import find_block
from tf1compat.graph.text import from_text

GIVEN = (
    variable("kernel", 8, 12)
    + variable("bias", 12)
    + "".join(variable(f"{gate}_diag", 3) for gate in "ifo")
    + """
    x = Placeholder() dtype=float32; shape=shape(None, None, 5)
    c0 = Placeholder() dtype=float32; shape=shape(None, 3)
    h0 = Placeholder() dtype=float32; shape=shape(None, 3)
    lengths = Placeholder() dtype=int32; shape=shape(None)
    none = Const() dtype=float32; value=tensor(float32, [0.0, 0.0, 0.0])
    zero = Const() dtype=int32; value=tensor(int32, 0)
    time = Const() dtype=int64; value=tensor(int64, 7)
    first = Const() dtype=int32; value=tensor(int32, [0])
    last = Const() dtype=int32; value=tensor(int32, [-1])
    end = Const() dtype=int32; value=tensor(int32, [0])
    one = Const() dtype=int32; value=tensor(int32, [1])
    """
)
PLAIN = """
    net/BlockLSTM = BlockLSTM(time, x, c0, h0, kernel/read, none, none, none, bias/read) T=float32; cell_clip=-1.0
"""
CUT_OFF = """
    net/c = StridedSlice(net/BlockLSTM:1, last, end, one) T=float32; shrink_axis_mask=1
    net/h = StridedSlice(net/BlockLSTM:6, last, end, one) T=float32; shrink_axis_mask=1
"""


def found(text: str) -> Rnn:
    (rnn,) = find_block(from_text(GIVEN + text), frozenset())
    return rnn


def final(rnn: Rnn) -> dict[str, str]:
    return {part: str(each) for part, each in rnn.layers[0].final_state.items()}


def with_lengths(op: str = "BlockLSTM", gather: str = "GatherNd") -> str:
    flat = gather == "Gather"
    text = f"""
        net/longest = Max(lengths, zero) T=int32
        net/count = Cast(net/longest) SrcT=int32; DstT=int64
        net/BlockLSTM = {op}(net/count, x, c0, h0, kernel/read, none, none, none, bias/read) T=float32
        net/mask = Tile(lengths, lengths) T=float32
        net/masked = Mul(net/BlockLSTM:6, net/mask) T=float32
    """
    for part, every in (("c", "net/BlockLSTM:1"), ("h", "net/masked")):
        text += f"net/{part}_begin = ExpandDims({part}0, zero) T=float32\n"
        text += f"net/{part}_all = ConcatV2(net/{part}_begin, {every}, zero) T=float32; N=2\n"
        text += f"net/{part}_flat = Reshape(net/{part}_all, lengths) T=float32\n" if flat else ""
        text += f"net/{part} = {gather}(net/{part}_{'flat' if flat else 'all'}, lengths) T=float32\n"
    return text


def test_an_lstm_in_one_op_is_described_as_a_whole():
    rnn = found(PLAIN + CUT_OFF)
    assert (rnn.scope, rnn.kind, rnn.direction, rnn.time_major) == ("net", "block", "forward", True)
    assert (str(rnn.inputs), str(rnn.outputs), rnn.sequence_length) == ("x:0", "net/BlockLSTM:6", None)
    (layer,) = rnn.layers
    assert (layer.cell, layer.units, layer.variables) == ("LSTM", 3, ("kernel", "bias"))
    assert {part: str(each) for part, each in layer.initial_state.items()} == {"c": "c0:0", "h": "h0:0"}
    assert final(rnn) == {"c": "net/c:0", "h": "net/h:0"}
    assert layer.features == ("block",)


def test_a_final_state_that_nobody_takes_is_not_known():
    rnn = found(PLAIN + CUT_OFF.replace("net/BlockLSTM:1, last", "net/BlockLSTM:1, first"))
    assert rnn.layers[0].final_state["c"] is None
    assert str(rnn.layers[0].final_state["h"]) == "net/h:0"


@pytest.mark.parametrize("gather", ["Gather", "GatherNd"])
@pytest.mark.parametrize("op", ["BlockLSTM", "BlockLSTMV2"])
def test_with_lengths_outputs_are_masked_and_states_gathered(op: str, gather: str):
    rnn = found(with_lengths(op, gather))
    assert (str(rnn.sequence_length), str(rnn.outputs)) == ("lengths:0", "net/masked:0")
    assert final(rnn) == {"c": "net/c:0", "h": "net/h:0"}


def test_peepholes_are_variables_of_the_layer():
    text = PLAIN.replace("none, none, none", "i_diag/read, f_diag/read, o_diag/read") + CUT_OFF
    (layer,) = found(text.replace("cell_clip=-1.0", "cell_clip=0.3; use_peephole=True")).layers
    assert layer.variables == ("kernel", "bias", "i_diag", "f_diag", "o_diag")
    assert layer.features == ("block", "peepholes", "clipped")


def test_inputs_and_outputs_both_reversed_make_it_backward():
    text = "turned = ReverseV2(x, first) T=float32\n" + PLAIN.replace("time, x", "time, turned") + CUT_OFF
    assert found(text).direction == "forward"
    rnn = found(text + "back = ReverseV2(net/BlockLSTM:6, first) T=float32\n")
    assert (rnn.direction, str(rnn.inputs), str(rnn.outputs)) == ("backward", "x:0", "back:0")


def test_ops_of_the_training_are_left_out():
    assert find_block(from_text(GIVEN + PLAIN), frozenset({"net/BlockLSTM"})) == ()
