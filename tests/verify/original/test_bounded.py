"""Loops that only the data ends get a greatest number of turns; those that a counter ends stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plan.conftest import legacy_model
from tests.verify.original.test_state_feeds import serialized
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.frames import find_frames
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import read_meta_graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import OutputBinding, Piece, SignaturePlan
from tf1compat.source.model import LegacyModel
from tf1compat.verify.original.bounded import TURNS, bounded, endless_loops

LOOP = """
    x = Placeholder() dtype=float32; shape=shape()
    enter = Enter(x) T=float32; frame_name=b'loop'; is_constant=False; parallel_iterations=10
    merge = Merge(enter, next) T=float32; N=2
    counted = Enter(zero) T=int32; frame_name=b'loop'; is_constant=False; parallel_iterations=10
    zero = Const() dtype=int32; value=tensor(int32, 0)
    count = Merge(counted, later) T=int32; N=2
    limit = Const(^merge) dtype=int32; value=tensor(int32, 5)
    small = Const(^merge) dtype=float32; value=tensor(float32, 0.5)
    near = Less(merge, small) T=float32
    far = LogicalNot(near)
    before = Less(count, limit) T=int32
    both = LogicalAnd(before, far)
    either = LogicalOr(before, far)
    cond = LoopCond({condition})
    switch = Switch(merge, cond) T=float32
    turns = Switch(count, cond) T=int32
    half = Mul(switch:1, switch:1) T=float32
    one = Const(^half) dtype=int32; value=tensor(int32, 1)
    more = Add(turns:1, one) T=int32
    next = NextIteration(half) T=float32
    later = NextIteration(more) T=int32
    y = Exit(switch) T=float32
    beside = Neg(x) T=float32
"""


def graph(condition: str) -> Graph:
    return from_text(LOOP.format(condition=condition))


def signature(output: str) -> SignaturePlan:
    binding = OutputBinding(output, (Piece((), TensorRef(output)),), DType("float32"), Shape())
    return SignaturePlan("serving_default", (), (binding,))


def model(condition: str) -> LegacyModel:
    made = serialized(legacy_model())
    return replace(made, meta_graph=replace(made.meta_graph, graph=graph(condition)))


@pytest.mark.parametrize(("condition", "endless"), [("far", 1), ("either", 1), ("both", 0), ("before", 0)])
def test_what_a_count_of_turns_ends_is_not_endless(condition: str, endless: int) -> None:
    assert len(endless_loops(graph(condition), [signature("y")])) == endless


def test_loops_that_no_output_needs_do_not_matter() -> None:
    assert endless_loops(graph("far"), [signature("beside")]) == ()


def test_a_bounded_loop_has_a_counter_among_its_variables_and_ends_by_it_too() -> None:
    made = model("far")
    found = bounded(made, endless_loops(made.meta_graph.graph, [signature("y")]), TURNS)
    ended = found.model.meta_graph
    assert [str(each) for each in found.turns] == ["cond_turns/exit:0"]
    assert lint(ended.graph) == ()
    (frame,) = find_frames(ended.graph)
    assert len(frame.variables) == 3
    both = ended.graph.input(ended.graph["cond"], 0)
    assert both.op == "LogicalAnd"
    assert [ended.graph.input(both, index).name for index in (0, 1)] == ["far", "cond_turns/less"]
    assert ended.graph["cond_turns/most"].attrs["value"].array == TURNS  # type: ignore[union-attr]
    assert endless_loops(ended.graph, [signature("y")]) == ()


def test_the_file_that_tensorflow_imports_is_bounded_too() -> None:
    made = model("far")
    ended = bounded(made, endless_loops(made.meta_graph.graph, [signature("y")]), TURNS)
    assert "cond_turns/less" in read_meta_graph(ended.model.meta_graph.serialized).graph
