"""What is assigned to a variable that kept a state is handed on, and nothing waits for the assignment."""

from __future__ import annotations

from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import CarriedPlan
from tf1compat.rewrite.state.carried_states import release_carried_states

CARRIED = [CarriedPlan("kept", ("store",))]
BY_REFERENCE = """
    kept = VariableV2() dtype=float32; shape=shape(2, 4)
    kept/read = Identity(kept) T=float32
    final = Tanh(kept/read) T=float32
    store = Assign(kept, final) T=float32
    output = Identity(final, ^store) T=float32
    later = Identity(kept, ^output) T=float32
    other = VariableV2() dtype=float32; shape=shape(2, 4)
    count = Assign(other, final) T=float32
"""
BY_HANDLE = """
    kept = VarHandleOp() dtype=float32; shape=shape(2, 4)
    kept/read = ReadVariableOp(kept) dtype=float32
    final = Tanh(kept/read) T=float32
    store = AssignVariableOp(kept, final) dtype=float32
    output = Identity(final, ^store) T=float32
    later = ReadVariableOp(kept, ^store) dtype=float32
"""


def test_the_final_state_takes_the_assignments_place() -> None:
    for text in (BY_REFERENCE, BY_HANDLE):
        outcome = release_carried_states(from_text(text), CARRIED)
        assert lint(outcome.graph) == ()
        assert (outcome.graph["store"].op, outcome.graph["store"].inputs) == (
            "Identity",
            (TensorRef("final"),),
        )
        assert str(outcome.graph["store"].dtype()) == "float32"


def test_a_read_that_waits_for_the_assignment_gets_the_final_state_and_an_earlier_one_does_not() -> None:
    for text in (BY_REFERENCE, BY_HANDLE):
        graph = release_carried_states(from_text(text), CARRIED).graph
        assert graph["later"].inputs == (TensorRef("final"),)
        assert graph["kept/read"] == from_text(text)["kept/read"]


def test_other_assignments_stay() -> None:
    graph = release_carried_states(from_text(BY_REFERENCE), CARRIED).graph
    assert graph["count"].op == "Assign"
    untouched = release_carried_states(from_text(BY_REFERENCE), [])
    assert (untouched.count, untouched.graph) == (0, from_text(BY_REFERENCE))


def test_a_second_time_changes_nothing() -> None:
    once = release_carried_states(from_text(BY_REFERENCE), CARRIED)
    again = release_carried_states(once.graph, CARRIED)
    assert once.count == 2
    assert (again.count, again.graph) == (0, once.graph)
