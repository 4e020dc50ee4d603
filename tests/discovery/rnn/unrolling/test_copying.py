from tf1compat.discovery.rnn.unrolling.copying import (
    held_back,
    joined_states,
    length_test,
    returned,
)
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GIVEN = """
    old = Placeholder() dtype=float32
    new = Placeholder() dtype=float32
    other = Placeholder() dtype=float32
    nothing = Fill(old, old) T=float32
    ended = Placeholder() dtype=bool
    pred = Placeholder() dtype=bool
"""
OLD, NEW = TensorRef("old"), TensorRef("new")
BRANCHES = """
    old_in = Switch(old, pred)
    inner_new = Switch(new, ended)
    chosen = Select(ended, old_in, inner_new)
    inner = Merge(chosen, inner_new:1)
    outer = Merge(inner, old_in:1)
"""


def graph(text: str) -> Graph:
    return from_text(GIVEN + text)


def test_a_state_is_held_back_by_the_outermost_choice_between_it_and_the_old_one():
    assert held_back(graph(BRANCHES), NEW, OLD) == TensorRef("outer")


def test_a_state_that_nothing_holds_back_is_itself():
    assert held_back(graph("used = Tanh(new)\n"), NEW, OLD) == NEW


def test_a_choice_between_a_state_and_something_else_holds_nothing_back():
    assert held_back(graph("mixed = Select(ended, other, new)\n"), NEW, OLD) == NEW


def test_an_output_becomes_zero_or_the_last_output_past_the_end_but_never_an_old_state():
    text = graph("a = Select(ended, nothing, new)\n")
    assert returned(text, NEW, {OLD}, None) == TensorRef("a")
    assert returned(text, NEW, {TensorRef("nothing")}, None) == NEW
    text = graph("a = Select(ended, other, new)\n")
    assert returned(text, NEW, {OLD}, TensorRef("other")) == TensorRef("a")
    assert returned(text, NEW, {OLD}, None) == NEW


def test_what_holds_a_state_back_is_what_the_lengths_are_tested_with():
    assert length_test(graph(BRANCHES), NEW, {OLD}) == TensorRef("ended")
    assert length_test(graph("mixed = Select(ended, other, new)\n"), NEW, {OLD}) is None


def test_parts_of_a_state_are_joined_where_nothing_else_is_joined_with_them():
    text = graph("axis = Const() dtype=int32; value=tensor(int32, 1)\nboth = ConcatV2(new, old, axis) N=2\n")
    assert joined_states(text, [NEW, OLD]) == {NEW: TensorRef("both"), OLD: TensorRef("both")}
    assert joined_states(text, [NEW]) == {}
