"""Which tensors hold one number."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.scalars import is_scalar, operands
from tf1compat.names import TensorRef

SCALARS = [
    "y = Sub(one, keep)",
    "v = VariableV2() dtype=float32; shape=shape(1)\ny = Identity(v)",
    "y = Exp(keep)",
    "y = Fill(shape, keep)",
    "alike = OnesLike(x)\ny = Mul(alike, half)",
    "y = Const() dtype=float32; value=tensor(float32, [0.5, 0.5])",
    "y = Unheard(x) _output_shapes=[shape()]",
    "flag = Placeholder() dtype=bool; _output_shapes=[shape()]\ny = Select(flag, half, one)",
]
OTHERS = [
    "y = Identity(x)",
    "y = Mul(x, half)",
    "y = Identity(u)",
    "y = Unheard(x)",
    "y = Const() dtype=float32; value=tensor(float32, [0.5, 0.25])",
    "v = VariableV2() dtype=float32; shape=shape(3)\ny = Identity(v)",
]


@pytest.mark.parametrize("text", SCALARS)
def test_a_tensor_of_one_number(text: str):
    assert is_scalar(drawn(text), TensorRef("y"))


@pytest.mark.parametrize("text", OTHERS)
def test_a_tensor_of_more(text: str):
    assert not is_scalar(drawn(text), TensorRef("y"))


ANYTHING = "y = Placeholder() dtype=float32; shape=shape(...)\n"


def test_a_placeholder_of_any_shape_is_a_threshold():
    graph = drawn(ANYTHING + "test = Less(u, y)\nsize = Shape(y)\n")
    assert is_scalar(graph, TensorRef("y"), threshold=True)
    assert not is_scalar(graph, TensorRef("y"))
    assert not is_scalar(graph, TensorRef("x"), threshold=True)


def test_a_placeholder_of_any_shape_is_a_number_where_only_numbers_are_made_with_it():
    assert is_scalar(drawn(ANYTHING + "same = Identity(y)\nz = Mul(x, same)\n"), TensorRef("y"))
    for reader in ("MatMul(x, y)", "Shape(y)", "Reshape(y, shape)"):
        assert not is_scalar(drawn(ANYTHING + f"z = {reader}\n"), TensorRef("y"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y = Mul(x, half)", ["x", "half"]),
        ("y = Reshape(x, shape)", ["x"]),
        ("y = Fill(shape, half)", ["half"]),
        ("y = RandomUniform(shape) dtype=float32", []),
    ],
)
def test_the_operands_whose_values_count(text: str, expected: list[str]):
    assert [each.node for each in operands(drawn(text)["y"])] == expected
