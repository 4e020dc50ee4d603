import pytest

from tests.discovery.outputs.judged.test_compared import offered
from tests.discovery.outputs.two_networks import layer, placeholder, trained

SCORE = placeholder("x", 4) + layer("score", "x", 4, 1, op="Elu") + placeholder("y", 1)
TURNED = """
    order = Const() dtype=int32; value=tensor(int32, [1, 0])
    transpose = Transpose(score, order) T=float32; _output_shapes=[shape(1, None)]
"""
PAIRS = (
    TURNED
    + """
    Sub = Sub(score, transpose) T=float32; _output_shapes=[shape(None, None)]
    Softplus = Softplus(Sub) T=float32; _output_shapes=[shape(None, None)]
    Mul = Mul(y, Softplus) T=float32; _output_shapes=[shape(None, None)]
"""
)
RUNNING = (
    TURNED
    + """
    first = Const() dtype=int32; value=tensor(int32, 0)
    Exp = Exp(score) T=float32; _output_shapes=[shape(None, 1)]
    Cumsum = Cumsum(Exp, first) T=float32; _output_shapes=[shape(None, 1)]
    Log = Log(Cumsum) T=float32; _output_shapes=[shape(None, 1)]
    Sub = Sub(transpose, Log) T=float32; _output_shapes=[shape(None, None)]
    Mul = Mul(Sub, y) T=float32; _output_shapes=[shape(None, None)]
"""
)
WIDE = (
    placeholder("x", 4)
    + layer("out", "x", 4, 2, op="Elu").replace("out = Elu", "kept = Elu")
    + placeholder("y")
)
COLUMN = """
    from_{0} = Const() dtype=int32; value=tensor(int32, [0, {0}])
    to_{0} = Const() dtype=int32; value=tensor(int32, [0, {1}])
    by_{0} = Const() dtype=int32; value=tensor(int32, [1, 1])
    strided_slice_{0} = StridedSlice(out/MatMul, from_{0}, to_{0}, by_{0}) T=float32; Index=int32; begin_mask=1; end_mask=1; shrink_axis_mask=2; _output_shapes=[shape(None)]
    Sub_{0} = Sub(y, strided_slice_{0}) T=float32; _output_shapes=[shape(None)]
"""  # noqa: E501
BOTH = "AddN = AddN(Sub_0, Sub_1) T=float32; N=2; _output_shapes=[shape(None)]\n"


@pytest.mark.parametrize("text", [PAIRS, RUNNING])
def test_the_score_of_each_is_the_result_where_a_loss_holds_examples_against_each_other(text: str) -> None:
    assert offered(SCORE + text + trained(0, "Mul", "score/w")) == {"score:0"}


def test_the_columns_that_losses_take_one_by_one_are_one_result() -> None:
    columns = COLUMN.format(0, 1) + COLUMN.format(1, 2)
    text = (
        WIDE.replace("kept = Elu(out/MatMul) T=float32; _output_shapes=[shape(None, 2)]\n", "")
        + columns
        + BOTH
    )
    assert offered(text + trained(0, "AddN", "out/w")) == {"out/MatMul:0"}


def test_columns_that_are_read_beside_their_layer_stay_results() -> None:
    columns = COLUMN.format(0, 1) + COLUMN.format(1, 2)
    assert {"strided_slice_0:0", "strided_slice_1:0"} <= offered(
        WIDE + columns + BOTH + trained(0, "AddN", "out/w")
    )


ROWS = """
    x = Placeholder() dtype=float32; shape=shape(2, 3, 4)
    w = VariableV2() dtype=float32; shape=shape(4, 5)
    v = VariableV2() dtype=float32; shape=shape(4, 5)
    near = BatchMatMul(x, w) T=float32; _output_shapes=[shape(2, 3, 5)]
    far = BatchMatMul(x, v) T=float32; _output_shapes=[shape(2, 3, 5)]
    rows = Const() dtype=int32; value=tensor(int32, [-1, 5])
    axis = Const() dtype=int32; value=tensor(int32, 0)
    Reshape = Reshape(near, rows) T=float32; _output_shapes=[shape(6, 5)]
    Reshape_1 = Reshape(far, rows) T=float32; _output_shapes=[shape(6, 5)]
    concat = ConcatV2(Reshape, Reshape_1, axis) T=float32; N=2; _output_shapes=[shape(12, 5)]
    y = Placeholder() dtype=float32; shape=shape(12, 5)
    Sub = Sub(concat, y) T=float32; _output_shapes=[shape(12, 5)]
"""


def test_what_a_loss_made_rows_of_all_layers_is_offered_layer_by_layer() -> None:
    assert offered(ROWS + trained(0, "Sub", "w", "v")) == {"near:0", "far:0"}


def test_rows_that_the_author_named_are_the_result() -> None:
    assert "all:0" in offered(ROWS.replace("concat", "all") + trained(0, "Sub", "w", "v"))
