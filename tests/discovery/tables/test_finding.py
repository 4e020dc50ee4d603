"""What fills each table of a graph."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.discovery.tables.table_text import LOOKUP, MUTABLE, RESTORED, TABLE, TENSORS, from_file, model_in
from tf1compat.discovery.findings import TableFinding
from tf1compat.discovery.tables import find_tables
from tf1compat.names import TensorRef

SAVED = {"words-keys": ("string", 2), "words-values": ("int64", 2)}


def only_table(folder: Path, text: str, entries: dict[str, tuple[str, int]] | None = None) -> TableFinding:
    (found,) = find_tables(model_in(folder, LOOKUP + text, entries))
    return found


def test_a_graph_without_tables_has_none(tmp_path: Path) -> None:
    assert find_tables(model_in(tmp_path, "x = Placeholder() dtype=float32")) == ()


def test_a_table_is_filled_from_tensors(tmp_path: Path) -> None:
    found = only_table(tmp_path, TABLE + TENSORS)
    assert (found.name, found.content, found.fill) == ("table", "tensors", "fill")
    assert (found.keys, found.values) == (TensorRef("keys"), TensorRef("values"))
    assert (found.key_dtype, found.value_dtype) == ("string", "int64")


def test_a_table_is_filled_from_a_file_that_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("the\nfilm\n")
    found = only_table(tmp_path, TABLE + from_file("C:\\data\\vocab.txt", size=2))
    assert (found.content, found.recorded) == ("file", "C:\\data\\vocab.txt")
    assert found.path == tmp_path / "vocab.txt"
    assert found.text is not None
    assert (found.text.key_index, found.text.value_index, found.text.vocab_size) == (-2, -1, 2)
    assert found.text.delimiter == "|"


def test_a_file_that_is_not_there_is_told_as_not_found(tmp_path: Path) -> None:
    found = only_table(tmp_path, TABLE + from_file("/data/vocab.txt"))
    assert (found.content, found.path) == ("file", None)


def test_the_name_of_a_file_may_be_known_to_the_program_alone(tmp_path: Path) -> None:
    text = from_file("").replace(
        " Const() dtype=string; value=tensor(string, '')", " Placeholder() dtype=string"
    )
    found = only_table(tmp_path, TABLE + text)
    assert (found.content, found.recorded) == ("file", None)


def test_a_mutable_table_is_in_the_checkpoint_where_the_saver_restores_it(tmp_path: Path) -> None:
    found = only_table(tmp_path, MUTABLE + RESTORED, SAVED)
    assert (found.content, found.saved) == ("checkpoint", ("words-keys", "words-values"))


def test_without_its_saver_a_mutable_table_is_known_by_its_own_name(tmp_path: Path) -> None:
    entries = {"table-keys": ("string", 2), "table-values": ("int64", 2)}
    assert only_table(tmp_path, MUTABLE, entries).saved == ("table-keys", "table-values")


@pytest.mark.parametrize(
    "entries", [{}, {"words-keys": ("string", 0), "words-values": ("int64", 0)}], ids=["absent", "empty"]
)
def test_a_mutable_table_that_was_not_saved_with_content_is_unknown(
    entries: dict[str, tuple[str, int]], tmp_path: Path
) -> None:
    found = only_table(tmp_path, MUTABLE + RESTORED, entries)
    assert found.content == "unknown"
    assert "filled while it ran" in found.reason


def test_the_only_insertion_of_constants_is_taken_for_the_content(tmp_path: Path) -> None:
    insertion = TENSORS.replace("InitializeTableV2", "LookupTableInsertV2")
    found = only_table(tmp_path, MUTABLE + insertion)
    assert (found.content, found.inserted, found.fill) == ("tensors", True, "fill")


def test_an_insertion_of_what_is_fed_tells_nothing(tmp_path: Path) -> None:
    insertion = TENSORS.replace("InitializeTableV2", "LookupTableInsertV2")
    fed = insertion.replace('keys = Const() dtype=string; value=tensor(string, ["the", "film"])', "")
    assert only_table(tmp_path, MUTABLE + fed.replace("keys,", "words,")).content == "unknown"


@pytest.mark.parametrize(
    ("fill", "reason"),
    [
        ("", "no op of the graph fills"),
        (TENSORS.replace("(table, keys,", "(table, words,"), r"filled from 'words' \(Placeholder\)"),
        (TENSORS + from_file("/data/vocab.txt"), "filled in several ways"),
    ],
    ids=["nothing", "fed", "twice"],
)
def test_a_table_whose_content_no_file_tells_is_unknown(fill: str, reason: str, tmp_path: Path) -> None:
    found = only_table(tmp_path, TABLE + fill)
    assert found.content == "unknown"
    assert re.search(reason, found.reason)


def test_tables_of_one_shared_name_have_one_content(tmp_path: Path) -> None:
    shared = TABLE.replace('shared_name=""', 'shared_name="words"')
    both = LOOKUP + shared + TENSORS + shared.replace("table =", "copy =")
    found = find_tables(model_in(tmp_path, both))
    assert [(each.name, each.content, each.fill) for each in found] == [
        ("table", "tensors", "fill"), ("copy", "tensors", "fill"),
    ]  # fmt: skip


def test_filling_a_table_twice_alike_is_filling_it(tmp_path: Path) -> None:
    again = TENSORS.replace("fill =", "again =").replace("keys =", "keys2 =").replace("values =", "values2 =")
    again = again.replace("keys,", "keys2,").replace("values)", "values2)")
    assert only_table(tmp_path, TABLE + TENSORS + again).content == "tensors"


def test_keys_that_are_rows_have_no_place_in_a_saved_model(tmp_path: Path) -> None:
    dense = "free = Const() dtype=int64; value=tensor(int64, [-1, -1])\n"
    dense += MUTABLE.replace("MutableHashTableV2()", "MutableDenseHashTableV2(free)")
    found = only_table(tmp_path, dense + RESTORED, SAVED)
    assert (found.content, found.reason) == (
        "unknown", "is a table whose keys are rows, which no SavedModel holds",
    )  # fmt: skip
