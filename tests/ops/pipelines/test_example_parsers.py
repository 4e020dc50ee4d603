from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.pipelines.decoders import fed_shape
from tf1compat.ops.pipelines.example_parsers import parsed_outputs

KEYS = """
    strings = Placeholder() dtype=string; shape=shape(None)
    names = Const() dtype=string; value=tensor(string, [])
    words = Const() dtype=string; value=tensor(string, "words")
    age = Const() dtype=string; value=tensor(string, "age")
    default = Const() dtype=float32; value=tensor(float32, [])
"""
V1 = KEYS + (
    "parsed = ParseExample(strings, names, words, age, default) Nsparse=1; Ndense=1; sparse_types=[string]; "
    "Tdense=[float32]; dense_shapes=[shape(2)]\n"
)
SINGLE = KEYS + (
    "parsed = ParseSingleExample(strings, default) num_sparse=1; sparse_keys=['words']; dense_keys=['age']; "
    "sparse_types=[string]; Tdense=[float32]; dense_shapes=[shape(2)]\n"
)
V2 = KEYS + (
    "spans = Const() dtype=string; value=tensor(string, ['spans'])\n"
    "sparse = Const() dtype=string; value=tensor(string, ['words'])\n"
    "dense = Const() dtype=string; value=tensor(string, ['age'])\n"
    "parsed = ParseExampleV2(strings, names, sparse, dense, spans, default) num_sparse=1; sparse_types=[string]; "
    "Tdense=[float32]; dense_shapes=[shape(2)]; ragged_value_types=[int64]; ragged_split_types=[int64]\n"
)
SEQUENCE = KEYS + (
    "nothing = Const() dtype=string; value=tensor(string, [])\n"
    "parsed = ParseSingleSequenceExample(strings, nothing, age, words, default, nothing) Ncontext_sparse=0; "
    "Ncontext_dense=1; Nfeature_list_sparse=0; Nfeature_list_dense=1; context_sparse_types=[]; "
    "Tcontext_dense=[float32]; feature_list_sparse_types=[]; feature_list_dense_types=[int64]; "
    "context_dense_shapes=[shape()]; feature_list_dense_shapes=[shape(3)]\n"
)


def outputs_of(text: str) -> list[tuple[str, str, str, str]]:
    graph = from_text(text)
    parsed = parsed_outputs(graph, graph["parsed"])
    return [(each.feature.key, each.part, str(each.dtype), str(each.shape)) for each in parsed]


def test_examples_give_sparse_features_in_three_parts_and_then_dense_ones():
    assert outputs_of(V1) == [
        ("words", "indices", "int64", "[?, ?]"),
        ("words", "values", "string", "[?]"),
        ("words", "shape", "int64", "[?]"),
        ("age", "", "float32", "[?, 2]"),
    ]


def test_a_single_example_has_its_keys_in_attributes_and_no_axis_of_examples():
    assert outputs_of(SINGLE)[-1] == ("age", "", "float32", "[2]")
    assert outputs_of(SINGLE)[1][:3] == ("words", "values", "string")


def test_ragged_features_come_last_as_values_and_splits():
    assert [each[:3] for each in outputs_of(V2)][-2:] == [
        ("spans", "values", "int64"),
        ("spans", "row_splits", "int64"),
    ]


def test_the_steps_of_a_sequence_are_an_axis_in_front():
    assert outputs_of(SEQUENCE) == [("age", "", "float32", "[]"), ("words", "", "int64", "[?, 3]")]


def test_any_other_op_has_no_features():
    graph = from_text(KEYS)
    assert parsed_outputs(graph, graph["strings"]) == ()


def test_what_is_parsed_has_the_type_of_its_output():
    graph = from_text(V1)
    assert [str(dtype_of(graph, TensorRef("parsed", index))) for index in range(4)] == [
        "int64",
        "string",
        "int64",
        "float32",
    ]


def test_readers_and_decoders_have_types_that_no_attribute_says():
    graph = from_text(
        "read = ReaderReadV2(reader, files)\nreader = TextLineReaderV2()\nfiles = FIFOQueueV2()\n"
        "sound = DecodeWav(read:1)\npixels = DecodeJpeg(read:1)\nsparse = DeserializeManySparse(read:1) dtype=float32\n"
    )
    wanted = {"read:1": "string", "sound:0": "float32", "sound:1": "int32", "pixels:0": "uint8", "sparse:0": "int64",
              "sparse:1": "float32"}  # fmt: skip
    assert {name: str(dtype_of(graph, TensorRef.parse(name))) for name in wanted} == wanted
    assert str(dtype_of(graph, TensorRef("reader"))) == "resource"


def test_the_shape_of_what_a_queue_gives_is_that_of_its_component_where_nothing_is_recorded():
    graph = from_text(
        "queue = FIFOQueueV2() component_types=[float32]; shapes=[shape(4)]\n"
        "n = Const() dtype=int32; value=tensor(int32, 8)\none = QueueDequeueV2(queue) component_types=[float32]\n"
        "many = QueueDequeueManyV2(queue, n) component_types=[float32]\n"
        "known = QueueDequeueManyV2(queue, n) component_types=[float32]; _output_shapes=[shape(8, 4)]\n"
    )
    shapes = [str(fed_shape(graph, TensorRef(name))) for name in ("one", "many", "known")]
    assert shapes == ["[4]", "[?, 4]", "[8, 4]"]


def test_the_shape_of_what_an_iterator_or_a_parser_gives_is_that_of_its_attributes():
    graph = from_text(
        V1 + "next = IteratorGetNext(names) output_types=[float32]; output_shapes=[shape(None, 7)]\n"
    )
    assert str(fed_shape(graph, TensorRef("next"))) == "[?, 7]"
    assert str(fed_shape(graph, TensorRef("parsed", 3))) == "[?, 2]"
