"""What may be fed is read off the graph: sizes that are one, rows of tables, lengths, fixed values."""

from __future__ import annotations

from pathlib import Path

from tests.discovery.tables.table_text import LOOKUP, TABLE, from_file, model_in
from tf1compat.discovery.findings import Findings, InputFinding, Layer, Rnn, StatePairing, StatePiece
from tf1compat.discovery.tables import find_tables
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import ConstantPlan, InputBinding, OutputBinding, Piece, SignaturePlan
from tf1compat.verify.inputs.composites import SparseInput
from tf1compat.verify.inputs.domain import Domain, SignatureDomain, Values, domains_of
from tf1compat.verify.inputs.value_ranges import is_whole_shape

# A dynamic_rnn as far as its input, its lengths and its state: what runs in the loop is discovery's to know.
RNN = """
ids = Placeholder() dtype=int32; shape=shape(...)
lengths = Placeholder() dtype=int32; shape=shape(...)
state = Placeholder() dtype=float32; shape=shape(...)
table = VariableV2() dtype=float32; shape=shape(50, 8)
zero = Const() dtype=int32; value=tensor(int32, 0)
one = Const() dtype=int32; value=tensor(int32, 1)
order = Const() dtype=int32; value=tensor(int32, [1, 0, 2])
begin = Const() dtype=int32; value=tensor(int32, [0])
end = Const() dtype=int32; value=tensor(int32, [1])
stride = Const() dtype=int32; value=tensor(int32, [1])
embedded = GatherV2(table, ids, zero) Tparams=float32
turned = Transpose(embedded, order) T=float32
wide = Cast(lengths) DstT=int64
c = StridedSlice(state, begin, end, stride) shrink_axis_mask=1
array = TensorArrayV3(one) dtype=float32
rows = Range(zero, one, one)
filled = TensorArrayScatterV3(array, rows, turned, array:1)
out = Mystery(filled, wide, c)
"""


def ref(name: str) -> TensorRef:
    return TensorRef.parse(name)


def binding(graph: Graph, name: str) -> InputBinding:
    node = graph[name]
    return InputBinding(name, ref(name), node.dtype("dtype") or DType("float32"), node.shape())


def domains(
    graph: Graph, inputs: str, findings: Findings | None = None, constants: tuple[ConstantPlan, ...] = ()
) -> tuple[SignatureDomain, ...]:
    output = OutputBinding("out", (Piece((), ref("out")),), DType("float32"), Shape())
    bindings = tuple(binding(graph, name) for name in inputs.split())
    signature = SignaturePlan("serving_default", bindings, (output,))
    return domains_of(graph, Findings() if findings is None else findings, signature, constants)


def test_an_input_that_outputs_only_wait_for_takes_any_value():
    graph = from_text("""
        key = Placeholder() dtype=int32; shape=shape()
        x = Placeholder() dtype=float32; shape=shape(3)
        guard = Assert(key, key)
        out = Neg(x, ^guard) T=float32
    """)
    assert [each.alias for each in domains(graph, "x key")[0].inputs] == ["x", "key"]


def likeliest(graph: Graph, inputs: str, findings: Findings | None = None) -> dict[str, Domain]:
    return {each.alias: each for each in domains(graph, inputs, findings)[0].inputs}


def rnn_findings(time_major: bool = True, inputs: str = "turned") -> Findings:
    layer = Layer("LSTM", 16, (), {"c": ref("c")}, {"c": ref("out")})
    rnn = Rnn("rnn", "dynamic", "forward", time_major, ref(inputs), None, ref("wide"), (layer,))
    pairing = StatePairing(ref("state"), "rnn", (
        StatePiece((0,), ref("c"), ref("out"), "c"), StatePiece((1,), ref("h"), ref("out"), "h"),
    ))  # fmt: skip
    return Findings(rnns=(rnn,), pairings=(pairing,))


def test_batch_and_time_are_found_through_transposition_and_embedding() -> None:
    found = likeliest(from_text(RNN), "ids lengths state", rnn_findings())
    assert found["ids"].dims == ("batch", "time")
    assert found["lengths"].dims == ("batch",)
    assert found["state"].dims == (2, "batch", 16)


def test_ids_stay_below_the_rows_of_their_table_and_lengths_within_the_time() -> None:
    found = likeliest(from_text(RNN), "ids lengths state", rnn_findings())
    assert found["ids"].values == Values("ids", below=50)
    assert found["lengths"].values == Values("lengths", upper="time")
    assert found["state"].values == Values("normal")


