"""The record beside a SavedModel: read back whole, or refused saying what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tf1compat.errors import SourceError
from tf1compat.plan.model import MigrationPlan
from tf1compat.savedmodel.record import check_op_libraries, read_plan, read_record, write_record

PLAN = MigrationPlan("model", "sha256:0", ())


@pytest.fixture
def saved_model(tmp_path: Path) -> Path:
    (tmp_path / "saved_model.pb").touch()
    return tmp_path


def test_the_record_says_what_was_written(saved_model: Path) -> None:
    write_record(saved_model, PLAN, {"tensorflow": "2.21.0"}, {"passed": True})
    record = read_record(saved_model)
    assert record["source"] == {"path": "model", "digest": "sha256:0"}
    assert record["versions"] == {"tensorflow": "2.21.0"}
    assert record["verification"] == {"passed": True}
    assert read_plan(saved_model) == PLAN


def test_the_record_lists_what_is_there(saved_model: Path) -> None:
    (saved_model / "variables").mkdir()
    (saved_model / "variables" / "variables.index").touch()
    write_record(saved_model, PLAN, {}, None)
    expected = ["assets.extra/tf1compat.json", "saved_model.pb", "variables/variables.index"]
    assert read_record(saved_model)["files"] == expected


def test_what_is_no_saved_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no saved_model\.pb in it"):
        read_record(tmp_path)


def test_a_saved_model_of_others_is_refused(saved_model: Path) -> None:
    with pytest.raises(SourceError, match="was not written by tf1compat"):
        read_record(saved_model)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is damaged"),
        ("[" * 100_000, "is damaged"),
        ("[]", "is not a record"),
        ('{"format_version": 9}', "not a record"),
    ],
)
def test_a_damaged_record_is_refused(saved_model: Path, content: str, message: str) -> None:
    write_record(saved_model, PLAN, {}, None)
    (saved_model / "assets.extra" / "tf1compat.json").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read_record(saved_model)


def test_a_source_whose_path_is_not_utf_8_is_kept(saved_model: Path) -> None:
    write_record(saved_model, MigrationPlan("m\udcff\u00fc", "sha256:0", ()), {}, None)
    assert read_record(saved_model)["source"]["path"] == "m\udcff\u00fc"


def test_the_record_is_plain_json(saved_model: Path) -> None:
    write_record(saved_model, PLAN, {}, None)
    assert json.loads((saved_model / "assets.extra" / "tf1compat.json").read_text(encoding="utf-8"))


def test_a_library_of_ops_that_a_record_names_is_not_taken_unasked(saved_model: Path) -> None:
    plan = MigrationPlan("model", "sha256:0", (), op_libraries=("/elsewhere/zero_out.so",))
    write_record(saved_model, plan, {}, None)
    with pytest.raises(SourceError, match=r"zero_out\.so', which is not loaded unasked; give its file with"):
        check_op_libraries(saved_model, ["other.so"])
    check_op_libraries(saved_model, ["/here/zero_out.so"])


def test_a_saved_model_without_a_record_names_no_libraries(saved_model: Path) -> None:
    check_op_libraries(saved_model, [])
