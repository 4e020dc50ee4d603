import pytest

from tests.discovery.batch_norm.norm_text import FUSED_MODEL, MOMENTS, PREDICTED, UNFUSED_MODEL
from tf1compat.analysis.batch_norm.statistics import find_statistics
from tf1compat.graph.text import from_text

SUMS = """
    axes = Const() dtype=int32; value=tensor(int32, [0])
    count = Const() dtype=float32; value=tensor(float32, 4.0)
    divisor = Inv(count) T=float32
    shift = Const() dtype=float32; value=tensor(float32, [0.5, 0.5, 0.5])
    off = Sub(logits, shift) T=float32; _output_shapes=[shape(None, 3)]
    square = SquaredDifference(logits, shift) T=float32; _output_shapes=[shape(None, 3)]
    mean_ss = Sum(off, axes) T=float32; _output_shapes=[shape(3)]
    var_ss = Sum(square, axes) T=float32; _output_shapes=[shape(3)]
    shifted = Mul(mean_ss, divisor) T=float32; _output_shapes=[shape(3)]
    mean = Add(shifted, shift) T=float32; _output_shapes=[shape(3)]
    whole = Mul(var_ss, divisor) T=float32; _output_shapes=[shape(3)]
    part = Square(shifted) T=float32; _output_shapes=[shape(3)]
    variance = Sub(whole, part) T=float32; _output_shapes=[shape(3)]
    normal = Identity(variance) T=float32
"""


def found(text: str) -> set[tuple[str, str]]:
    statistics = find_statistics(from_text(text)).values()
    return {(str(each.tensor), each.kind) for each in statistics}


def test_moments_over_the_batch_are_its_statistics():
    assert found(UNFUSED_MODEL) == {("mean:0", "mean"), ("variance:0", "variance")}


def test_a_fused_op_in_training_gives_both():
    assert found(FUSED_MODEL) == {("fused:1", "mean"), ("fused:2", "variance")}


def test_a_fused_op_in_inference_gives_none():
    assert found(FUSED_MODEL.replace("is_training=True", "is_training=False")) == set()


def test_sums_and_a_count_are_the_first_form_of_moments():
    assert found(PREDICTED + SUMS) == {("mean:0", "mean"), ("variance:0", "variance")}


@pytest.mark.parametrize("axes", ["[1]", "[-1]", "[0, 1]"])
def test_other_axes_are_those_of_layers_and_instances_or_leave_no_feature(axes: str):
    assert found(UNFUSED_MODEL.replace("tensor(int32, [0])", f"tensor(int32, {axes})")) == set()


def test_a_batch_of_one_has_no_statistics():
    assert found(UNFUSED_MODEL.replace("shape(None, 3)", "shape(1, 3)")) == set()


def test_instances_that_were_laid_into_the_channels_of_one_example_have_none():
    laid = FUSED_MODEL.replace("tensor(int32, [-1, 1, 1, 3])", "tensor(int32, [1, 1, 1, 3])")
    assert found(laid.replace("shape(None, 1, 1, 3)", "shape(1, 1, 1, 3)")) == set()
    assert found(laid.replace("; _output_shapes=[shape(None, 1, 1, 3)]", "")) == set()


def test_a_kernel_that_is_standardised_has_none():
    assert (
        found(PREDICTED + MOMENTS.replace("(logits,", "(w/read,").replace("Sub(scaled", "Add(logits"))
        == set()
    )
