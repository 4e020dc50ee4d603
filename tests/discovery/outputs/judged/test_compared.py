import pytest

from tests.discovery.outputs.two_networks import arranged, layer, placeholder, trained

OUT = placeholder("x", 4) + layer("out", "x", 4, 3, op="Elu")
Y = "y = Placeholder() dtype=float32; shape=shape(None, 1)\n"
PARTS = """
    axis = Const() dtype=int32; value=tensor(int32, 1)
    split = Split(axis, out) T=float32; num_split=3; _output_shapes=[shape(None, 1), shape(None, 1), shape(None, 1)]
    Softmax = Softmax(split) T=float32; _output_shapes=[shape(None, 1)]
    Exp = Exp(split:2) T=float32; _output_shapes=[shape(None, 1)]
    Sub = Sub(y, split:1) T=float32; _output_shapes=[shape(None, 1)]
    RealDiv = RealDiv(Sub, Exp) T=float32; _output_shapes=[shape(None, 1)]
    Mul = Mul(Softmax, RealDiv) T=float32; _output_shapes=[shape(None, 1)]
"""
SPREAD = """
    Square = Square(Exp) T=float32; _output_shapes=[shape(None, 3)]
    Exp = Exp(out) T=float32; _output_shapes=[shape(None, 3)]
    Log = Log(Exp) T=float32; _output_shapes=[shape(None, 3)]
    Mul = Mul(Square, y) T=float32; _output_shapes=[shape(None, 3)]
    Add = Add(Mul, Log) T=float32; _output_shapes=[shape(None, 3)]
"""


def offered(text: str) -> set[str]:
    return {str(each.tensor) for each in arranged(text).outputs if each.role != "loss"}


def test_each_part_of_a_split_layer_is_offered_by_itself() -> None:
    assert offered(OUT + Y + PARTS + trained(0, "Mul", "out/w")) == {
        "Softmax:0",
        "split:0",
        "split:1",
        "Exp:0",
    }


def test_what_a_likelihood_squares_and_takes_the_logarithm_of_is_the_result() -> None:
    assert offered(OUT + Y + SPREAD + trained(0, "Add", "out/w")) == {"Exp:0"}


@pytest.mark.parametrize("op", ["Neg", "Tanh", "Relu"])
def test_the_last_step_before_a_label_is_kept(op: str) -> None:
    last = f"{op} = {op}(out) T=float32; _output_shapes=[shape(None, 3)]\n"
    off = f"Sub = Sub({op}, y) T=float32; _output_shapes=[shape(None, 3)]\n"
    assert offered(OUT + Y + last + off + trained(0, "Sub", "out/w")) == {f"{op}:0"}


def test_a_result_less_its_noise_is_held_against_its_label_not_its_example() -> None:
    clean = "y = Placeholder() dtype=float32; shape=shape(None, 4)\n" + (
        "Sub = Sub(x, out) T=float32; _output_shapes=[shape(None, 4)]\n"
        "off = Sub(y, Sub) T=float32; _output_shapes=[shape(None, 4)]\n"
    )
    text = placeholder("x", 4) + layer("out", "x", 4, 4, op="Elu") + clean
    assert offered(text + trained(0, "off", "out/w")) == {"Sub:0"}


def test_steps_that_a_loss_leaves_out_are_not_left_out_of_the_result() -> None:
    steps = """
        x = Placeholder() dtype=float32; shape=shape(None, 5, 4)
        w = VariableV2() dtype=float32; shape=shape(4, 3)
        out = BatchMatMul(x, w) T=float32; _output_shapes=[shape(None, 5, 3)]
        y = Placeholder() dtype=float32; shape=shape(None, 4, 3)
        from = Const() dtype=int32; value=tensor(int32, [0, 0, 0])
        to = Const() dtype=int32; value=tensor(int32, [0, -1, 0])
        by = Const() dtype=int32; value=tensor(int32, [1, 1, 1])
        strided_slice = StridedSlice(out, from, to, by) T=float32; Index=int32; _output_shapes=[shape(None, 4, 3)]
        Sub = Sub(strided_slice, y) T=float32; _output_shapes=[shape(None, 4, 3)]
    """
    training = trained(0, "Sub", "w")
    assert offered(steps + training) == {"out:0"}
    assert offered(steps.replace("strided_slice", "without_last") + training) == {"without_last:0"}


def test_what_further_layers_make_of_a_result_is_a_result_too() -> None:
    """Every stage of a stacked network has a loss, and the last one's result is what is served."""
    stages = (
        placeholder("y", 3)
        + layer("last", "out", 3, 3, op="Elu")
        + (
            "first = Sub(out, y) T=float32; _output_shapes=[shape(None, 3)]\n"
            "second = Sub(last, y) T=float32; _output_shapes=[shape(None, 3)]\n"
            "both = Add(first, second) T=float32; _output_shapes=[shape(None, 3)]\n"
        )
    )
    assert {"out:0", "last:0"} <= offered(OUT + stages + trained(0, "both", "out/w", "last/w"))


def test_a_score_in_the_scale_of_its_labels_is_offered_so() -> None:
    scaled = """
        far = Const() dtype=float32; value=tensor(float32, 80.0)
        Sigmoid = Sigmoid(out) T=float32; _output_shapes=[shape(None, 3)]
        Mul = Mul(Sigmoid, far) T=float32; _output_shapes=[shape(None, 3)]
        off = Sub(Mul, y) T=float32; _output_shapes=[shape(None, 3)]
    """
    assert "Mul:0" in offered(OUT + placeholder("y", 3) + scaled + trained(0, "off", "out/w"))


def test_a_margin_is_a_step_of_the_loss() -> None:
    margin = """
        bound = Const() dtype=float32; value=tensor(float32, 0.9)
        zero = Const() dtype=float32; value=tensor(float32, 0.0)
        Sub = Sub(bound, out) T=float32; _output_shapes=[shape(None, 3)]
        Maximum = Maximum(Sub, zero) T=float32; _output_shapes=[shape(None, 3)]
        Square = Square(Maximum) T=float32; _output_shapes=[shape(None, 3)]
        Mul = Mul(Square, y) T=float32; _output_shapes=[shape(None, 3)]
    """
    assert offered(OUT + placeholder("y", 3) + margin + trained(0, "Mul", "out/w")) == {"out:0"}
