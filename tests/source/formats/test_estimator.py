"""Estimators' folders: which export is taken, and when a checkpoint is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.source.formats.test_saved_model import make_saved_model
from tf1compat.errors import SourceError
from tf1compat.options import SourceOptions
from tf1compat.source import open_model


@pytest.fixture
def model_dir(char_rnn: Path) -> Path:
    """A folder with a checkpoint and two exports, and one that was not finished."""
    for seconds in ("1540000000", "1540000777"):
        make_saved_model(char_rnn, char_rnn / "export" / "best" / seconds, ("serve",))
    (char_rnn / "export" / "best" / "temp-1540000999").mkdir()
    return char_rnn


@pytest.mark.parametrize("given", ["", "export", "export/best"])
def test_the_newest_export_that_is_complete_is_taken(model_dir: Path, given: str) -> None:
    found = open_model(model_dir / given)
    assert found.path == str(model_dir / "export" / "best" / "1540000777")


def test_an_export_without_its_graph_is_passed_over(model_dir: Path) -> None:
    (model_dir / "export" / "best" / "1540000777" / "saved_model.pb").unlink()
    assert open_model(model_dir).path.endswith("1540000000")


def test_several_names_of_exports_are_listed(model_dir: Path) -> None:
    shutil.copytree(model_dir / "export" / "best", model_dir / "export" / "latest")
    with pytest.raises(
        SourceError, match=r"exports of several names; give the folder of one of them: .*best.*latest"
    ):
        open_model(model_dir)


def test_a_step_that_is_not_there_is_told(model_dir: Path) -> None:
    with pytest.raises(SourceError, match="there is no checkpoint of step 8"):
        open_model(model_dir, SourceOptions(step=8))
