"""Files that a graph names by a path of the author's machine are found around the checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf1compat.source.assets import base_name, find_asset, same_place


def written(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("word\n")
    return path


@pytest.mark.parametrize(
    "recorded",
    [
        "/home/author/data/vocab.txt", "data/vocab.txt", "../data/vocab.txt", "vocab.txt", "gs://bucket/data/vocab.txt",
        "C:\\author\\data\\vocab.txt", "..\\data\\vocab.txt", "\\\\server\\share\\vocab.txt", "C:vocab.txt",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["run", "run/assets", ".", "assets"])
def test_a_file_is_found_by_its_name_in_each_place(recorded: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    path = written(tmp_path / place / "vocab.txt")
    found = find_asset(recorded, tmp_path / "run")
    assert found is not None
    assert found.resolve() == path.resolve()


def test_as_much_of_the_path_as_fits_is_used(tmp_path: Path) -> None:
    written(tmp_path / "vocab.txt")
    german = written(tmp_path / "de" / "vocab.txt")
    assert find_asset("/home/author/de/vocab.txt", tmp_path) == german


def test_what_lies_around_the_checkpoint_goes_before_the_path_itself(tmp_path: Path) -> None:
    recorded = written(tmp_path / "author" / "vocab.txt")
    beside = written(tmp_path / "copy" / "run" / "vocab.txt")
    assert find_asset(str(recorded), beside.parent) == beside
    beside.unlink()
    assert find_asset(str(recorded), beside.parent) == recorded


@pytest.mark.parametrize("recorded", ["/nowhere/vocab.txt", "", "..", "/", "a\0b", "sub"])
def test_what_is_no_file_is_not_found(recorded: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert find_asset(recorded, tmp_path) is None


@pytest.mark.parametrize("path", ["/data/vocab.txt", "C:\\data\\vocab.txt", "vocab.txt", "a/../vocab.txt"])
def test_the_base_name_of_a_path_of_any_system(path: str) -> None:
    assert base_name(path) == "vocab.txt"


def test_a_relative_path_may_be_the_end_of_an_absolute_one() -> None:
    assert same_place("/home/author/data/vocab.txt", "data/vocab.txt")
    assert same_place("..\\data\\vocab.txt", "/x/data/vocab.txt")
    assert not same_place("/data/en/vocab.txt", "/data/de/vocab.txt")
