"""What a session executes for a signature, without what acts aside."""

from __future__ import annotations

import pytest

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Use
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import ConstantPlan, InputBinding, OutputBinding, Piece, SignaturePlan
from tf1compat.plan.signatures.running import (
    acting_aside,
    executed_for,
    left_out,
    untaken_branches,
    without_waiting,
)

FLOAT, ANY = DType("float32"), Shape()
TEXT = """
    x = Placeholder() dtype=float32
    v = VariableV2() dtype=float32
    count = AssignAdd(v, x)
    call = PyFunc(x)
    made = Neg(call)
    log = WriteScalarSummary(x, made)
    hidden = Square(x, ^log, ^count, ^made)
    y = Identity(hidden)
    z = Identity(call)
"""


def signature(output: str, *inputs: InputBinding, name: str = "f") -> SignaturePlan:
    entries = inputs or (entry("x"),)
    return SignaturePlan(name, entries, (OutputBinding("o", (Piece((), TensorRef(output)),), FLOAT, ANY),))


def entry(node: str, *readers: Use) -> InputBinding:
    return InputBinding(node, TensorRef(node), FLOAT, ANY, readers)


def test_python_and_events_act_aside_and_changes_of_variables_do_not() -> None:
    assert acting_aside(from_text(TEXT), signature("y"), ()) == {"call", "log"}


def test_nobody_waits_for_what_acts_aside_nor_for_what_is_computed_from_it() -> None:
    graph = without_waiting(from_text(TEXT), {"call", "log"})
    assert graph["hidden"].control_inputs == ("count",)
    assert executed_for(graph, signature("y"), ()) == {"y", "hidden", "count", "v"}
    assert without_waiting(graph, ()) is graph


def test_what_is_a_part_of_another_signature_stays() -> None:
    graph = from_text(TEXT)
    assert left_out(graph, [signature("y")], ()) == {"call", "log"}
    assert left_out(graph, [signature("y"), signature("z", name="g")], ()) == {"log"}


def test_a_tensor_that_is_fed_is_not_executed_for_unless_others_read_it() -> None:
    graph = from_text("x = Placeholder()\na = Neg(x)\nb = Square(a)\nc = Add(b, a)")
    assert executed_for(graph, signature("c", entry("a")), ()) == {"c", "b"}
    assert executed_for(graph, signature("c", entry("a", Use("c", 1))), ()) == {"c", "b", "a", "x"}


def test_the_other_outputs_of_a_node_that_is_fed_are_executed_for() -> None:
    graph = from_text("x = Placeholder()\na = Split(x, x)\nc = Add(a, a:1)")
    assert executed_for(graph, signature("c", entry("a")), ()) == {"c", "a", "x"}


@pytest.mark.parametrize(("value", "untaken"), [(True, {"off"}), (False, {"on"})])
def test_the_function_of_a_branch_that_is_not_taken(value: bool, untaken: set[str]) -> None:
    graph = from_text(
        "p = Placeholder()\ny = If(p, p) then_branch=function('on'); else_branch=function('off')"
    )
    constant = ConstantPlan(TensorRef("p"), value, DType("bool"), "user")
    assert untaken_branches(graph, [constant]) == {"y": untaken}
    assert untaken_branches(graph, []) == {}


def test_what_stands_in_a_loop_because_it_waits_stays_there():
    """A constant that waits for an enqueue waits for what was to be queued."""
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape()
        queue = FIFOQueueV2()
        sum = Square(x) T=float32
        enqueue = QueueEnqueueV2(queue, sum) Tcomponents=[float32]
        one = Const(^enqueue) dtype=float32; value=tensor(float32, 1.0)
        y = Add(x, one) T=float32
    """)
    assert without_waiting(graph, {"enqueue"})["one"].control_inputs == ("sum",)
