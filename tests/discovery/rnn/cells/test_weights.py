import pytest

from tests.discovery.loop_text import variable
from tf1compat.discovery.rnn.cells.weights import columns, is_fixed, whole
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text(
    variable("kernel", 8, 6)
    + variable("more", 8, 6)
    + """
    x = Placeholder() dtype=float32; shape=shape(None, 6)
    axis = Const() dtype=int32; value=tensor(int32, 0)
    frozen = Const() dtype=float32; value=tensor(float32, [[1.0, 2.0]])
    shards = ConcatV2(kernel/read, more/read, axis) N=2
    parts = Split(axis, kernel/read) num_split=2
    slice = StridedSlice(parts:1, axis, axis, axis)
    scaled = Mul(kernel/read, frozen)
    mixed = Mul(kernel/read, x)
    flag = Placeholder() dtype=bool; shape=shape()
    branch = Switch(kernel/read, flag)
    inside = Enter(branch:1) frame_name="f"
    handle = VarHandleOp() dtype=float32; shape=shape(4, 2)
    entered = Enter(handle) frame_name="f"
    value = ReadVariableOp(entered) dtype=float32
    """
)


@pytest.mark.parametrize(
    "name", ["kernel", "frozen", "shards", "parts:1", "slice", "scaled", "inside", "value"]
)
def test_variables_constants_and_what_is_made_of_them_alone_are_fixed(name):
    assert is_fixed(GRAPH, TensorRef.parse(name))


@pytest.mark.parametrize("name", ["x", "mixed"])
def test_what_depends_on_data_is_not_fixed(name):
    assert not is_fixed(GRAPH, TensorRef.parse(name))


def test_a_part_of_a_part_is_a_part_of_the_whole():
    assert whole(GRAPH, TensorRef("slice")) == TensorRef("kernel")
    assert whole(GRAPH, TensorRef("inside")) == TensorRef("kernel")
    assert whole(GRAPH, TensorRef("scaled")) == TensorRef("scaled")


@pytest.mark.parametrize(
    ("name", "size"), [("kernel", 6), ("inside", 6), ("shards", 6), ("frozen", 2), ("value", 2)]
)
def test_columns_are_known_wherever_weights_come_from(name, size):
    assert columns(GRAPH, TensorRef(name)) == size


def test_columns_of_what_has_no_known_shape_are_unknown():
    assert columns(GRAPH, TensorRef("scaled")) is None
