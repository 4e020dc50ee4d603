"""Parts of a variable become slices of the whole one."""

from __future__ import annotations

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import PartPlan, VariablePlan
from tf1compat.rewrite.entry.partitions import join_parts
from tf1compat.rewrite.result import VariableSlot

GRAPH = """
    w/part_0 = Placeholder() dtype=float32; shape=shape(3, 3)
    w/part_1 = Placeholder() dtype=float32; shape=shape(2, 3)
    axis = Const() dtype=int32; value=tensor(int32, 0)
    w = ConcatV2(w/part_0, w/part_1, axis) N=2; T=float32; Tidx=int32
"""
PARTS = (PartPlan("w/part_0", (0, 0), (3, 3)), PartPlan("w/part_1", (3, 0), (2, 3)))
WHOLE = VariablePlan("w", "w", "", DType("float32"), Shape.of(5, 3), True, parts=PARTS)


def test_each_part_is_a_slice_of_one_value() -> None:
    outcome, slots = join_parts(from_text(GRAPH), [WHOLE])
    graph = outcome.graph
    assert not lint(graph)
    assert (outcome.count, slots) == (2, (VariableSlot("w", "w_1"),))  # `w` is a node of the author's
    assert (graph["w_1"].op, graph["w_1"].shape()) == ("Placeholder", Shape.of(5, 3))
    assert graph["w/part_1"].op == "Slice"
    whole, begin, size = graph["w/part_1"].inputs
    assert whole == TensorRef("w_1")
    values = [graph[each.node].attrs["value"].array.tolist() for each in (begin, size)]
    assert values == [[3, 0], [2, 3]]


def test_a_second_time_and_without_parts_nothing_changes() -> None:
    graph = from_text(GRAPH)
    once, _ = join_parts(graph, [WHOLE])
    again, slots = join_parts(once.graph, [WHOLE])
    assert (again.graph, again.count, slots) == (once.graph, 0, ())
    assert join_parts(graph, [])[0].graph is graph


def test_a_part_that_is_frozen_stays_frozen() -> None:
    frozen = GRAPH.replace("w/part_0 = Placeholder() dtype=float32; shape=shape(3, 3)", "w/part_0 = NoOp()")
    outcome, slots = join_parts(from_text(frozen), [WHOLE])
    assert (outcome.count, len(slots), outcome.graph["w/part_0"].op) == (1, 1, "NoOp")
