"""The folders that a process works in can be told from all others, and removed after its end."""

from __future__ import annotations

import os
from pathlib import Path

from tf1compat.scratch import REPLACED, remove_leftovers, scratch_prefix


def test_the_names_tell_whose_folders_they_are() -> None:
    assert scratch_prefix() == f"tf1compat-{os.getpid()}-"
    assert scratch_prefix(12) == "tf1compat-12-"


def test_only_the_folders_of_that_process_go(tmp_path: Path) -> None:
    for name in ("tf1compat-12-a", ".tf1compat-12-b", "tf1compat-123-a", "tf1compat-notes", "model"):
        (tmp_path / name / "inside").mkdir(parents=True)
    remove_leftovers(12, [tmp_path, tmp_path / "nowhere"])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["model", "tf1compat-123-a", "tf1compat-notes"]


def test_an_earlier_result_that_was_being_replaced_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".tf1compat-12-b" / REPLACED).mkdir(parents=True)
    remove_leftovers(12, [tmp_path])
    assert (tmp_path / ".tf1compat-12-b" / REPLACED).is_dir()
