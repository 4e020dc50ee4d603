import numpy as np
import pytest

from tf1compat.analysis.constants import constant, scalar, swaps_batch_and_time
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text(
    """
    fed = Placeholder() dtype=int32
    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    two = Const() dtype=int32; value=tensor(int32, 2)
    four = Const() dtype=int32; value=tensor(int32, 4)
    pair = Const() dtype=int32; value=tensor(int32, [1, 0])
    name = Const() dtype=string; value=tensor(string, "a")
    half = Const() dtype=bfloat16; value=tensor(float32, 1.0)
    kept = Identity(one) T=int32
    range = Range(two, four, one)
    joined = ConcatV2(pair, range, zero) N=2
    older = Concat(zero, pair, range) N=2
    stacked = Pack(one, two) N=2; axis=0
    less = Sub(one, four) T=int32
    cast = Cast(four) SrcT=int32; DstT=float32
    open = Range(two, fed, one)
    half_open = ConcatV2(pair, open, zero) N=2
    values = Placeholder() dtype=float32
    swap = Transpose(values, joined)
    swap_open = Transpose(values, half_open)
    keep = Transpose(values, range)
    unknown = Transpose(values, fed)
    """
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("one", 1),
        ("kept", 1),
        ("range", [2, 3]),
        ("joined", [1, 0, 2, 3]),
        ("older", [1, 0, 2, 3]),
        ("stacked", [1, 2]),
        ("less", -3),
        ("cast", 4.0),
    ],
)
def test_what_a_graph_fixes_is_known(name: str, expected: object):
    value = constant(GRAPH, TensorRef(name))
    assert value is not None
    np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize("name", ["fed", "open", "half_open", "values", "half"])
def test_what_depends_on_what_is_fed_is_not_known(name: str):
    assert constant(GRAPH, TensorRef(name)) is None


def test_a_scalar_is_one_number():
    assert scalar(GRAPH, TensorRef("less")) == -3.0
    assert scalar(GRAPH, TensorRef("pair")) is None
    assert scalar(GRAPH, TensorRef("name")) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("swap", True), ("swap_open", True), ("keep", False), ("unknown", False), ("one", False)],
)
def test_a_swap_of_batch_and_time_is_told_from_other_transposes(name: str, expected: bool):
    assert swaps_batch_and_time(GRAPH, GRAPH[name]) is expected
