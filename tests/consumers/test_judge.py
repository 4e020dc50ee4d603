"""Which ops of a rewritten model a consumer cannot take, on graphs written down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tf1compat.consumers import CONSUMERS, obstacles
from tf1compat.graph.attributes import DType, FunctionRef
from tf1compat.graph.model import Function, Graph, make_node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.result import Rewritten, SignatureGraph

PLAIN = """
    x = Placeholder() dtype=float32; shape=shape(None, 2)
    y = Tanh(x) T=float32
"""
LIST = """
    shape = Const() dtype=int32; value=tensor(int32, [{first}, 2])
    n = Const() dtype=int32; value=tensor(int32, 3)
    list = TensorListReserve(shape, n) element_dtype=float32; shape_type=int32
"""


def rewritten(graph: Graph) -> Rewritten:
    return Rewritten((SignatureGraph("serving_default", graph, (), (), ()),), ())


def reasons(graph: Graph, consumer: str) -> dict[str, str]:
    return {each.node: each.reason for each in obstacles(rewritten(graph), consumer)}


def calling(op: str, text: str, output: str, callees: tuple[str, str], **attrs: object) -> Graph:
    """A graph with one call of functions that have this text; the argument `a` and one output each."""
    inside = from_text("a = _Arg() T=float32\n" + text)
    functions = {
        name: Function(name, inside, ("a",), (TensorRef.parse(output),)) for name in dict.fromkeys(callees)
    }
    keys = ("cond", "body") if op == "While" else ("then_branch", "else_branch")
    named = {key: FunctionRef(name) for key, name in zip(keys, callees, strict=True)}
    node = make_node("call", op, (TensorRef("x"),), **named, **attrs)  # type: ignore[arg-type]
    outer = from_text(PLAIN)
    return replace(outer.replacing((*outer.nodes, node)), functions=functions)


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_plain_arithmetic_suits_every_consumer(consumer: str):
    assert reasons(from_text(PLAIN), consumer) == {}


@pytest.mark.parametrize(("first", "expected"), [(-1, {"list"}), (4, set())])
def test_tflite_needs_to_know_a_lists_elements(first: int, expected: set[str]):
    assert reasons(from_text(LIST.format(first=first)), "tflite").keys() == expected


def test_a_shape_that_is_computed_is_known_when_the_list_is_made():
    graph = from_text(PLAIN + LIST.format(first=-1).replace("Reserve(shape", "Reserve(computed")
                      + "    computed = Shape(x) T=float32; out_type=int32")  # fmt: skip
    assert reasons(graph, "tflite") == {}


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_an_op_inside_a_branch_counts(consumer: str):
    graph = calling("If", "b = BlockLSTMV2(a) T=float32", "b", ("then", "else"), Tout=(DType("float32"),))
    assert reasons(graph, consumer).keys() == {"b"}


def test_the_obstacle_says_where_and_what():
    (found,) = obstacles(
        rewritten(from_text(PLAIN + "z = StringToHashBucketFast(x) num_buckets=3")), "tflite"
    )
    assert (found.consumer, found.signature, found.node, found.op) == (
        "tflite", "serving_default", "z", "StringToHashBucketFast",
    )  # fmt: skip
    assert "built-in" in found.reason


def test_onnx_takes_a_branch_of_one_output_outside_loops_only():
    branch = {"Tout": (DType("float32"),)}
    graph = calling("If", "b = Tanh(a) T=float32", "b", ("then", "else"), **branch)
    assert reasons(graph, "onnx") == {}
    twice = graph.replacing(
        node.with_attrs(Tout=(DType("float32"),) * 2) if node.op == "If" else node for node in graph.nodes
    )
    assert reasons(twice, "onnx").keys() == {"call"}
    loop = calling("While", "b = If(a, a) Tout=[float32]", "b", ("test", "turn"))
    assert reasons(loop, "onnx").keys() == {"b"}


def test_onnx_takes_no_array_that_is_written_outside_a_loop():
    outside = "\nw = TensorListSetItem(list, n, x) element_dtype=float32\n"
    assert reasons(from_text(PLAIN + LIST.format(first=4) + outside), "onnx").keys() == {"w"}


@pytest.mark.parametrize(("step", "expected"), [("one", set()), ("two", {"b"})])
def test_onnx_takes_arrays_that_are_written_in_order(step: str, expected: set[str]):
    text = f"""
        one = Const() dtype=int32; value=tensor(int32, 1)
        two = Const() dtype=int32; value=tensor(int32, 2)
        b = TensorListSetItem(a, a, a) element_dtype=float32
        next = AddV2(a, {step}) T=int32
        waiting = Identity(next, ^b) T=int32
    """
    assert reasons(calling("While", text, "waiting", ("test", "turn")), "onnx").keys() == expected


def test_xla_takes_no_value_that_grows_from_turn_to_turn():
    growing = "zero = Const() dtype=int32; value=tensor(int32, 0)\nb = ConcatV2(a, a, zero) T=float32; N=2"
    assert reasons(calling("While", growing, "b", ("test", "turn")), "xla").keys() == {"call"}
    assert reasons(calling("While", "b = Tanh(a) T=float32", "b", ("test", "turn")), "xla") == {}


@pytest.mark.parametrize(
    ("key", "value", "takes"),
    [("string", "int64", True), ("int64", "string", True), ("string", "float32", False)],
)
def test_tflite_takes_tables_between_strings_and_numbers_and_the_others_none(
    key: str, value: str, takes: bool
):
    graph = from_text(f"""
        table = Placeholder() dtype=resource; shape=shape()
        x = Placeholder() dtype={key}
        other = Placeholder() dtype={value}
        y = LookupTableFindV2(table, x, other) Tin={key}; Tout={value}
    """)
    assert reasons(graph, "tflite").keys() == (set() if takes else {"y"})
    assert reasons(graph, "onnx").keys() == reasons(graph, "xla").keys() == {"y"}


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_a_model_without_outputs_suits_nobody(consumer: str):
    (found,) = obstacles(Rewritten((), ()), consumer)
    assert "no tensor is offered as an output" in found.reason


def test_a_list_without_a_greatest_length_is_not_compiled():
    text = LIST.format(first=4).replace("TensorListReserve", "EmptyTensorList")
    assert set(reasons(from_text(PLAIN + text), "xla")) == {"list"}
    assert reasons(from_text(PLAIN + text), "tflite") == {}
    assert set(reasons(from_text(PLAIN + text.replace("[4,", "[-1,")), "tflite")) == {"list"}


@pytest.mark.parametrize(
    ("op", "taken"),
    [("SegmentSum", False), ("BlockLSTM", False), ("LookupTableFindV2", False), ("FakeQuantWithMinMaxVars", True),
     ("Unique", True), ("DynamicPartition", True), ("TensorListConcatV2", False)],
)  # fmt: skip
def test_xla_takes_what_it_has_a_kernel_for(op: str, taken: bool):
    graph = from_text(PLAIN + f"z = {op}(x) T=float32")
    assert reasons(graph, "xla").keys() == (set() if taken else {"z"})
