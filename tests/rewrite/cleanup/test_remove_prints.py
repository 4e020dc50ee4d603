"""Effects that no output depends on go; what refuses a run stays."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.remove_prints import drop_idle_effects, refuse_outside, remove_prints

COUNTER = """
    x = Placeholder() dtype=float32
    v = VariableV2() dtype=float32
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    ok = Const() dtype=bool; value=tensor(bool, True)
    count = AssignAdd(v, one{waits}) T=float32
    guard = Assert(ok, x)
    y = Identity(x, ^count) T=float32
"""
Y = [TensorRef("y")]


def counter(waits: str = "") -> Graph:
    return from_text(COUNTER.replace("{waits}", waits))


def test_an_idle_count_is_gone_and_nobody_waits_for_it() -> None:
    outcome = drop_idle_effects(counter(), Y)
    assert "count" not in outcome.graph
    assert outcome.graph["y"].control_inputs == ()
    assert outcome.count == 1
    assert outcome.summary == "effects that no output depends on: count"


def test_an_assertion_before_an_idle_count_is_still_waited_for() -> None:
    graph = drop_idle_effects(counter(", ^guard"), Y).graph
    assert (graph["count"].op, graph["count"].inputs, graph["count"].control_inputs) == (
        "NoOp",
        (),
        ("guard",),
    )
    assert graph["y"].control_inputs == ("count",)


def test_a_needed_count_is_left_alone_and_a_second_time_changes_nothing() -> None:
    graph = counter()
    assert drop_idle_effects(graph, [TensorRef("count")]).graph is graph
    once = drop_idle_effects(graph, Y).graph
    assert drop_idle_effects(once, Y).graph is once


def test_what_prints_passes_its_input_on() -> None:
    graph = from_text(
        "x = Placeholder() dtype=float32\ny = Print(x, x, ^x) T=float32\nz = Mul(y, x) T=float32"
    )
    outcome = remove_prints(graph)
    printed = outcome.graph["y"]
    assert (printed.op, printed.inputs, printed.control_inputs) == ("Identity", (TensorRef("x"),), ("x",))
    assert outcome.count == 1
    assert remove_prints(outcome.graph).graph is outcome.graph


@pytest.mark.parametrize("op", ["IsVariableInitialized", "VarIsInitializedOp"])
def test_every_variable_has_its_value(op: str) -> None:
    known = remove_prints(from_text(f"v = VariableV2() dtype=float32\ny = {op}(v)")).graph["y"]
    assert (known.op, known.inputs) == ("Const", ())
    assert known.attrs["value"].array.item() is True  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "op", ["PyFunc", "MutableHashTableV2", "QueueSizeV2", "IteratorGetNext", "ReadFile", "WriteFile", "Abort"]
)
def test_what_the_files_do_not_hold_is_refused_by_name_unless_it_is_allowed(op: str) -> None:
    graph = from_text(f"odd = {op}()")
    with pytest.raises(RewriteError, match=rf"'odd' \({op}\).*--signature"):
        refuse_outside(graph, ())
    refuse_outside(graph, [op])
