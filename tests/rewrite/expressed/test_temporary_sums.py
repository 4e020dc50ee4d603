"""Sums that were collected in temporary variables."""

from __future__ import annotations

import pytest

from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.expressed.temporary_sums import sum_temporaries

# As tf.accumulate_n of TensorFlow 1.4 made it.
TEXT = """
a = Placeholder() dtype=float32; shape=shape(None, 3)
b = Placeholder() dtype=float32; shape=shape(None, 3)
held = TemporaryVariable() dtype=float32; shape=shape(0); var_name=''
either = Merge(a, b) N=2; T=float32
first = ZerosLike(either) T=float32
begun = Assign(held, first) T=float32
one = AssignAdd(begun, a) T=float32
two = AssignAdd(begun, b) T=float32
total = DestroyTemporaryVariable(begun, ^one, ^two) T=float32; var_name='held'
y = Neg(total) T=float32
"""


def test_what_is_added_to_zeros_is_one_sum():
    graph = from_text(TEXT)
    outcome = sum_temporaries(graph)
    total = outcome.graph["total"]
    assert (total.op, total.inputs, total.control_inputs) == ("AddN", (TensorRef("a"), TensorRef("b")), ())
    assert (total.made_by, outcome.count, lint(outcome.graph)) == ("temporary_sums", 1, ())


def test_a_second_time_changes_nothing():
    once = sum_temporaries(from_text(TEXT)).graph
    assert sum_temporaries(once).graph is once


def test_a_graph_without_any_is_left_alone():
    graph = from_text("a = Placeholder() dtype=float32\ny = Neg(a) T=float32\n")
    assert sum_temporaries(graph).graph is graph


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ZerosLike(either)", "Neg(either)"),
        ("AssignAdd(begun, b)", "AssignSub(begun, b)"),
        ("(begun, ^one, ^two)", "(begun, ^one)"),
        ("Neg(total)", "Neg(begun)"),
    ],
)
def test_another_use_of_the_variable_is_refused(old: str, new: str):
    graph = from_text(TEXT.replace(old, new))
    assert sum_temporaries(graph).graph is graph
