"""Publishing: whole or not at all, and nothing of the user's is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf1compat.errors import OutputError
from tf1compat.plan.model import MigrationPlan
from tf1compat.savedmodel.publish import check_output, publish, staged
from tf1compat.savedmodel.record import write_record


def saved_model(place: Path, content: str) -> Path:
    place.mkdir()
    (place / "saved_model.pb").write_text(content, encoding="utf-8")
    return place


def result(place: Path, content: str) -> Path:
    """What a migration leaves: a SavedModel with its record."""
    write_record(saved_model(place, content), MigrationPlan("model", "sha256:0", ()), {}, None)
    return place


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    return tmp_path / "source" / "model.meta"


def test_a_new_place_may_be_written(tmp_path: Path, source: Path) -> None:
    check_output(tmp_path / "deep" / "new", overwrite=False, source=source)


def test_an_existing_place_is_refused(tmp_path: Path, source: Path) -> None:
    place = result(tmp_path / "old", "old")
    with pytest.raises(OutputError, match="is there already"):
        check_output(place, overwrite=False, source=source)
    check_output(place, overwrite=True, source=source)


def test_an_empty_folder_is_used(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "new"
    place.mkdir()
    check_output(place, overwrite=False, source=source)
    publish(saved_model(tmp_path / "built", "new"), place, overwrite=False)
    assert (place / "saved_model.pb").read_text(encoding="utf-8") == "new"
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with pytest.raises(OutputError, match="is there already"):
        check_output(tmp_path / "link", overwrite=False, source=source)


def test_only_a_saved_model_is_overwritten(tmp_path: Path, source: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    with pytest.raises(OutputError, match="is not a SavedModel directory"):
        check_output(tmp_path / "photos", overwrite=True, source=source)
    (tmp_path / "link").symlink_to(result(tmp_path / "real", "x"))
    with pytest.raises(OutputError, match="is not a SavedModel directory"):
        check_output(tmp_path / "link", overwrite=True, source=source)


def test_a_saved_model_without_a_record_is_not_replaced(tmp_path: Path, source: Path) -> None:
    place = saved_model(tmp_path / "work", "x")
    (place / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"was not written by tf1compat.*; so --overwrite does not replace"):
        check_output(place, overwrite=True, source=source)


def test_what_came_into_a_result_keeps_it(tmp_path: Path, source: Path) -> None:
    place = result(tmp_path / "old", "old")
    (place / "notes").mkdir()
    (place / "assets.extra" / "tf_serving_warmup_requests").touch()
    said = (
        r"'.*old' holds what tf1compat did not write \('assets.extra/tf_serving_warmup_requests', 'notes/'\)"
    )
    with pytest.raises(OutputError, match=said):
        check_output(place, overwrite=True, source=source)


def test_a_folder_that_holds_the_source_is_never_replaced(tmp_path: Path) -> None:
    place = saved_model(tmp_path / "both", "x")
    with pytest.raises(OutputError, match="holds the source"):
        check_output(place, overwrite=True, source=place / "model.meta")


@pytest.mark.parametrize("name", ["run[1]/model", "back\\slash", "latin\udcfc"])
def test_a_place_that_tensorflow_does_not_load_from_is_refused(
    tmp_path: Path, source: Path, name: str
) -> None:
    with pytest.raises(OutputError, match="TensorFlow loads no SavedModel from"):
        check_output(tmp_path / name, overwrite=False, source=source)
    check_output(tmp_path / "run *?", overwrite=False, source=source)


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
    output = result(tmp_path / "model", "old")
    with staged(output) as built:
        publish(saved_model(built, "new"), output, overwrite=True)
    assert [each.name for each in output.iterdir()] == ["saved_model.pb"]
    assert [each.name for each in tmp_path.iterdir()] == ["model"]


def test_what_comes_into_a_result_while_a_new_one_is_made_keeps_it(tmp_path: Path, source: Path) -> None:
    output = result(tmp_path / "model", "old")
    check_output(output, overwrite=True, source=source)
    with staged(output) as built:
        (output / "thesis.tex").write_text("mine", encoding="utf-8")
        with pytest.raises(OutputError, match=r"\('thesis\.tex'\).*; it is as it was"):
            publish(saved_model(built, "new"), output, overwrite=True)
    assert (output / "thesis.tex").read_text(encoding="utf-8") == "mine"
    assert (output / "saved_model.pb").read_text(encoding="utf-8") == "old"


def test_what_was_there_is_kept_where_its_place_is_taken_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = result(tmp_path / "model", "old")

    def take_the_place(folder: Path) -> tuple[str, ...]:
        saved_model(output, "theirs")
        return ("thesis.tex",)

    monkeypatch.setattr("tf1compat.savedmodel.publish.foreign_entries", take_the_place)
    with (
        staged(output) as built,
        pytest.raises(OutputError, match="what was there is in") as caught,
    ):
        publish(saved_model(built, "new"), output, overwrite=True)
    assert (output / "saved_model.pb").read_text(encoding="utf-8") == "theirs"
    kept = Path(str(caught.value).split("'")[-2])
    assert (kept / "saved_model.pb").read_text(encoding="utf-8") == "old"


def test_a_place_that_appeared_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    output = tmp_path / "model"
    with staged(output) as built:
        saved_model(built, "new")
        saved_model(output, "theirs")
        with pytest.raises(OutputError, match="appeared in the meantime"):
            publish(built, output, overwrite=False)
    assert (output / "saved_model.pb").read_text(encoding="utf-8") == "theirs"
