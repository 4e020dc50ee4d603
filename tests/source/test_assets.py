"""Files that a graph names by a path of the author's machine are found around the checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf1compat.source.assets import asset_outside, base_name, find_asset, places, same_place


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


def test_the_path_itself_is_not_followed_out_of_the_models_folders(tmp_path: Path) -> None:
    recorded = written(tmp_path / "author" / "vocab.txt")
    beside = written(tmp_path / "copy" / "run" / "vocab.txt")
    assert find_asset(str(recorded), beside.parent) == beside
    beside.unlink()
    assert find_asset(str(recorded), beside.parent) is None
    assert asset_outside(str(recorded), beside.parent) == recorded
    assert asset_outside("/nowhere/vocab.txt", beside.parent) is None


def test_a_path_into_the_models_folders_is_followed(tmp_path: Path) -> None:
    recorded = written(tmp_path / "data" / "vocab.txt")
    (tmp_path / "run").mkdir()
    assert find_asset(str(recorded), tmp_path / "run") == recorded


@pytest.mark.parametrize("place", ["run/vocab.txt", "vocab.txt", "run/assets/vocab.txt", "assets/vocab.txt"])
def test_a_link_out_of_the_models_folders_is_not_followed(tmp_path: Path, place: str) -> None:
    secret, link = written(tmp_path / "secret" / "words"), tmp_path / "models" / place
    (tmp_path / "models" / "run").mkdir(parents=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(secret)
    assert find_asset("vocab.txt", tmp_path / "models" / "run") is None
    assert asset_outside("vocab.txt", tmp_path / "models" / "run") == link


def test_a_linked_folder_is_not_one_of_the_models(tmp_path: Path) -> None:
    written(tmp_path / "secret" / "vocab.txt")
    (tmp_path / "models" / "run").mkdir(parents=True)
    (tmp_path / "models" / "run" / "assets").symlink_to(tmp_path / "secret")
    assert find_asset("vocab.txt", tmp_path / "models" / "run") is None


def test_a_model_that_is_reached_by_a_link_has_its_files(tmp_path: Path) -> None:
    path = written(tmp_path / "real" / "run" / "vocab.txt")
    (tmp_path / "link").symlink_to(path.parent)
    found = find_asset("vocab.txt", tmp_path / "link")
    assert found is not None
    assert found.resolve() == path


@pytest.mark.parametrize(
    "recorded", ["/x/.ssh/id_rsa", ".ssh/id_rsa", "/x/.netrc", ".netrc", ".cache/../.netrc"]
)
def test_hidden_files_around_the_models_folder_are_not_looked_at(recorded: str, tmp_path: Path) -> None:
    written(tmp_path / ".ssh" / "id_rsa")
    written(tmp_path / ".netrc")
    (tmp_path / "model").mkdir()
    assert find_asset(recorded, tmp_path / "model") is None
    own = written(tmp_path / "model" / ".data" / "vocab.txt")
    assert find_asset("/x/.data/vocab.txt", tmp_path / "model") == own


def test_the_root_of_the_file_system_is_no_place() -> None:
    assert [str(each) for each in places(Path("/model"))] == ["/model", "/model/assets", "/assets"]
    assert find_asset("/etc/hostname", Path("/model")) is None


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
