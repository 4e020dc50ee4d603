"""Publishing: whole or not at all, and nothing of the user's is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf1compat.errors import OutputError
from tf1compat.savedmodel.publish import check_output, publish, staged


def saved_model(place: Path, content: str) -> Path:
    place.mkdir()
    (place / "saved_model.pb").write_text(content, encoding="utf-8")
    return place


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    return tmp_path / "source" / "model.meta"


def test_a_new_place_may_be_written(tmp_path: Path, source: Path) -> None:
    check_output(tmp_path / "deep" / "new", overwrite=False, source=source)


def test_an_existing_place_is_refused(tmp_path: Path, source: Path) -> None:
    place = saved_model(tmp_path / "old", "old")
    with pytest.raises(OutputError, match="is there already"):
        check_output(place, overwrite=False, source=source)
    check_output(place, overwrite=True, source=source)


def test_only_a_saved_model_is_overwritten(tmp_path: Path, source: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(OutputError, match="is not a SavedModel directory"):
        check_output(tmp_path / "photos", overwrite=True, source=source)
    (tmp_path / "link").symlink_to(saved_model(tmp_path / "real", "x"))
    with pytest.raises(OutputError, match="is not a SavedModel directory"):
        check_output(tmp_path / "link", overwrite=True, source=source)


def test_a_folder_that_holds_the_source_is_never_replaced(tmp_path: Path) -> None:
    place = saved_model(tmp_path / "both", "x")
    with pytest.raises(OutputError, match="holds the source"):
        check_output(place, overwrite=True, source=place / "model.meta")


def test_a_file_cannot_be_a_parent(tmp_path: Path, source: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"):
        check_output(tmp_path / "file" / "model", overwrite=False, source=source)


def test_what_is_not_published_leaves_nothing(tmp_path: Path) -> None:
    with staged(tmp_path / "deep" / "model") as built:
        saved_model(built, "new")
    assert list(tmp_path.iterdir()) == []


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with staged(tmp_path / "model") as built:
            saved_model(built, "new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_publishing_makes_the_parents(tmp_path: Path) -> None:
    output = tmp_path / "deep" / "model"
    with staged(output) as built:
        publish(saved_model(built, "new"), output, overwrite=False)
    assert [each.name for each in tmp_path.iterdir()] == ["deep"]
    assert (output / "saved_model.pb").read_text(encoding="utf-8") == "new"


def test_overwriting_replaces_the_whole_directory(tmp_path: Path) -> None:
    output = saved_model(tmp_path / "model", "old")
    (output / "left-over").write_text("x", encoding="utf-8")
    with staged(output) as built:
        publish(saved_model(built, "new"), output, overwrite=True)
    assert [each.name for each in output.iterdir()] == ["saved_model.pb"]
    assert [each.name for each in tmp_path.iterdir()] == ["model"]


def test_a_place_that_appeared_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    output = tmp_path / "model"
    with staged(output) as built:
        saved_model(built, "new")
        saved_model(output, "theirs")
        with pytest.raises(OutputError, match="appeared in the meantime"):
            publish(built, output, overwrite=False)
    assert (output / "saved_model.pb").read_text(encoding="utf-8") == "theirs"