def test_a_batch_major_rnn_has_its_axes_the_other_way_round() -> None:
    found = likeliest(from_text(RNN), "ids lengths state", rnn_findings(False, "embedded"))
    assert found["ids"].dims == ("batch", "time")


def test_a_time_axis_that_is_baked_in_bounds_the_lengths() -> None:
    text = RNN.replace("ids = Placeholder() dtype=int32; shape=shape(...)",
                       "ids = Placeholder() dtype=int32; shape=shape(None, 20)")  # fmt: skip
    found = likeliest(from_text(text), "ids lengths state", rnn_findings())
    assert found["ids"].dims == ("batch", 20)
    assert found["lengths"].values.upper == 20


def test_a_batch_that_is_baked_in_anywhere_holds_everywhere() -> None:
    text = RNN.replace("state = Placeholder() dtype=float32; shape=shape(...)",
                       "state = Placeholder() dtype=float32; shape=shape(2, 32, 16)")  # fmt: skip
    found = likeliest(from_text(text), "ids lengths state", rnn_findings())
    assert found["ids"].dims == (32, "time")
    assert found["lengths"].dims == (32,)


def test_the_kernel_says_how_wide_the_input_is() -> None:
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape(None, None, None)
        kernel = VariableV2() dtype=float32; shape=shape(27, 64)
        out = Mystery(x)
    """)
    layer = Layer("LSTM", 16, ("kernel",), {}, {})
    rnn = Rnn("rnn", "dynamic", "forward", True, ref("x"), None, None, (layer,))
    assert likeliest(graph, "x", Findings(rnns=(rnn,)))["x"].dims == ("time", "batch", 11)


def test_without_an_rnn_the_first_axis_is_the_batch() -> None:
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape(...)
        w = VariableV2() dtype=float32; shape=shape(4, 3)
        y = MatMul(x, w)
        out = Softmax(y)
    """)
    found = likeliest(graph, "x")
    assert found["x"].dims == ("batch", 4)
    assert found["x"].values == Values("normal", one_hot=True)


def test_the_rank_of_an_image_is_that_of_its_convolution() -> None:
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape(...)
        k = VariableV2() dtype=float32; shape=shape(3, 3, 3, 8)
        out = Conv2D(x, k)
    """)
    assert likeliest(graph, "x")["x"].dims == ("batch", "x.1", "x.2", 3)


def test_inputs_that_are_added_have_one_size() -> None:
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape(None, None)
        y = Placeholder() dtype=float32; shape=shape(None, None)
        out = Add(x, y)
    """)
    found = likeliest(graph, "x y")
    assert found["x"].dims == found["y"].dims


def test_a_resource_variable_bounds_ids_by_its_own_rows() -> None:
    graph = from_text("""
        x = Placeholder() dtype=int64; shape=shape(None)
        table = VarHandleOp() dtype=float32; shape=shape(7, 2); _output_shapes=[shape()]
        out = ResourceGather(table, x)
    """)
    assert likeliest(graph, "x")["x"].values == Values("ids", below=7)


def test_one_hot_and_partitioned_lookups_bound_ids_too() -> None:
    graph = from_text("""
        x = Placeholder() dtype=int32; shape=shape(None)
        y = Placeholder() dtype=int32; shape=shape(None)
        depth = Const() dtype=int32; value=tensor(int32, 9)
        each = Const() dtype=int32; value=tensor(int32, 3)
        hot = OneHot(x, depth) axis=-1
        which = FloorDiv(y, each)
        parts = DynamicPartition(y, which) num_partitions=2
        out = Mystery(hot, parts)
    """)
    found = likeliest(graph, "x y")
    assert found["x"].values.below == 9
    assert found["y"].values.below == 6


def test_the_smallest_of_several_tables_counts() -> None:
    graph = from_text("""
        x = Placeholder() dtype=int32; shape=shape(None)
        large = VariableV2() dtype=float32; shape=shape(70, 2)
        small = VariableV2() dtype=float32; shape=shape(7, 2)
        one = Gather(large, x)
        other = Gather(small, x)
        out = Add(one, other)
    """)
    assert likeliest(graph, "x")["x"].values.below == 7


