"""Edges between places: what they lead to, both ways, and where a walk over them ends."""

from __future__ import annotations

import pytest

from tf1compat.graph.edges import (
    all_ahead,
    all_behind,
    names_at,
    places_of,
    reach,
    read_by,
    readers_of,
    with_waits,
)
from tf1compat.graph.text import from_text

GRAPH = from_text("""
    c = Add(b, a)
    a = Placeholder()
    b = Identity(a, ^guard)
    guard = Assert(a)
    other = NoOp()
""")
C, A, B, GUARD, OTHER = range(5)


def test_a_node_has_edges_to_what_it_reads_and_to_what_it_waits_for() -> None:
    assert list(map(sorted, read_by(GRAPH))) == [[A, B], [], [A], [A], []]
    assert list(map(sorted, all_behind(GRAPH))) == [[A, B], [], [A, GUARD], [A], []]


def test_the_other_way_they_lead_to_readers_and_to_those_that_wait() -> None:
    assert list(map(sorted, readers_of(GRAPH))) == [[], [C, B, GUARD], [C], [], []]
    assert list(map(sorted, all_ahead(GRAPH))) == [[], [C, B, GUARD], [C], [B], []]


def test_only_waits_that_count_are_edges() -> None:
    assert with_waits(GRAPH, lambda place: place != GUARD)[B] == (A,)


def test_a_walk_includes_its_ends_and_leaves_out_what_is_barred() -> None:
    edges = all_behind(GRAPH)
    assert reach(edges, [C]) == {C, B, A, GUARD}
    assert reach(edges, [B], ends={GUARD, B}) == {B}
    assert reach(edges, [C], barred={B}) == {C, A}
    assert reach(edges, [C], barred={C}) == set()


def test_a_walk_that_leaves_the_graph_is_an_error_and_what_it_does_not_come_to_is_none() -> None:
    graph = from_text("a = Identity(gone)\nb = NoOp()")
    assert reach(all_behind(graph), places_of(graph, ["b"])) == {1}
    assert readers_of(graph) == [[], []]
    with pytest.raises(IndexError):
        reach(all_behind(graph), places_of(graph, ["a"]))


def test_names_and_places_are_two_ways_to_say_the_same() -> None:
    assert names_at(GRAPH, places_of(GRAPH, ["b", "other"])) == {"b", "other"}
