"""Each op's rule: what comes out, and what it demands of what goes in."""

from __future__ import annotations

import pytest

from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.verify.inputs.dimensions import walk_shapes
from tf1compat.verify.inputs.shapes import Dims, Symbols

CONSTANTS = """
zero = Const() dtype=int32; value=tensor(int32, 0)
one = Const() dtype=int32; value=tensor(int32, 1)
two = Const() dtype=int32; value=tensor(int32, 2)
weights = VariableV2() dtype=float32; shape=shape(4, 5)
bias = VariableV2() dtype=float32; shape=shape(5)
table = VariableV2() dtype=float32; shape=shape(100, 8)
handle = VarHandleOp() dtype=float32; shape=shape(100, 8); _output_shapes=[shape()]
filters = VariableV2() dtype=float32; shape=shape(3, 3, 2, 16)
order = Const() dtype=int32; value=tensor(int32, [1, 0, 2])
first_two = Const() dtype=int32; value=tensor(int32, [1, 0])
rest = Placeholder() dtype=int32
sizes = Const() dtype=int32; value=tensor(int32, [-1, 6])
begin = Const() dtype=int32; value=tensor(int32, [1, 0])
begin_first = Const() dtype=int32; value=tensor(int32, [0, 0])
end = Const() dtype=int32; value=tensor(int32, [2, 3])
strides = Const() dtype=int32; value=tensor(int32, [1, 1])
"""


def shapes(text: str, **given: Dims) -> dict[str, Dims]:
    """What is found of each node's first output, and of the given ones."""
    inputs = "".join(f"{name} = Placeholder() dtype=float32\n" for name in given)
    symbols = Symbols()
    known = {TensorRef(name): dims for name, dims in given.items()}
    walk = walk_shapes(from_text(CONSTANTS + inputs + text), known, {}, symbols)
    return {ref.node: symbols.found(dims) for ref, dims in walk.dims.items() if ref.index == 0}


@pytest.mark.parametrize(
    ("line", "given", "result"),
    [
        ("Tanh(x)", ("a", "b"), ("a", "b")),
        ("MatMul(x, weights)", ("a", 4), ("a", 5)),
        ("BiasAdd(x, bias)", ("a", 5), ("a", 5)),
        ("Add(x, bias)", ("a", "b", 5), ("a", "b", 5)),
        ("Transpose(x, order)", ("a", "b", "c"), ("b", "a", "c")),
        ("ExpandDims(x, one)", ("a", "b"), ("a", 1, "b")),
        ("Squeeze(x) squeeze_dims=[1]", ("a", 1, "b"), ("a", "b")),
        ("GatherV2(table, x, zero)", ("a", "b"), ("a", "b", 8)),
        ("Gather(table, x)", ("a",), ("a", 8)),
        ("ResourceGather(handle, x)", ("a", "b"), ("a", "b", 8)),
        ("OneHot(x, two) axis=-1", ("a", "b"), ("a", "b", 2)),
        ("Reshape(x, sizes)", ("a", "b", "c"), (None, 6)),
        ("Sum(x, one)", ("a", "b"), ("a",)),
        ("Sum(x, one) keep_dims=True", ("a", "b"), ("a", 1)),
        ("Conv2D(x, filters)", ("a", "b", "c", 2), ("a", None, None, 16)),
        ("MaxPool(x)", ("a", "b", "c", 2), ("a", None, None, 2)),
        ("Pack(x, x) axis=0; N=2", ("a", "b"), (2, "a", "b")),
        ("Split(one, x) num_split=3", ("a", 6), ("a", 2)),
        ("Unpack(x) num=2; axis=0", (2, "a", "b"), ("a", "b")),
        ("StridedSlice(x, begin, end, strides) shrink_axis_mask=1; begin_mask=2; end_mask=2", (2, "a", "b"),
         ("a", "b")),
        ("StridedSlice(x, begin_first, end, strides)", ("a", "b"), ("a", "b")),
        ("Fill(end, x)", (), (2, 3)),
        ("Mystery(x)", ("a", "b"), None),
    ],
)  # fmt: skip
def test_the_shape_that_comes_out(line: str, given: Dims, result: Dims) -> None:
    assert shapes(f"y = {line}", x=given).get("y") == result


@pytest.mark.parametrize(
    ("line", "given", "demanded"),
    [
        ("MatMul(x, weights)", ("a", "b"), ("a", 4)),
        ("MatMul(x, weights) transpose_b=True", ("a", "b"), ("a", 5)),
        ("BiasAdd(x, bias)", ("a", "b"), ("a", 5)),
        ("Add(x, weights)", ("a", "b"), (4, 5)),
        ("Conv2D(x, filters)", ("a", "b", "c", "d"), ("a", "b", "c", 2)),
        ("Unpack(x) num=3; axis=1", ("a", "b"), ("a", 3)),
        ("ConcatV2(x, weights, one) N=2", ("a", "b"), (4, "b")),
    ],
)
def test_the_sizes_that_are_demanded(line: str, given: Dims, demanded: Dims) -> None:
    assert shapes(f"y = {line}", x=given)["x"] == demanded


