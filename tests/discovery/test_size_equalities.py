"""Which axis of what is fed a number is the size of."""

from __future__ import annotations

import pytest

from tf1compat.discovery.size_equalities import FedSize, size_of_fed
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

MASK = """
    n = Placeholder() dtype=int32; shape=shape(); _output_shapes=[shape()]
    x = Placeholder() dtype=float32; shape=shape(None, None); _output_shapes=[shape(None, None)]
    lengths = Placeholder() dtype=int32; shape=shape(None); _output_shapes=[shape(None)]
    zero = Const() dtype=int32; value=tensor(int32, 0); _output_shapes=[shape()]
    one = Const() dtype=int32; value=tensor(int32, 1); _output_shapes=[shape()]
    range = Range(zero, n, one) Tidx=int32; _output_shapes=[shape(None)]
    column = ExpandDims(lengths, one) T=int32; Tdim=int32; _output_shapes=[shape(None, 1)]
    less = Less(range, column) T=int32; _output_shapes=[shape(None, None)]
    mask = Cast(less) SrcT=bool; DstT=float32; _output_shapes=[shape(None, None)]
    y = Mul(x, mask) T=float32; _output_shapes=[shape(None, None)]
"""
PARTED = """
    n = Placeholder() dtype=int32; shape=shape(); _output_shapes=[shape()]
    count = Placeholder() dtype=int32; shape=shape(); _output_shapes=[shape()]
    x = Placeholder() dtype=float32; shape=shape(None, 6); _output_shapes=[shape(None, 6)]
    three = Const() dtype=int32; value=tensor(int32, 3); _output_shapes=[shape()]
    two = Const() dtype=int32; value=tensor(int32, 2); _output_shapes=[shape()]
    sizes = Pack(count, n, three, two) T=int32; N=4; axis=0; _output_shapes=[shape(4)]
    y = Reshape(x, sizes) T=float32; Tshape=int32; _output_shapes=[shape(None, None, 3, 2)]
"""
X, LENGTHS = TensorRef("x"), TensorRef("lengths")


def test_a_mask_is_as_long_as_what_it_is_multiplied_with() -> None:
    assert size_of_fed(from_text(MASK), "n", {X, LENGTHS}, ()) == FedSize(X, 1)


@pytest.mark.parametrize(
    ("written", "instead"),
    [("Range(zero", "Range(one"), ("shape(None, None)", "shape(None, 5)"), ("Mul(x, mask)", "Rank(mask)")],
)
def test_what_is_as_long_for_no_reason_or_fixed_says_nothing(written: str, instead: str) -> None:
    assert size_of_fed(from_text(MASK.replace(written, instead)), "n", {X, LENGTHS}, ()) is None


def test_ops_of_training_say_nothing() -> None:
    assert size_of_fed(from_text(MASK), "n", {X, LENGTHS}, {"y"}) is None


def test_rows_that_are_parted_by_two_numbers_tell_the_inner_one() -> None:
    graph = from_text(PARTED)
    assert size_of_fed(graph, "n", {X}, ()) == FedSize(X, 0, TensorRef("count"))
    assert size_of_fed(graph, "count", {X}, ()) is None


@pytest.mark.parametrize(("written", "instead"), [("int32, 3", "int32, 4"), ("int32, 3", "int32, -1")])
def test_rows_that_are_not_simply_parted_tell_nothing(written: str, instead: str) -> None:
    assert size_of_fed(from_text(PARTED.replace(written, instead)), "n", {X}, ()) is None
