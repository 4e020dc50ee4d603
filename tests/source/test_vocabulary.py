"""Text files that fill tables are read as TensorFlow reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tf1compat.errors import SourceError
from tf1compat.graph.attributes import DType
from tf1compat.source.vocabulary import LINE_NUMBER, WHOLE_LINE, TextFormat, read_vocabulary

STRING, INT, FLOAT = DType("string"), DType("int64"), DType("float32")
WORDS = TextFormat(WHOLE_LINE, LINE_NUMBER, STRING, INT)


def entries(content: bytes, text: TextFormat, folder: Path) -> dict[Any, Any]:
    path = folder / "vocab.txt"
    path.write_bytes(content)
    found = read_vocabulary(path, text)
    return dict(zip(found.keys, found.values, strict=True))


def test_whole_lines_have_their_numbers_either_way(tmp_path: Path) -> None:
    assert entries(b"the\nfilm", WORDS, tmp_path) == {b"the": 0, b"film": 1}
    names = TextFormat(LINE_NUMBER, WHOLE_LINE, INT, STRING)
    assert entries(b"bad\ngood\n", names, tmp_path) == {0: b"bad", 1: b"good"}


def test_the_ends_of_lines_of_windows_are_no_part_of_words(tmp_path: Path) -> None:
    assert entries(b"the\r\n\r\nfilm\r\n", WORDS, tmp_path) == {b"the": 0, b"": 1, b"film": 2}


def test_columns_are_read_as_what_the_table_holds(tmp_path: Path) -> None:
    text = TextFormat(1, 2, INT, FLOAT, delimiter=";")
    assert entries(b"a;3;0.5\nb;4;1e3\n", text, tmp_path) == {3: 0.5, 4: 1000.0}


def test_only_so_many_lines_are_read_as_the_author_asked_for(tmp_path: Path) -> None:
    two = TextFormat(WHOLE_LINE, LINE_NUMBER, STRING, INT, vocab_size=2)
    assert entries(b"the\nfilm\nthe\n", two, tmp_path) == {b"the": 0, b"film": 1}
    assert read_vocabulary(tmp_path / "vocab.txt", two).lines == 3


def test_the_same_entry_twice_is_one(tmp_path: Path) -> None:
    pairs = TextFormat(0, 1, STRING, STRING, delimiter=" ")
    assert entries(b"a b\na b\n", pairs, tmp_path) == {b"a": b"b"}


@pytest.mark.parametrize(
    ("content", "text", "reason"),
    [
        (b"the\nfilm\n", TextFormat(WHOLE_LINE, LINE_NUMBER, STRING, INT, 3), "has 2 lines, but at least 3"),
        (b"", WORDS, "has 0 lines"),
        (b"the\nthe\n", WORDS, "line 2 gives 'the' a second value"),
        (b"the\t1\nfilm\n", TextFormat(0, 1, STRING, INT), "line 2 has 1 columns, but 2"),
        (b"the\t1\nfilm\tx\n", TextFormat(0, 1, STRING, INT), "line 2: 'x' is no int64"),
        (b"version https://git-lfs.github.com/spec/v1\n", WORDS, "Git LFS pointer"),
    ],
)
def test_what_fills_no_table_is_refused_with_its_line(
    content: bytes, text: TextFormat, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=reason):
        entries(content, text, tmp_path)
