"""Branches that a constant keeps from being taken."""

from __future__ import annotations

from tf1compat.analysis.shapes.branches import taken_branches
from tf1compat.graph.text import from_text, to_text

BRANCHES = """
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    {0}
    switch = Switch(x, choice) T=float32
    all = Const() dtype=int32; value=tensor(int32, [0])
    left = Tanh(switch) T=float32
    right = Sum(switch:1, all) T=float32
    y = Merge(left, right) N=2; T=float32
"""


def test_the_branch_that_a_constant_chooses_is_all_that_is_read():
    graph = from_text(BRANCHES.format("choice = Const() dtype=bool; value=tensor(bool, False)"))
    assert "y = Identity(left)" in to_text(taken_branches(graph))


def test_a_branch_that_is_chosen_when_it_runs_stays():
    graph = from_text(BRANCHES.format("choice = Placeholder() dtype=bool; shape=shape()"))
    assert taken_branches(graph) is graph
