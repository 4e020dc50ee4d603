"""Tables of numbers and names are class labels too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discovery.tables.table_text import LOOKUP, TABLE, TENSORS, from_file, model_in
from tf1compat.discovery import discover
from tf1compat.discovery.findings import LabelFinding
from tf1compat.errors import LabelError
from tf1compat.plan.labels import read_labels

NAMES = """
    names = HashTableV2() key_dtype=int64; value_dtype=string; container=""; shared_name=""
    numbers = Const() dtype=int64; value=tensor(int64, [2, 0, 1])
    texts = Const() dtype=string; value=tensor(string, ["good", "bad", "fair"])
    names/fill = InitializeTableV2(names, numbers, texts) Tkey=int64; Tval=string
"""


def test_a_table_of_names_is_offered_and_read_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    model = model_in(tmp_path, LOOKUP + TABLE + TENSORS + NAMES)
    offered = discover(model).labels
    assert LabelFinding("table:names", 3, ("bad", "fair", "good")) in offered
    assert LabelFinding("table:table", 2, ("the", "film")) in offered
    assert read_labels("table:names", model) == ("bad", "fair", "good")


def test_a_table_that_a_file_fills_is_too(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "labels.vocab").write_text("bad\ngood\n")
    model = model_in(tmp_path, LOOKUP + TABLE + from_file("/data/labels.vocab"))
    assert [each.source for each in discover(model).labels] == ["table:table"]
    assert read_labels("table:table", model) == ("bad", "good")


@pytest.mark.parametrize("numbers", ["[2, 0, 5]", "[1, 2, 3]"], ids=["gaps", "not from 0"])
def test_numbers_that_leave_neurons_unnamed_are_no_labels(numbers: str, tmp_path: Path) -> None:
    model = model_in(tmp_path, LOOKUP + TABLE + TENSORS + NAMES.replace("[2, 0, 1]", numbers))
    assert [each.source for each in discover(model).labels] == ["table:table"]


def test_a_table_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    model = model_in(tmp_path, LOOKUP + TABLE + TENSORS + NAMES)
    with pytest.raises(LabelError, match=r"'table:name' is no table of names.*did you mean 'names'"):
        read_labels("table:name", model)
