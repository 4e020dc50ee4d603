"""Training graphs that look up in tables, to SavedModels that do so wherever they are moved."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in, golden_cases, read_truth, saved_again
from tf1compat.cli import main
from tf1compat.errors import PlanError, RestoreError
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "training_graphs"
NAMES = ["tf0.12.1/old_lookups", "tf1.4.1/made_of_tensors", "tf1.15.5/saved_tables", "tf1.15.5/vocabularies"]
FILES = "tf1.15.5/vocabularies"
Migrated = Callable[[str], MigrationResult]


def signature_of(name: str) -> str:
    truth = read_truth(ROOT / name)
    sides = (", ".join(tensor.removesuffix(":0") for tensor in truth[each]) for each in ("inputs", "outputs"))
    return "serving_default({}) -> {}".format(*sides)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Migrated:
    """Migrate a model with the author's own inputs and outputs, once, in a folder whose files are looked at after."""
    made: dict[str, MigrationResult] = {}

    def migrate(name: str) -> MigrationResult:
        if name not in made:
            folder = tmp_path_factory.mktemp("tables")
            before = contents(ROOT / name)
            made[name] = tf1compat.migrate(ROOT / name, folder / "out", signatures=[signature_of(name)])
            assert contents(ROOT / name) == before
        return made[name]

    return migrate


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def generations(saved_model: Path, folder: Path) -> Iterator[Path]:
    """A SavedModel moved elsewhere, and twice saved again and moved; what was moved away is gone."""
    place = folder / "first"
    shutil.copytree(saved_model, place)
    for number in range(3):
        moved = folder / f"moved {number}"
        place.rename(moved)
        yield moved
        place = saved_again(moved, folder / f"again {number}")
        shutil.rmtree(moved)


def check_golden(name: str, saved_model: Path) -> None:
    model = tf1compat.load(saved_model)
    for case in golden_cases(ROOT / name):
        feeds = {tensor.removesuffix(":0"): value for tensor, value in case.fed.items()}
        found = model.predict("serving_default", feeds)
        for tensor, expected in case.fetched.items():
            value, what = found[tensor.removesuffix(":0")], f"{case.case}: {tensor}"
            if expected.dtype.kind == "S":
                np.testing.assert_array_equal(value.astype(np.bytes_), expected, what)
            else:
                check_equal(value, expected, what)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_looks_up_as_its_author_did_moved_and_saved_again(
    name: str, migrated: Migrated, tmp_path: Path
) -> None:
    result = migrated(name)
    assert result.comparison is not None
    assert result.comparison.passed
    assert forbidden_in(result.output) == set()
    for place in generations(result.output, tmp_path):
        check_golden(name, place)


def test_the_files_are_assets_under_names_of_their_own(migrated: Migrated) -> None:
    result = migrated(FILES)
    found = {each.name: each.read_text() for each in (result.output / "assets").iterdir()}
    expected = [ROOT / FILES / place for place in sorted(set(read_truth(ROOT / FILES)["files"].values()))]
    assert sorted(found.values()) == sorted(path.read_text() for path in expected)
    assert {Path(each.path).name for each in result.plan.tables if each.path} == {
        "vocab.txt", "labels.txt", "weights.csv",
    }  # fmt: skip


def test_the_table_of_the_labels_is_left_with_the_training(migrated: Migrated) -> None:
    assert len(migrated(FILES).plan.tables) == 4
    assert {each.content for each in migrated("tf1.15.5/saved_tables").plan.tables} == {"checkpoint"}


def test_a_file_that_is_gone_is_asked_for_and_taken_as_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, elsewhere = tmp_path / "model", tmp_path / "else where" / "names.txt"
    shutil.copytree(ROOT / "tf0.12.1/old_lookups", model)
    elsewhere.parent.mkdir()
    shutil.move(model / "labels.txt", elsewhere)
    with pytest.raises(
        PlanError, match=r"asset-missing.*'C:\\reviews\\data\\labels.txt'.*--asset labels.txt=PATH"
    ):
        tf1compat.migrate(model, tmp_path / "out")
    given = ["--asset", f"labels.txt={elsewhere}"]
    assert main(["plan", str(model), *given, "-o", str(tmp_path / "plan.json")]) == 0
    capsys.readouterr()
    tables = json.loads((tmp_path / "plan.json").read_text())["tables"]
    assert [each["path"] for each in tables.values() if each["content"] == "file"] == [str(elsewhere)]
    arguments = [str(tmp_path / "out"), "--plan", str(tmp_path / "plan.json"), "--no-verify"]
    assert main(["migrate", str(model), *arguments]) == 0
    assert (tmp_path / "out" / "assets" / "names.txt").read_text() == elsewhere.read_text()


def test_a_restored_session_looks_up_in_the_files_that_were_found(tensorflow: ModuleType) -> None:
    with tf1compat.restore(ROOT / FILES) as legacy:
        assert legacy.unfilled == {}
        (case, *_) = golden_cases(ROOT / FILES)
        found = legacy.run("counted:0", {"others:0": case.fed["others:0"]})
        np.testing.assert_array_equal(found, case.fetched["counted:0"])


def test_a_restored_session_takes_files_that_are_given_and_tells_of_those_that_are_gone(
    tmp_path: Path, tensorflow: ModuleType
) -> None:
    model = tmp_path / "model"
    shutil.copytree(ROOT / "tf0.12.1/old_lookups", model)
    shutil.move(model / "labels.txt", tmp_path / "kept.txt")
    (case,) = golden_cases(model)
    feeds = {"words:0": case.fed["words:0"], "dropout/keep_prob:0": 1.0}
    with tf1compat.restore(model) as legacy, pytest.raises(RestoreError, match=r"labels\.txt' was not found"):
        legacy.run("label:0", feeds)
    with tf1compat.restore(model, assets={"labels.txt": tmp_path / "kept.txt"}) as legacy:
        found = legacy.run("label:0", feeds)
    np.testing.assert_array_equal(found.astype(np.bytes_), case.fetched["label:0"])
    with pytest.raises(RestoreError, match=r"did you mean 'labels\.txt'"):
        tf1compat.restore(model, assets={"label.txt": tmp_path / "kept.txt"})


def test_the_signature_that_a_remedy_gives_migrates_the_model(tmp_path: Path, tensorflow: ModuleType) -> None:
    model = ROOT.parent / "odd_graphs" / "tf1.4.1" / "remembered"
    (blocker,) = tf1compat.plan(model).blockers
    typed = re.search(r"--signature '([^']+)'", blocker.remedy)
    assert typed is not None
    result = tf1compat.migrate(model, tmp_path / "out", signatures=[typed[1]], verify=False)
    assert result.output is not None
    assert result.plan.tables == ()
