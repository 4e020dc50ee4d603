"""Tables of constants fill themselves where they are read."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.prune import prune
from tf1compat.rewrite.tables import read_table_contents, tables_fill_themselves

LOOKUP = """
    x = Placeholder() dtype=int64
    keys = Const() dtype=int64; value=tensor(int64, [1, 2])
    values = Const() dtype=string; value=tensor(string, ["one", "two"])
    other = Const() dtype=string; value=tensor(string, "?")
    table = HashTableV2() key_dtype=int64; value_dtype=string; shared_name=""
    fill = InitializeTableV2(table, keys, values) Tkey=int64; Tval=string
    y = LookupTableFindV2(table, x, other) Tin=int64; Tout=string
"""
OLD = (
    LOOKUP.replace("V2(", "(")
    + """
    flag = Placeholder() dtype=bool
    inside = RefSwitch(table, flag) T=string_ref
    looped = RefEnter(inside:1) T=string_ref; frame_name="f"; is_constant=True
    z = LookupTableFind(looped, x, other) Tin=int64; Tout=string
"""
)


def filled(text: str, *keep: str) -> Graph:
    return tables_fill_themselves(prune(read_table_contents(from_text(text)), keep).graph).graph


def test_a_lookup_waits_for_the_table_to_be_full() -> None:
    graph = filled(LOOKUP, "y")
    assert lint(graph) == ()
    handle = graph.input(graph["y"], 0)
    assert handle.inputs == (TensorRef("table"),)
    (fill,) = (graph[name] for name in handle.control_inputs)
    assert fill.op == "InitializeTableV2"
    assert fill.inputs == (TensorRef("table"), TensorRef("keys"), TensorRef("values"))


def test_an_import_fills_a_table_as_well() -> None:
    text = (
        LOOKUP.replace("InitializeTableV2", "LookupTableImportV2")
        .replace("Tkey=", "Tin=")
        .replace("Tval=", "Tout=")
    )
    assert lint(filled(text, "y")) == ()


def test_tables_share_a_name_only_with_the_same_content() -> None:
    names = [
        read_table_contents(from_text(text))["table"].attrs["shared_name"]
        for text in (LOOKUP, LOOKUP, LOOKUP.replace('"two"', '"zwei"'))
    ]
    assert names[0] == names[1] != names[2]


def test_handles_of_old_tables_become_resources_through_loops_and_branches() -> None:
    graph = filled(OLD, "y", "z")
    assert lint(graph) == ()
    assert [graph[name].op for name in ("table", "inside", "looped", "z")] == [
        "HashTableV2", "Switch", "Enter", "LookupTableFindV2",
    ]  # fmt: skip
    assert {graph[name].dtype() for name in ("inside", "looped")} == {"resource"}


def test_a_graph_without_tables_is_left_alone() -> None:
    graph = from_text("x = Placeholder() dtype=int64")
    assert read_table_contents(graph) is graph
    assert tables_fill_themselves(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    once = filled(LOOKUP, "y")
    again = tables_fill_themselves(once)
    assert (again.graph, again.count) == (once, 0)


@pytest.mark.parametrize(
    "fill",
    ["", "fill = InitializeTableFromTextFileV2(table, other)", "fill = InitializeTableV2(table, x, values)"],
)
def test_a_table_that_no_constants_fill_is_refused(fill: str) -> None:
    lines = [line if "fill =" not in line else fill for line in LOOKUP.splitlines()]
    with pytest.raises(RewriteError, match=r"'table' \(HashTableV2\) is a table that no constants"):
        filled("\n".join(lines), "y")
