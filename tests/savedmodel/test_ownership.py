"""What a result's folder may hold to be replaced: the files that its record vouches for, and no others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tf1compat.errors import SourceError
from tf1compat.plan.model import MigrationPlan, TablePlan
from tf1compat.savedmodel.ownership import foreign_entries
from tf1compat.savedmodel.record import RECORD, write_record

PLAN = MigrationPlan("model", "sha256:0", (), tables=(TablePlan("table", "file", "/data/vocab.txt"),))
WRITTEN = [
    "saved_model.pb",
    "fingerprint.pb",
    "variables/variables.index",
    "variables/variables.data-00000-of-00001",
    "assets/vocab.txt",
    "assets/vocab.txt_1",
]


@pytest.fixture
def result(tmp_path: Path) -> Path:
    for each in WRITTEN:
        add(tmp_path, each)
    write_record(tmp_path, PLAN, {}, None)
    return tmp_path


@pytest.fixture
def earlier(result: Path) -> Path:
    """A result whose record does not list its files, as records did not."""
    content = json.loads((result / RECORD).read_text(encoding="utf-8"))
    del content["files"]
    (result / RECORD).write_text(json.dumps(content), encoding="utf-8")
    return result


def add(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).touch()


def test_what_was_written_is_ours(result: Path) -> None:
    assert foreign_entries(result) == ()


def test_what_was_written_by_an_earlier_version_is_ours(earlier: Path) -> None:
    assert foreign_entries(earlier) == ()


def test_a_file_of_ours_may_have_gone(result: Path) -> None:
    (result / "assets" / "vocab.txt").unlink()
    assert foreign_entries(result) == ()


@pytest.mark.parametrize("kind", ["result", "earlier"])
@pytest.mark.parametrize(
    "name",
    [
        "thesis.tex", "notes/thesis.tex", ".git/HEAD", "assets/mine.txt", "assets/vocab.txt.bak", "variables/backup",
        "assets.extra/warmup", "assets.extra/tf1compat.json~", "saved_model.pb.old", "variables/deep/file",
    ],
)  # fmt: skip
def test_everything_else_is_not(request: pytest.FixtureRequest, kind: str, name: str) -> None:
    folder: Path = request.getfixturevalue(kind)
    add(folder, name)
    found = foreign_entries(folder)
    assert len(found) == 1
    assert name.startswith(found[0])


def _as_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


def _as_link(place: Path) -> None:
    place.rename(place.with_name("elsewhere"))
    place.symlink_to(place.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("change", "found"), [(_as_folder, "assets/vocab.txt/"), (_as_link, "assets/vocab.txt")]
)
def test_another_thing_under_a_name_of_ours_is_not(
    result: Path, change: Callable[[Path], None], found: str
) -> None:
    change(result / "assets" / "vocab.txt")
    assert found in foreign_entries(result)


def test_an_empty_folder_of_the_users_is_not_ours(result: Path) -> None:
    (result / "figures").mkdir()
    assert foreign_entries(result) == ("figures/",)


def test_a_linked_folder_is_not_ours(result: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for each in (result / "variables").iterdir():
        each.unlink()
    (result / "variables").rmdir()
    (result / "variables").symlink_to(tmp_path_factory.mktemp("theirs"))
    assert foreign_entries(result) == ("variables",)


def test_a_folder_without_a_record_is_refused(tmp_path: Path) -> None:
    add(tmp_path, "saved_model.pb")
    with pytest.raises(SourceError, match="was not written by tf1compat"):
        foreign_entries(tmp_path)
