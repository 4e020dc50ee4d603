"""Inputs that one op gives together are nodes of their own for a while, and the same again afterwards."""

from __future__ import annotations

from tf1compat.discovery.findings import Findings, InputFinding
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.text import from_text, to_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding
from tf1compat.plan.signatures.isolate_outputs import parted

GRAPH = from_text("""
    iterator = IteratorV2()
    next = IteratorGetNext(iterator) output_types=[float32, int32]
    x = Placeholder() dtype=float32; shape=shape(None)
    y = Mul(next, x) T=float32
    n = Neg(next:1) T=int32
""")
TENSORS = [TensorRef("next"), TensorRef("next", 1), TensorRef("x")]
BINDINGS = [InputBinding(str(each), each, DType("float32"), Shape()) for each in TENSORS]


def test_each_input_is_a_node_of_its_own_and_its_readers_follow() -> None:
    parting = parted(GRAPH, BINDINGS)
    assert [str(ref) for ref in parting.graph["y"].inputs] == ["next/output_0:0", "x:0"]
    assert [str(ref) for ref in parting.graph["n"].inputs] == ["next/output_1:0"]
    assert parting.graph["next/output_1"].dtype("dtype") == "int32"


def test_an_input_that_is_the_only_output_of_its_node_stays() -> None:
    parting = parted(GRAPH, BINDINGS[2:])
    assert to_text(parting.graph) == to_text(GRAPH)


def test_what_is_said_of_one_graph_is_said_of_the_other_and_back() -> None:
    parting = parted(GRAPH, BINDINGS)
    findings = Findings(inputs=(InputFinding(TENSORS[1], DType("int32"), Shape(), "data", True),))
    apart = parting.apart(findings)
    assert str(apart.inputs[0].tensor) == "next/output_1:0"
    assert parting.together(apart) == findings
