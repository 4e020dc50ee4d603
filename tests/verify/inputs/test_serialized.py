"""What is in made-up strings is what the graph takes out of them, within the domain of each part."""

from __future__ import annotations

import numpy as np

from tests.discovery.input_pipeline.feeding_text import EXAMPLES, PARSE
from tf1compat.discovery.findings import Findings
from tf1compat.graph.attributes import Array, DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, OutputBinding, Piece, SignaturePlan
from tf1compat.verify.inputs.cases import cases
from tf1compat.verify.inputs.domain import SignatureDomain, domains_of

PARSED = EXAMPLES + PARSE.rstrip() + "; Tdense=[string, int64]; dense_shapes=[shape(), shape()]\n"
LOOKED_UP = """
    table = VariableV2() dtype=float32; shape=shape(2, 3)
    rows = Gather(table, parsed:1) Tparams=float32
    sizes = Const() dtype=int32; value=tensor(int32, [-1, 4])
    picture = DecodeRaw(parsed) out_type=uint8
    shaped = Reshape(picture, sizes) T=uint8
    out = Mystery(shaped, rows)
"""


def domain_of(text: str, name: str) -> SignatureDomain:
    graph = from_text(text)
    entry = InputBinding(name, TensorRef(name), DType("string"), graph[name].shape())
    output = OutputBinding("out", (Piece((), TensorRef("out")),), DType("float32"), Shape())
    return domains_of(graph, Findings(), SignaturePlan("serving_serialized", (entry,), (output,)))[0]


def made(text: str, name: str) -> list[Array]:
    return [case.feeds[name] for case in cases(domain_of(text, name), 3)]


def test_examples_hold_the_features_that_are_parsed():
    domain = domain_of(PARSED + LOOKED_UP, "strings")
    (entry,) = domain.inputs
    assert entry.values.kind == "serialized"
    assert entry.values.encoding is not None
    assert [(each.key, each.family, str(each.dtype)) for each in entry.values.encoding.parts] == [
        ("image/width", "dense", "string"),
        ("label", "dense", "int64"),
    ]


def test_a_string_feature_holds_as_many_bytes_as_it_is_shaped_to():
    (entry,) = domain_of(PARSED + LOOKED_UP, "strings").inputs
    assert entry.values.encoding is not None
    content = entry.values.encoding.parts[0].content
    assert content is not None
    assert (content.format, content.parts[0].dims) == ("raw", (4,))


def test_ids_in_a_feature_stay_below_the_rows_that_they_look_up():
    (entry,) = domain_of(PARSED + LOOKED_UP, "strings").inputs
    bounds = {each.alias: each.values.below for each in entry.values.parts}
    assert bounds["label"] == 2


def test_there_is_a_string_for_each_example_of_a_batch():
    sizes = [each.shape for each in made(PARSED + LOOKED_UP, "strings")]
    assert {(2,), (0,)} <= set(sizes)
    assert all(isinstance(text, bytes) for each in made(PARSED + LOOKED_UP, "strings") for text in each)


def test_raw_bytes_are_as_many_as_a_shape_demands():
    text = (
        "lines = Placeholder() dtype=string; shape=shape()\nsizes = Const() dtype=int32; value=tensor(int32, [2, 3])\n"
        "row = DecodeRaw(lines) out_type=float32\nout = Reshape(row, sizes) T=float32\n"
    )
    assert {len(each.item()) for each in made(text, "lines")} == {24}


def test_raw_bytes_are_as_many_as_the_last_field_of_a_record_ends_with():
    text = (
        "record = Placeholder() dtype=string; shape=shape()\none = Const() dtype=int32; value=tensor(int32, [1])\n"
        "row = DecodeRaw(record) out_type=uint8\nend = Const() dtype=int32; value=tensor(int32, [9])\n"
        "out = StridedSlice(row, one, end, one) T=uint8\n"
    )
    assert {len(each.item()) for each in made(text, "record")} == {9}


def test_a_line_has_a_value_of_its_type_for_each_column():
    text = (
        "line = Placeholder() dtype=string; shape=shape()\nnone = Const() dtype=float32; value=tensor(float32, [0.0])\n"
        "out = DecodeCSV(line, none, none) OUT_TYPE=[float32, int32]; field_delim=';'\n"
    )
    first, second = made(text, "line")[0].item().split(b";")
    assert "." in first.decode() or "e" in first.decode()
    assert int(second) in range(3)


def test_a_picture_has_the_channels_that_are_asked_for():
    text = (
        "bytes = Placeholder() dtype=string; shape=shape()\nout = DecodePng(bytes) channels=1; dtype=uint8\n"
    )
    (content,) = {each.item()[:8] for each in made(text, "bytes")}
    assert content == b"\x89PNG\r\n\x1a\n"
    header = made(text, "bytes")[0].item()[24:26]
    assert np.frombuffer(header, np.uint8).tolist() == [8, 0]


def test_strings_that_nothing_takes_apart_are_words():
    text = (
        "s = Placeholder() dtype=string; shape=shape(None)\nout = StringToHashBucketFast(s) num_buckets=3\n"
    )
    assert domain_of(text, "s").inputs[0].values.kind == "text"


def test_a_decoder_in_a_loop_over_the_strings_is_found():
    text = (
        "s = Placeholder() dtype=string; shape=shape(None)\narray = TensorArrayV3(n) dtype=string\n"
        "n = Const() dtype=int32; value=tensor(int32, 1)\nput = TensorArrayScatterV3(array, n, s, array:1) T=string\n"
        "one = TensorArrayReadV3(array, n, put) dtype=string\nout = DecodeJpeg(one) channels=3\n"
    )
    assert domain_of(text, "s").inputs[0].values.kind == "serialized"
