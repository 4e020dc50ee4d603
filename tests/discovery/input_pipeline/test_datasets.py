"""What an iterator gives is followed through its datasets and their functions to where it came in."""

from __future__ import annotations

from dataclasses import replace

from tensorboard.compat.proto import function_pb2

from tf1compat.discovery.input_pipeline.datasets import argument, component, functions_behind
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

SLICED = """
    rows = Placeholder() dtype=float32
    kinds = Placeholder() dtype=int32
    sliced = TensorSliceDataset(rows, kinds) Toutput_types=[float32, int32]
"""
ITERATOR = "iterator = IteratorV2() output_types=[float32, int32]\n"


def graph_of(text: str, *functions: function_pb2.FunctionDef) -> Graph:
    library = function_pb2.FunctionDefLibrary(function=functions)
    return replace(from_text(text + ITERATOR), library=library.SerializeToString())


def function(name: str, arguments: str, nodes: dict[str, tuple[str, list[str]]], results: list[str]):
    made = function_pb2.FunctionDef()
    made.signature.name = name
    for each in arguments.split():
        made.signature.input_arg.add(name=each, type=1)
    for key, (op, inputs) in nodes.items():
        made.node_def.add(name=key, op=op, input=inputs)
    for number, result in enumerate(results):
        made.signature.output_arg.add(name=f"out_{number}", type=1)
        made.ret[f"out_{number}"] = result
    return made


def place_of(graph: Graph, index: int, iterator: str = "iterator") -> tuple[str, bool] | None:
    """The tensor, and whether it is one of the graph itself."""
    found = component(graph, TensorRef(iterator), index)
    return None if found is None else (str(found.tensor), found.graph is graph)


def test_batches_and_shuffles_leave_components_what_they_are():
    text = (
        SLICED
        + "a = ShuffleDataset(sliced)\nb = BatchDatasetV2(a)\nc = PrefetchDataset(b)\n"
        + "make = MakeIterator(c, iterator)\n"
    )
    graph = graph_of(text)
    assert [place_of(graph, index) for index in range(3)] == [("rows:0", True), ("kinds:0", True), None]


def test_datasets_that_were_zipped_give_their_components_one_after_the_other():
    text = SLICED + "other = TensorDataset(kinds) Toutput_types=[int32]\nzipped = ZipDataset(other, sliced)\n"
    graph = graph_of(text + "make = MakeIterator(zipped, iterator)\n")
    assert [place_of(graph, index) for index in range(3)] == [
        ("kinds:0", True),
        ("rows:0", True),
        ("kinds:0", True),
    ]


def test_a_map_computes_in_its_function_and_its_arguments_are_the_components_before():
    mapped = "mapped = MapDataset(sliced) f=function('halve')\nmake = MakeIterator(mapped, iterator)\n"
    halve = function("halve", "x y", {"half": ("Neg", ["x"])}, ["half:y:0", "y"])
    graph = graph_of(SLICED + mapped, halve)
    first = component(graph, TensorRef("iterator"), 0)
    assert first is not None
    assert str(first.tensor) == "half:0"
    before = argument(graph, first, "x")
    assert before is not None
    assert (str(before.tensor), before.graph is graph) == ("rows:0", True)


def test_an_iterator_that_is_made_but_once_has_its_dataset_in_a_function():
    factory = function("factory", "", {"data": ("TensorSliceDataset", ["left:output:0", "right:output:0"]),
                                       "left": ("Const", []), "right": ("Const", [])}, ["data:handle:0"])  # fmt: skip
    graph = graph_of("once = OneShotIterator() dataset_factory=function('factory')\n", factory)
    assert place_of(graph, 1, "once") == ("right:0", False)


def test_an_iterator_that_a_handle_chooses_gives_what_others_of_its_types_do():
    chosen = "chosen = IteratorFromStringHandleV2(h) output_types=[float32, int32]\nh = Placeholder() dtype=string\n"
    graph = graph_of(SLICED + chosen + "make = MakeIterator(sliced, iterator)\n")
    assert place_of(graph, 0, "chosen") == ("rows:0", True)


def test_what_cannot_be_told_is_none():
    graph = graph_of("made = GeneratorDataset()\nmake = MakeIterator(made, iterator)\n")
    assert place_of(graph, 0) is None
    assert place_of(graph_of(""), 0) is None


def test_functions_behind_an_iterator_are_found_with_those_that_they_call():
    mapped = "mapped = MapDataset(sliced) f=function('outer')\nmake = MakeIterator(mapped, iterator)\n"
    outer, inner = (
        function("outer", "x y", {"call": ("inner", ["x"])}, ["call:out_0:0", "y"]),
        function("inner", "x", {}, ["x"]),
    )
    outer.node_def[0].attr["f"].func.name = "inner"
    graph = graph_of(SLICED + mapped, outer, inner, function("aside", "x", {}, ["x"]))
    assert [each.name for each in functions_behind(graph, TensorRef("iterator"))] == ["outer", "inner"]
