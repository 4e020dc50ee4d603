"""The protobuf door: what is read is what is written, for every kind of attribute and every fixture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto import function_pb2, meta_graph_pb2

from tf1compat.graph import protos
from tf1compat.graph.attributes import Attr, AttrPlaceholder, DType, FunctionRef, Shape, TensorValue
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph, Node, Versions
from tf1compat.graph.protos.session_bundles import served_by
from tf1compat.graph.text import from_text, to_text
from tf1compat.names import TensorRef
from tf1compat.ops.library import library_of

METAS = sorted((Path(__file__).parents[2] / "fixtures").rglob("model.meta"))


def _parameter(meta: Path) -> Any:
    """A fixture as a test's parameter; the small graphs are many, so those of one version stand for all at first."""
    many = "small_graphs" in meta.parts and "tf1.15.5" not in meta.parts
    return pytest.param(meta, id="/".join(meta.parts[-4:-1]), marks=[pytest.mark.slow] if many else [])


ATTRIBUTES: dict[str, Attr] = {
    "a": b"bytes", "b": 7, "c": 0.5, "d": True, "e": DType("float32_ref"), "f": Shape(), "g": Shape.of(None, 3),
    "h": TensorValue.of([[1, 2]], DType("int64")), "i": FunctionRef("f", MappingProxyType({"T": DType("bool")})),
    "j": (), "k": (1, 2), "l": (DType("int32"), DType("string")), "m": (Shape.of(), Shape()), "n": (b"x",),
    "o": (0.25,), "p": (True, False), "q": AttrPlaceholder("T"), "r": Shape.of(),
}  # fmt: skip


def test_every_kind_of_attribute_survives() -> None:
    node = Node("n", "Op", (TensorRef("a", 1),), ("b",), MappingProxyType(ATTRIBUTES), "/cpu:0")
    graph = Graph((node,), versions=Versions(24, 12, (20,)))
    assert protos.read_graph_def(protos.write_graph_def(graph)) == graph


def test_nodes_share_attributes_that_are_the_same_in_kind_too() -> None:
    texts = ("T=float32", "T=float32", "T=1", "T=True", "T=1.0", "T='float32'")
    text = "\n".join(f"n{number} = Op() {attrs}" for number, attrs in enumerate(texts))
    graph = from_text(text)
    read = protos.read_graph_def(protos.write_graph_def(graph))
    assert [type(node.attrs["T"]) for node in read.nodes] == [DType, DType, int, bool, float, bytes]
    assert read.nodes[0].attrs is read.nodes[1].attrs


@pytest.mark.parametrize("meta", [_parameter(meta) for meta in METAS])
def test_every_fixture_survives_and_is_sound(meta: Path) -> None:
    graph = protos.read_meta_graph(meta.read_bytes()).graph
    assert lint(graph) == ()
    assert protos.read_graph_def(protos.write_graph_def(graph)) == graph
    text = to_text(graph)
    assert from_text(text).nodes == graph.nodes
    assert to_text(from_text(text)) == text


def test_there_are_fixtures_to_try() -> None:
    assert len(METAS) >= 7


def test_a_meta_graph_in_text_is_the_same() -> None:
    binary = protos.read_meta_graph(METAS[0].read_bytes())
    text = protos.read_meta_graph(protos.meta_graph_text(binary).encode())
    assert text == binary


@pytest.mark.parametrize("content", [b"", b"\xff\xfe rubbish", b"graph_def {", b"node { name: 'x' }"])
def test_what_is_no_meta_graph_is_refused(content: bytes) -> None:
    with pytest.raises(protos.DecodeError):
        protos.read_meta_graph(content)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [([1.5, -2.0], "float32"), ([[1], [2]], "int32"), (True, "bool"), ([b"a", b""], "string"), (3, "int64"),
     ([], "float32"), ([1 + 2j], "complex64"), ([0.5], "float16"), ([250], "uint8")],
)  # fmt: skip
def test_constants_survive(value: object, dtype: str) -> None:
    tensor = TensorValue.of(value, DType(dtype))
    expected = np.asarray(value, DType(dtype).numpy)
    np.testing.assert_array_equal(tensor.array, expected)
    assert tensor.array.dtype == expected.dtype