def test_a_scalar_that_sizes_a_tensor_is_the_batch_size() -> None:
    graph = from_text("""
        n = Placeholder() dtype=int32; shape=shape()
        x = Placeholder() dtype=float32; shape=shape(None, 4)
        width = Const() dtype=int32; value=tensor(int32, 4)
        nothing = Const() dtype=float32; value=tensor(float32, 0.0)
        shape = Pack(n, width) N=2; axis=0
        zeros = Fill(shape, nothing)
        out = Add(zeros, x)
    """)
    assert likeliest(graph, "n x")["n"].values == Values("size", upper="batch")


def test_roles_with_one_right_value_have_it() -> None:
    graph = from_text("keep = Placeholder() dtype=float32; shape=shape()\nout = Mystery(keep)")
    finding = InputFinding(ref("keep"), DType("float32"), Shape.of(), "keep_prob", True)
    assert likeliest(graph, "keep", Findings(inputs=(finding,)))["keep"].values == Values("fixed", value=1.0)


def test_an_integer_called_a_length_is_one() -> None:
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape(None, None, 4)
        seq_len = Placeholder() dtype=int32; shape=shape(None)
        out = Mystery(x, seq_len)
    """)
    found = likeliest(graph, "x seq_len")
    assert found["seq_len"].values == Values("lengths", upper="x.1")


def test_other_types_have_their_own_values() -> None:
    graph = from_text("""
        flag = Placeholder() dtype=bool; shape=shape()
        text = Placeholder() dtype=string; shape=shape(None)
        rate = Placeholder() dtype=float32; shape=shape()
        out = Mystery(flag, text, rate)
    """)
    found = likeliest(graph, "flag text rate")
    assert [found[name].values.kind for name in ("flag", "text", "rate")] == ["boolean", "text", "fraction"]


def test_other_readings_follow_the_likeliest() -> None:
    graph = from_text("x = Placeholder() dtype=float32; shape=shape(None, None)\nout = Mystery(x)")
    readings = [each.inputs[0].dims for each in domains(graph, "x")]
    assert readings == [("batch", "x.1"), ("batch", "time"), ("time", "batch")]


def test_where_all_is_fixed_there_is_one_reading() -> None:
    graph = from_text("x = Placeholder() dtype=float32; shape=shape(5, 3)\nout = Mystery(x)")
    assert [each.inputs[0].dims for each in domains(graph, "x")] == [(5, 3)]


def test_what_stands_before_a_fed_tensor_does_not_matter() -> None:
    graph = from_text("""
        raw = Placeholder() dtype=float32; shape=shape(3, 9)
        cut = Mystery(raw) dtype=float32; shape=shape(None, 2)
        other = Placeholder() dtype=float32; shape=shape(None, None)
        out = Add(cut, other)
    """)
    found = likeliest(graph, "cut other")
    assert found["other"].dims == ("batch", 2)


def test_strings_that_a_table_knows_are_worth_feeding(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("the\nfilm\n")
    model = model_in(tmp_path, LOOKUP.replace("words,", "pieces,") + TABLE + from_file("vocab.txt") + """
        space = Const() dtype=string; value=tensor(string, " ")
        parted = StringSplit(words, space)
        pieces = Identity(parted:1) T=string
        out = Identity(probabilities) T=float32
    """)  # fmt: skip
    found = domains(model.meta_graph.graph, "words", Findings(tables=find_tables(model)))[0].inputs[0]
    assert (found.values.kind, found.values.words) == ("text", (b"the", b"film"))


def test_numbers_that_are_cast_to_ids_stay_below_the_rows() -> None:
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape(None, 5)
        table = VarHandleOp() dtype=float32; shape=shape(11, 4)
        ids = Cast(x) SrcT=float32; DstT=int32
        out = ResourceGather(table, ids)
    """)
    assert likeliest(graph, "x")["x"].values == Values("ids", below=11)


