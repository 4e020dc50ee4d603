"""Strings that tables know, as far as they can be told from the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discovery.tables.table_text import LOOKUP, TABLE, TENSORS, from_file, model_in
from tf1compat.discovery.tables import find_tables
from tf1compat.names import TensorRef
from tf1compat.verify.inputs.vocabulary_inputs import words_of


def words(folder: Path, text: str, strings: str = "words") -> tuple[bytes, ...]:
    model = model_in(folder, text)
    return words_of(model.meta_graph.graph, TensorRef(strings), find_tables(model))


def test_the_keys_of_constants_are_known(tmp_path: Path) -> None:
    assert words(tmp_path, LOOKUP + TABLE + TENSORS) == (b"the", b"film")


@pytest.mark.parametrize(("count", "known"), [(2, 2), (500, 32)])
def test_some_of_those_of_a_file_are(count: int, known: int, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("".join(f"word{number}\n" for number in range(count)))
    found = words(tmp_path, LOOKUP + TABLE + from_file("vocab.txt"))
    assert found == tuple(f"word{number}".encode() for number in range(known))


@pytest.mark.parametrize("content", ["the\nthe\n", ""])
def test_a_file_that_fills_no_table_gives_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text(content)
    assert words(tmp_path, LOOKUP + TABLE + from_file("vocab.txt")) == ()


def test_strings_that_are_not_looked_up_know_no_words(tmp_path: Path) -> None:
    other = "other = Placeholder() dtype=string\nshouted = StringUpper(other)\n"
    assert words(tmp_path, LOOKUP + TABLE + TENSORS + other, "other") == ()
