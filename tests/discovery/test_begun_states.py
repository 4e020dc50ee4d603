"""States of any number of rows that were never saved: what reads the variable reads what it begins with."""

from __future__ import annotations

from pathlib import Path

from tf1compat.discovery.begun_states import begun_states, with_begun_states
from tf1compat.graph.lint import lint
from tf1compat.names import TensorRef
from tf1compat.source import open_model

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "served_graphs"


def test_what_reads_the_state_reads_its_zeros() -> None:
    model = open_model(ROOT / "tf1.4.1" / "state_of_any_batch")
    graph = with_begun_states(model).meta_graph.graph
    assert lint(graph) == ()
    (zeros,) = graph["state/Assign"].inputs[1:]
    assert graph["state/read"].inputs == (zeros,)
    assert graph["Assign"].inputs[0] == TensorRef("state")
    assert begun_states(graph, {"state/read"}) == ("state",)
    assert begun_states(graph, {"state"}) == ()


def test_a_second_time_nothing_changes() -> None:
    begun = with_begun_states(open_model(ROOT / "tf1.15.5" / "local_state_of_any_batch"))
    assert with_begun_states(begun).meta_graph.graph == begun.meta_graph.graph


def test_a_state_that_begins_with_a_constant_stays_a_variable() -> None:
    model = open_model(ROOT / "tf1.15.5" / "lstm_state")
    assert with_begun_states(model) is model


def test_a_variable_that_the_checkpoint_has_stays_one() -> None:
    model = open_model(ROOT.parent / "char_rnn" / "tf1.4.1")
    assert with_begun_states(model) is model