def test_a_short_value_list_repeats_its_last_element() -> None:
    from tensorboard.compat.proto import tensor_pb2

    proto = tensor_pb2.TensorProto(dtype=1, float_val=[1.0, 2.0])
    proto.tensor_shape.dim.add(size=4)
    assert protos.array_from_tensor(proto.SerializeToString()).tolist() == [1.0, 2.0, 2.0, 2.0]


def test_scrubbing_drops_what_tf2_refuses(fixture_folder: Callable[[str], Path]) -> None:
    content = (fixture_folder("birnn_classifier/tf1.15.5") / "model.meta").read_bytes()
    before = protos.read_meta_graph(content)
    after = protos.read_meta_graph(protos.scrubbed_meta_graph(before.serialized))
    assert [node.name for node in after.graph.nodes] == [node.name for node in before.graph.nodes]
    assert not any(
        {"_output_shapes", "_class"} & set(node.attrs) or node.device for node in after.graph.nodes
    )
    assert "summaries" in before.node_collections
    assert "summaries" not in after.node_collections
    assert after.variables == before.variables


def test_functions_of_a_library_are_graphs_with_their_arguments_and_results():
    library = function_pb2.FunctionDefLibrary()
    function = library.function.add()
    function.signature.name = "step"
    function.signature.input_arg.add(name="x")
    function.signature.output_arg.add(name="y")
    function.ret["y"] = "top:indices:0"
    function.node_def.add(name="split", op="Split", input=["x", "x"])
    function.node_def.add(name="top", op="TopKV2", input=["split:output:1", "x", "^split"])
    found = library_of(replace(Graph(), library=library.SerializeToString()))["step"]
    assert (found.inputs, found.outputs) == (("x",), (TensorRef("top", 1),))
    assert [node.op for node in found.graph.nodes] == ["_Arg", "Split", "TopKV2"]
    assert found.graph["top"].inputs == (TensorRef("split", 1), TensorRef("x"))
    assert found.graph["top"].control_inputs == ("split",)


def test_an_output_is_read_by_the_name_that_its_op_or_function_gives_it():
    library = function_pb2.FunctionDefLibrary()
    inner, outer = library.function.add(), library.function.add()
    inner.signature.name, outer.signature.name = "inner", "outer"
    inner.signature.input_arg.add(name="x", type=3)
    outer.signature.input_arg.add(name="x", type=3)
    for name in ("first", "second"):
        inner.signature.output_arg.add(name=name, type=3)
        inner.ret[name] = "x"
        outer.signature.output_arg.add(name=name, type=3)
    outer.node_def.add(name="call", op="inner", input=["x"])
    outer.node_def.add(name="popped", op="TensorListPopBack", input=["x", "x"])
    outer.ret["first"], outer.ret["second"] = "call:second:0", "popped:tensor:0"
    found = library_of(replace(Graph(), library=library.SerializeToString()))["outer"]
    assert found.outputs == (TensorRef("call", 1), TensorRef("popped", 1))
    assert found.output_types == ("int32", "int32")
    assert found.graph["x"].dtype() == "int32"


def test_what_a_function_parses_is_read_past_the_lists_before_it():
    library = function_pb2.FunctionDefLibrary()
    function = library.function.add()
    function.signature.name = "parse"
    function.signature.input_arg.add(name="record", type=7)
    function.signature.output_arg.add(name="age", type=1)
    node = function.node_def.add(name="parsed", op="ParseSingleExample", input=["record"])
    node.attr["num_sparse"].i = 1
    node.attr["sparse_types"].list.type.append(9)
    node.attr["Tdense"].list.type.extend([9, 1])
    function.ret["age"] = "parsed:dense_values:1"
    found = library_of(replace(Graph(), library=library.SerializeToString()))["parse"]
    assert found.outputs == (TensorRef("parsed", 4),)


