"""Files that the user gives, by the names that the graph has for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf1compat.discovery.findings import TableFinding
from tf1compat.discovery.tables.given import with_assets
from tf1compat.graph.attributes import DType


def table(name: str, recorded: str | None, content: str = "file") -> TableFinding:
    return TableFinding(name, "HashTableV2", DType("string"), DType("int64"), content, recorded=recorded)


TABLES = (
    table("english", "/data/en/vocab.txt"),
    table("german", "/data/de/vocab.txt"),
    table("again", "/data/de/vocab.txt"),
    table("names", "C:\\data\\labels.txt"),
    table("made", None, "tensors"),
    table("fed", None),
)


def paths(**assets: str) -> dict[str, Path | None]:
    found, problems = with_assets(TABLES, assets)
    assert problems == ()
    return {each.name: each.path for each in found if each.given}


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("/data/de/vocab.txt", ["german", "again"]), ("labels.txt", ["names"]), ("english", ["english"]),
        ("C:\\data\\labels.txt", ["names"]), ("fed", ["fed"]),
    ],
)  # fmt: skip
def test_a_name_is_a_path_a_last_part_or_a_table(name: str, tables: list[str]) -> None:
    assert paths(**{name: "here.txt"}) == dict.fromkeys(tables, Path("here.txt"))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("vocab.txt", "may be any of '/data/de/vocab.txt', '/data/en/vocab.txt'; give it by its whole path"),
        ("label.txt", "did you mean 'labels.txt'"),
        ("made", "is no file that the graph names"),
    ],
)
def test_a_name_that_means_no_one_file_is_a_problem(name: str, problem: str) -> None:
    found, (told,) = with_assets(TABLES, {name: "here.txt"})
    assert problem in told
    assert found == TABLES


def test_an_asset_for_a_graph_without_files_is_a_problem() -> None:
    _, problems = with_assets(TABLES[4:5], {"vocab.txt": "here.txt"})
    assert problems == ("asset 'vocab.txt' is given, but no table of the graph is filled from a file",)
