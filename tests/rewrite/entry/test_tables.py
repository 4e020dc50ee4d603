"""Lookup tables enter as handles."""

from __future__ import annotations

import pytest

from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.entry.tables import TABLES, tables_to_handles

LOOKUP = """
    x = Placeholder() dtype=int64
    other = Const() dtype=string; value=tensor(string, "?")
    table = HashTableV2() key_dtype=int64; value_dtype=string; shared_name=""
    y = LookupTableFindV2(table, x, other) Tin=int64; Tout=string
"""
OLD = (
    LOOKUP.replace("V2(", "(")
    + """
    flag = Placeholder() dtype=bool
    inside = RefSwitch(table, flag) T=string_ref
    looped = RefEnter(inside:1) T=string_ref; frame_name="f"; is_constant=True
    z = LookupTableFind(looped, x, other) Tin=int64; Tout=string
    size = LookupTableSize(table)
"""
)


def test_a_table_is_an_entry_for_a_handle() -> None:
    outcome = tables_to_handles(from_text(LOOKUP))
    entry = outcome.graph["table"]
    assert (entry.op, entry.dtype("dtype"), entry.inputs) == ("Placeholder", "resource", ())
    assert outcome.graph["y"] == from_text(LOOKUP)["y"]
    assert outcome.count == 1
    assert lint(outcome.graph) == ()


@pytest.mark.parametrize("op", sorted(TABLES))
def test_every_kind_of_table_is(op: str) -> None:
    text = "free = Const() dtype=int64; value=tensor(int64, -1)\n"
    text += f"table = {op}(free) key_dtype=int64; value_dtype=string\n"
    graph = prune(tables_to_handles(from_text(text)).graph, ["table"]).graph
    assert [node.op for node in graph.nodes] == ["Placeholder"]


def test_handles_of_old_tables_become_resources_through_loops_and_branches() -> None:
    graph = tables_to_handles(from_text(OLD)).graph
    assert lint(graph) == ()
    assert [graph[name].op for name in ("inside", "looped", "y", "z", "size")] == [
        "Switch", "Enter", "LookupTableFindV2", "LookupTableFindV2", "LookupTableSizeV2",
    ]  # fmt: skip
    assert {graph[name].dtype() for name in ("inside", "looped")} == {"resource"}


def test_a_graph_without_tables_is_left_alone() -> None:
    graph = from_text("x = Placeholder() dtype=int64")
    assert tables_to_handles(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    once = tables_to_handles(from_text(OLD)).graph
    again = tables_to_handles(once)
    assert (again.graph, again.count) == (once, 0)
