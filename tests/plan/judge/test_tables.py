"""Whether what fills a table is there and fits it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discovery.tables.table_text import LOOKUP, MUTABLE, RESTORED, TABLE, TENSORS, from_file, model_in
from tests.plan.judge.judged import judged
from tf1compat.discovery import discover
from tf1compat.plan.judge.notes import Note

#: The same words in another table too, and the rows of the sums.
TWO = (
    LOOKUP.replace("Gather(w/read, ids)", "Gather(w/read, both)")
    + TABLE
    + TABLE.replace("table =", "others =")
    + """
    more = LookupTableFindV2(others, words, none) Tin=string; Tout=int64
    both = AddV2(ids, more) T=int64
"""
)


def blockers(folder: Path, text: str) -> list[Note]:
    return list(judged(model_in(folder, LOOKUP + text)).blockers)


def hazards(folder: Path, text: str) -> list[Note]:
    return list(judged(model_in(folder, LOOKUP + text)).hazards)


def words(folder: Path, *lines: str, name: str = "vocab.txt") -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("".join(f"{each}\n" for each in lines))


def test_a_file_beside_the_checkpoint_is_no_blocker(tmp_path: Path) -> None:
    words(tmp_path, "the", "film")
    assert blockers(tmp_path, TABLE + from_file("vocab.txt")) == []
    assert hazards(tmp_path, TABLE + from_file("vocab.txt")) == []


def test_a_missing_file_is_a_blocker_that_tells_where_it_was_looked_for(tmp_path: Path) -> None:
    (note,) = blockers(tmp_path, TABLE + from_file("/data/my vocab.txt"))
    assert (note.code, note.node) == ("asset-missing", "table")
    assert "'/data/my vocab.txt'" in note.reason
    assert all(f"'{each}'" in note.reason for each in (tmp_path, tmp_path / "assets", tmp_path.parent))
    assert "--asset 'my vocab.txt=PATH'" in note.remedy
    assert "--signature 'serving_default(" in note.remedy
    assert "ids" in note.remedy


def test_a_table_that_no_output_looks_up_in_blocks_nothing(tmp_path: Path) -> None:
    aside = TABLE.replace("table =", "aside =") + from_file("/data/vocab.txt", "aside")
    assert blockers(tmp_path, TABLE + TENSORS + aside) == []


def test_a_file_that_does_not_fit_is_a_blocker(tmp_path: Path) -> None:
    words(tmp_path, "the", "film")
    (note,) = blockers(tmp_path, TABLE + from_file("vocab.txt", size=3))
    assert note.code == "vocabulary-mismatch"
    assert "has 2 lines, but at least 3" in note.reason
    assert "--asset vocab.txt=PATH" in note.remedy


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    text = TWO + from_file("/data/en/vocab.txt") + from_file("/data/de/vocab.txt", "others")
    words(tmp_path, "the")
    (note,) = judged(model_in(tmp_path, text)).blockers
    assert (note.code, note.node) == ("asset-ambiguous", "others")
    assert "--asset /data/en/vocab.txt=PATH --asset /data/de/vocab.txt=PATH" in note.remedy
    words(tmp_path, "the", name="en/vocab.txt")
    words(tmp_path, "der", name="de/vocab.txt")
    assert judged(model_in(tmp_path, text)).blockers == ()


def test_two_paths_that_may_be_one_file_are_not_ambiguous(tmp_path: Path) -> None:
    words(tmp_path, "the")
    text = TWO + from_file("/data/en/vocab.txt") + from_file("en/vocab.txt", "others")
    assert judged(model_in(tmp_path, text)).blockers == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TABLE, "table-content"),
        (MUTABLE, "mutable-table"),
        (MUTABLE + RESTORED, "mutable-table"),
    ],
    ids=["unfilled", "mutable", "not saved"],
)
def test_unknown_content_is_a_blocker(text: str, code: str, tmp_path: Path) -> None:
    (note,) = blockers(tmp_path, text)
    assert (note.code, note.node) == (code, "table")
    assert "look up outside the model: --signature 'serving_default(ids)" in note.remedy


def test_a_table_that_every_run_changes_is_a_blocker(tmp_path: Path) -> None:
    change = "    more = LookupTableInsertV2(table, words, none) Tin=string; Tout=int64\n"
    waiting = LOOKUP.replace("(table, words, none)", "(table, words, none, ^more)")
    saved = {"words-keys": ("string", 2), "words-values": ("int64", 2)}
    found = judged(model_in(tmp_path, waiting + MUTABLE + RESTORED + change, saved)).blockers
    assert [(each.code, each.node) for each in found] == [("table-changed", "more")]


def test_a_file_outside_of_the_models_folders_is_not_read_unless_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "home" / "model").mkdir(parents=True)
    secret = tmp_path / "secret.txt"
    words(tmp_path, "secret", "lines", name=secret.name)
    model = model_in(tmp_path / "home" / "model", LOOKUP + TABLE + from_file(str(secret)))
    found = discover(model)
    (note,) = judged(model).blockers
    assert (note.code, note.node) == ("asset-missing", "table")
    assert f"'{secret}' lies outside of the model's folders" in note.reason
    assert f"--asset {secret.name}={secret}" in note.remedy
    assert (found.tables[0].path, found.labels) == (None, ())


# ------------------------------------------------------------------------------------------------ hazards


def test_a_file_from_elsewhere_is_a_hazard(tmp_path: Path) -> None:
    words(tmp_path, "the", "film")
    (note,) = hazards(tmp_path, TABLE + from_file("/data/vocab.txt"))
    assert (note.code, note.node) == ("asset-moved", "table")
    assert "--asset vocab.txt=PATH" in note.remedy


def test_a_file_with_more_lines_than_are_read_is_a_hazard(tmp_path: Path) -> None:
    words(tmp_path, "the", "film", "was")
    (note,) = hazards(tmp_path, TABLE + from_file("vocab.txt", size=2))
    assert note.code == "vocabulary-truncated"
    assert "3 lines" in note.reason


def test_an_insertion_that_is_taken_for_the_content_is_a_hazard(tmp_path: Path) -> None:
    (note,) = hazards(tmp_path, MUTABLE + TENSORS.replace("InitializeTableV2", "LookupTableInsertV2"))
    assert (note.code, note.node) == ("table-inserted", "table")