def test_lists_among_a_node_s_outputs_are_as_long_as_its_attributes_say():
    library = function_pb2.FunctionDefLibrary()
    function = library.function.add()
    function.signature.name = "part"
    function.signature.input_arg.add(name="x", type=9)
    function.signature.output_arg.add(name="second", type=9)
    node = function.node_def.add(name="parts", op="SparseSplit", input=["x", "x", "x", "x"])
    node.attr["num_split"].i = 3
    function.ret["second"] = "parts:output_values:1"
    found = library_of(replace(Graph(), library=library.SerializeToString()))["part"]
    assert found.outputs == (TensorRef("parts", 4),)


def test_a_function_that_does_not_say_what_gives_its_result_is_left_out():
    library = function_pb2.FunctionDefLibrary()
    function = library.function.add()
    function.signature.name = "layer"
    function.signature.output_arg.add(name="y", type=1)
    assert dict(library_of(replace(Graph(), library=library.SerializeToString()))) == {}


def meta_graph_with(**collections: object) -> protos.MetaGraph:
    """A graph of one placeholder, with these collections and a signature that gives it back."""
    proto = meta_graph_pb2.MetaGraphDef()
    node = proto.graph_def.node.add(name="x", op="Placeholder")
    node.attr["dtype"].type = 1
    for key, value in collections.items():
        proto.collection_def[key].CopyFrom(value)
    for name in ("predict", "__saved_model_init_op"):
        proto.signature_def[name].outputs["y"].name = "x:0"
    proto.signature_def["sparse"].outputs["y"].coo_sparse.values_tensor_name = "x:0"
    return protos.read_meta_graph(proto.SerializeToString())


def test_the_author_s_signatures_are_read_and_tensorflow_s_own_are_not() -> None:
    found = meta_graph_with().signatures
    assert {name: dict(each.outputs) for name, each in found.items()} == {"predict": {"y": "x:0"}}


def test_tensors_are_read_from_collections_of_every_kind() -> None:
    collection = meta_graph_pb2.CollectionDef
    nodes, texts, infos = collection(), collection(), collection()
    nodes.node_list.value.append("x:0")
    texts.bytes_list.value.extend([b"x:0", b"gone:0", b"no name: \xff"])
    infos.any_list.value.add().Pack(meta_graph_pb2.TensorInfo(name="x:0"))
    found = meta_graph_with(nodes=nodes, texts=texts, infos=infos).node_collections
    assert found == {"nodes": ("x:0",), "texts": ("x:0",), "infos": ("x:0",)}


def test_the_signatures_of_a_session_bundle_are_told_apart_by_what_is_fed():
    """A generic signature lists tensors only: field 3, a map of aliases to names."""
    collection = meta_graph_pb2.CollectionDef()
    named = b"".join(
        b"\n" + bytes([len(each)]) + each for each in (_binding(b"x", b"x:0"), _binding(b"y", b"y:0"))
    )
    signature = b"\x1a" + bytes([len(named)]) + named
    collection.any_list.value.add().value = b"\n" + bytes([len(signature)]) + signature
    collection.any_list.value.add().value = b"\xff"
    found = served_by(collection, lambda name: name == "x:0")
    assert {name: (each.inputs, each.outputs) for name, each in found.items()} == {
        "serving_default": ({"x": "x:0"}, {"y": "y:0"})
    }


def _binding(alias: bytes, tensor: bytes) -> bytes:
    name = b"\n" + bytes([len(tensor)]) + tensor
    return b"\n" + bytes([len(alias)]) + alias + b"\x12" + bytes([len(name)]) + name