def test_a_sum_makes_the_sizes_of_its_terms_one() -> None:
    found = shapes("y = Add(x, z)", x=("a", "b"), z=("c", "d"))
    assert found["x"] == found["z"]


def test_a_size_of_one_is_broadcast_and_demands_nothing() -> None:
    assert shapes("y = Mul(x, z)", x=("a", 1), z=("b", "c"))["y"] == ("b", "c")
    assert shapes("y = Mul(x, z)", x=("a", 1), z=("a", "c"))["x"] == ("a", 1)


def test_what_goes_into_an_array_comes_out_of_it_in_a_loop() -> None:
    found = shapes(
        """
        array = TensorArrayV3(one) dtype=float32
        rows = Range(zero, one, one)
        filled = TensorArrayScatterV3(array, rows, x, array:1)
        inside = Enter(array) T=resource; frame_name="loop"; is_constant=True
        flow = Enter(filled) T=float32; frame_name="loop"; is_constant=True
        row = TensorArrayReadV3(inside, one, flow) dtype=float32
        """,
        x=("time", "batch", 3),
    )
    assert found["row"] == ("batch", 3)


def test_a_fixed_number_of_rows_into_an_array_is_demanded() -> None:
    assert shapes(
        """
        array = TensorArrayV3(two) dtype=float32
        filled = TensorArrayScatterV3(array, begin, x, array:1)
        """,
        x=("a", 3),
    )["x"] == (2, 3)


def test_the_permutation_of_later_dynamic_rnns_is_read() -> None:
    found = shapes(
        "permutation = ConcatV2(first_two, rest, zero) N=2\ny = Transpose(x, permutation)", x=("a", "b", "c")
    )
    assert found["y"] == ("b", "a", "c")


def test_labels_have_the_rows_of_their_logits() -> None:
    found = shapes("y = SparseSoftmaxCrossEntropyWithLogits(x, z)", x=("batch", 5), z=("c",))
    assert found["z"] == found["x"][:1] if found["x"] else False


def test_a_picked_index_demands_that_it_is_there() -> None:
    symbols = Symbols()
    graph = from_text(
        CONSTANTS + "x = Placeholder()\ny = StridedSlice(x, begin, end, strides) shrink_axis_mask=1"
    )
    walk_shapes(graph, {TensorRef("x"): ("a", "b")}, {}, symbols)
    assert symbols.at_least == {"a": 2}


@pytest.mark.parametrize("time_major", [True, False])
def test_a_cudnn_network_has_one_batch_in_its_input_its_states_and_its_lengths(time_major: bool) -> None:
    values, state = (("t", "b", 3), (4, "n", 5)) if time_major else (("b", "t", 3), ("n", 4, 5))
    found = shapes(
        f"y = CudnnRNNV3(x, h, c, bias, lengths) time_major={time_major}; direction='bidirectional'",
        x=values, h=state, c=state, lengths=("m",),
    )  # fmt: skip
    batch = found["x"][1 if time_major else 0] if found["x"] else None
    assert found["lengths"] == (batch,)
    assert batch in (found["h"] or ())
    assert found["y"] == (*(found["x"] or ())[:2], 10)


def test_beams_are_gathered_from_tables_of_one_shape() -> None:
    found = shapes(
        "y = GatherTree(x, parents, lengths, one)", x=("t", "b", 4), parents=("s", "c", "k"), lengths=("m",)
    )
    assert found["y"] == found["x"] == found["parents"]
    assert found["lengths"] == (found["x"] or ())[1:2]


def test_a_field_in_the_middle_of_a_record_demands_all_before_its_end():
    text = "at = Const() dtype=int32; value=tensor(int32, [1])\nto = Const() dtype=int32; value=tensor(int32, [49])\n"
    text += "by = Fill(at, one) T=int32\ncut = StridedSlice(record, at, to, by) T=uint8\n"
    symbols = Symbols()
    graph = from_text(CONSTANTS + text + "record = Placeholder() dtype=uint8\n")
    walk_shapes(graph, {TensorRef("record"): ("bytes",)}, {}, symbols)
    assert symbols.at_least == {"bytes": 49}


@pytest.mark.parametrize(
    ("given", "demanded", "result"),
    [
        (("a", "b"), ("a", 6), ("a", 6)),
        (("a", 6), ("a", 6), ("a", 6)),
        (("a", 4), ("a", 4), (None, 6)),
        (("a", "b", 2), ("a", "b", 2), (None, 6)),
    ],
)
def test_rows_that_a_reshape_leaves_as_they_are_have_the_sizes_that_it_says(given, demanded, result):
    found = shapes("y = Reshape(x, sizes)", x=given)
    assert (found["x"], found["y"]) == (demanded, result)