def test_pixels_masks_and_distributions_are_told_by_what_is_done_with_them() -> None:
    graph = from_text("""
        image = Placeholder() dtype=float32; shape=shape(None, 8, 8, 3)
        bytes = Placeholder() dtype=int32; shape=shape(None, 4)
        kept = Placeholder() dtype=int32; shape=shape(None, 4)
        policy = Placeholder() dtype=float32; shape=shape(None, 6)
        full = Const() dtype=float32; value=tensor(float32, 255.0)
        numbers = Cast(bytes) SrcT=int32; DstT=float32
        gates = Cast(kept) SrcT=int32; DstT=float32
        a = RealDiv(image, full) T=float32
        b = RealDiv(numbers, full) T=float32
        c = Mul(b, gates) T=float32
        d = Log(policy) T=float32
        out = Mystery(a, c, d)
    """)
    found = {alias: each.values for alias, each in likeliest(graph, "image bytes kept policy").items()}
    assert found == {
        "image": Values("range", high=255.0),
        "bytes": Values("ids", below=256),
        "kept": Values("mask"),
        "policy": Values("probabilities"),
    }


SPARSE = """
    i = Placeholder() dtype=int64; shape=shape(None, None)
    v = Placeholder() dtype=float32; shape=shape(None)
    s = Placeholder() dtype=int64; shape=shape(None)
    w = VariableV2() dtype=float32; shape=shape(9, 5)
    u = VariableV2() dtype=float32; shape=shape(5, 3)
"""


def sparse_dims(text: str, inputs: str = "i v s") -> tuple[object, ...]:
    (composite,) = domains(from_text(SPARSE + text), inputs)[0].composites
    assert isinstance(composite, SparseInput)
    return composite.dims


def test_three_tensors_without_names_are_one_sparse_matrix_told_by_its_product() -> None:
    assert sparse_dims("out = SparseTensorDenseMatMul(i, v, s, w)") == ("batch", 9)


def test_a_product_of_products_makes_the_matrix_square() -> None:
    text = """
        x = Placeholder() dtype=float32; shape=shape(None, 9)
        h = MatMul(x, w)
        one = SparseTensorDenseMatMul(i, v, s, h)
        more = MatMul(one, u)
        out = SparseTensorDenseMatMul(i, v, s, more)
    """
    first, second = sparse_dims(text, "i v s x")
    assert first == second
    assert domains(from_text(SPARSE + text), "i v s x")[0].inputs[3].dims == (first, 9)


def test_entries_that_were_dropped_or_scaled_are_still_of_the_input() -> None:
    text = """
        zero = Const() dtype=int32; value=tensor(int32, 0)
        shape = Const() dtype=int64; value=tensor(int64, [7, 9])
        n = Placeholder() dtype=int32; shape=shape(...)
        size = ExpandDims(n, zero)
        noise = RandomUniform(size) dtype=float32
        kept = Where(noise)
        places = GatherV2(i, kept, zero)
        left = GatherV2(v, kept, zero)
        scale = Const() dtype=float32; value=tensor(float32, 2.0)
        scaled = Mul(left, scale) T=float32
        out = SparseTensorDenseMatMul(places, scaled, shape, w)
    """
    (domain, *_) = domains(from_text(SPARSE + text), "i v n")
    (composite,) = domain.composites
    assert composite == SparseInput("i", "v", None, (7, 9))
    assert domain.inputs[2].values.entries_of == "i"


def test_the_rank_of_a_sparse_tensor_is_that_of_its_constant_shape() -> None:
    text = """
        shape = Const() dtype=int64; value=tensor(int64, [2, 3, 4])
        nothing = Const() dtype=float32; value=tensor(float32, 0.0)
        out = SparseToDense(i, shape, v, nothing)
    """
    assert sparse_dims(text, "i v") == (2, 3, 4)


def test_a_dense_layer_after_it_tells_the_columns_of_a_sparse_tensor_made_dense() -> None:
    text = """
        nothing = Const() dtype=float32; value=tensor(float32, 0.0)
        dense = SparseToDense(i, s, v, nothing)
        out = MatMul(dense, w)
    """
    assert sparse_dims(text) == ("batch", 9)


def test_a_tensor_that_is_a_shape_itself_is_a_vector_of_sizes():
    graph = from_text("""
        whole = Placeholder() dtype=int32
        handed = Identity(whole) T=int32
        drawn = RandomUniform(handed) T=int32; dtype=float32
        part = Placeholder() dtype=int32
        packed = Pack(part) N=1; T=int32
        filled = Fill(packed, drawn) T=float32
        value = Placeholder() dtype=int32
        other = Reshape(value, packed) T=int32
    """)
    assert {name: is_whole_shape(graph, ref(name)) for name in ("whole", "part", "value")} == {
        "whole": True, "part": False, "value": False,
    }  # fmt: skip
