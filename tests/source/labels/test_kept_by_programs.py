"""Class names as programs of their time kept them: written by Python 2.7 to 3.11, numpy, scikit-learn and joblib."""

import json
import zipfile
from pathlib import Path

import pytest

from tf1compat.errors import LabelError
from tf1compat.source.labels.files import read_label_file

ARCHIVES = sorted((Path(__file__).parents[3] / "fixtures" / "labels").glob("*.zip"))


def test_archives_of_every_time_are_at_hand():
    assert [each.name.partition("-")[0] for each in ARCHIVES] == [
        "py2.7.18", "py3.11.7", "py3.6.15", "py3.7.16", "py3.7.16",
    ]  # fmt: skip


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda each: each.stem)
def test_every_file_gives_the_names_that_the_library_itself_reads(archive, tmp_path):
    with zipfile.ZipFile(archive) as content:
        content.extractall(tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert len(truth) > 90
    found, told = {}, {}
    for name in truth:
        try:
            found[name] = list(read_label_file(tmp_path / name))
        except LabelError as error:
            found[name], told[name] = None, str(error)
    assert found == truth
    for name, reason in told.items():
        if name.startswith(("set", "frozenset")):
            assert "it is a set, whose names have no order" in reason
        elif name.startswith("numbers"):
            assert "it is an array of float64, not of names" in reason
        else:
            assert "OneHotEncoder in it" in reason
