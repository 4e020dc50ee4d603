import pytest

from tests.discovery.loop_text import GIVEN, LSTM, RNN_BODY, RNN_INVARIANTS, RNN_WEIGHTS, dynamic_rnn
from tf1compat.discovery.rnn.explain import explain
from tf1compat.errors import UnknownNameError
from tf1compat.graph.text import from_text

SQUARED = (
    GIVEN
    + RNN_WEIGHTS
    + dynamic_rnn(RNN_BODY.replace("Tanh(~sum)", "Square(~sum)"), {"h": "zeros"}, RNN_INVARIANTS)
)


def test_a_node_of_a_known_cell_is_explained_by_the_states_that_it_takes_part_in():
    graph = from_text(LSTM)
    (found,) = explain(graph, frozenset(), "rnn/while/c_exit")
    assert (str(found.tensor), found.carried_by, found.cell, found.part) == (
        "rnn/while/c_new:0", "rnn", "LSTM", "c",
    )  # fmt: skip
    both = explain(graph, frozenset(), "rnn/while/h_exit")
    assert ("rnn/while/h_new:0", "h") in [(str(each.tensor), each.part) for each in both]


def test_a_miss_tells_the_nearest_kind_and_where_it_stopped():
    graph = from_text(SQUARED)
    (found,) = explain(graph, frozenset(), "rnn/while/sum:0")
    assert (str(found.tensor), found.cell) == ("rnn/while/h_new:0", None)
    nearest = next(each for each in found.misses if each.cell == "RNN")
    assert nearest.at == "rnn/while/h_new"
    assert nearest.reason.startswith("Square where ")
    assert [each.depth for each in found.misses] == sorted(
        (each.depth for each in found.misses), reverse=True
    )


def test_a_node_outside_of_loops_is_judged_itself():
    (found,) = explain(from_text(SQUARED), frozenset(), "rnn/stack")
    assert (str(found.tensor), found.carried_by, found.cell) == ("rnn/stack:0", None, None)
    assert {each.at for each in found.misses} == {"rnn/stack"}


def test_a_node_that_no_state_is_made_with_is_judged_itself():
    (found,) = explain(from_text(SQUARED), frozenset(), "rnn/while/step_new")
    assert (found.carried_by, found.cell) == (None, None)


def test_a_name_that_is_not_in_the_graph_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"'rnn/stuck' is not in the graph; did you mean 'rnn/stack'"):
        explain(from_text(SQUARED), frozenset(), "rnn/stuck")
