"""What is in the tables of a plan, from wherever it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import golden_cases
from tf1compat.errors import RestoreError
from tf1compat.restore.contents import ArrayContent, Content, TextContent

pytestmark = pytest.mark.tensorflow

SAVED = "training_graphs/tf1.15.5/saved_tables"
Folder = Callable[[str], Path]


def contents(folder: Path, signature: str) -> dict[str, Content]:
    from tf1compat.options import PlanOptions
    from tf1compat.plan.make import make_plan
    from tf1compat.restore.tables import read_contents

    found = tf1compat.inspect(folder)
    plan = make_plan(found.model, found.findings, PlanOptions([signature]))
    return read_contents(found.model, found.findings, plan)


def entries(content: Content) -> dict[Any, Any]:
    assert isinstance(content, ArrayContent)
    return dict(zip(content.keys.tolist(), content.values.tolist(), strict=True))


def test_the_checkpoint_gives_entries_and_no_open_places(
    fixture_folder: Folder, tensorflow: ModuleType
) -> None:
    found = contents(fixture_folder(SAVED), "serving_default(words) -> vectors_1, dense_ids")
    assert entries(found["vectors"]) == {b"the": [1.0, 2.0], b"film": [3.0, 4.0]}
    assert entries(found["dense"]) == {number: number + 10 for number in range(6)}
    assert entries(found["vocabulary"])[b"dull"] == 5


def test_constants_are_taken_and_what_is_made_of_them_is_computed(
    fixture_folder: Folder, tensorflow: ModuleType
) -> None:
    folder = fixture_folder("training_graphs/tf1.4.1/made_of_tensors")
    found = contents(folder, "serving_default(words) -> label, years, probabilities")
    tables = [entries(each) for each in found.values()]
    assert {0: b"red", 1: b"green", 2: b"blue"} in tables
    assert {b"1990": 0, b"1991": 1, b"1992": 2, b"1993": 3} in tables
    assert {b"the": 0, b"film": 1, b"was": 2, b"good": 3, b"bad": 4, b"dull": 5} in tables


def test_a_file_is_named_with_how_it_is_read(fixture_folder: Folder, tensorflow: ModuleType) -> None:
    folder = fixture_folder("training_graphs/tf1.15.5/vocabularies")
    (content,) = contents(folder, "serving_default(words) -> weighted").values()
    assert isinstance(content, TextContent)
    assert content.path == folder / "weights.csv"
    assert (content.text.key_index, content.text.value_index, content.text.delimiter) == (0, 2, ",")


def test_a_damaged_checkpoint_is_told_of_the_table(
    fixture_folder: Folder, tmp_path: Path, tensorflow: ModuleType
) -> None:
    folder = Path(shutil.copytree(fixture_folder(SAVED), tmp_path / "model"))
    data = folder / "model.data-00000-of-00001"
    data.write_bytes(bytes(len(data.read_bytes())))
    with pytest.raises(RestoreError, match=r"the table 'v[a-z]*' is not in"):
        contents(folder, "serving_default(words) -> vectors_1")


def test_tables_are_filled_without_a_saver_too(
    fixture_folder: Folder, tmp_path: Path, tensorflow: ModuleType
) -> None:
    from tensorflow.core.protobuf import meta_graph_pb2

    folder = Path(shutil.copytree(fixture_folder(SAVED), tmp_path / "model"))
    meta = meta_graph_pb2.MetaGraphDef.FromString((folder / "model.meta").read_bytes())
    meta.ClearField("saver_def")
    (folder / "model.meta").write_bytes(meta.SerializeToString())
    (case,) = golden_cases(folder)
    with tf1compat.restore(folder) as legacy:
        found = legacy.run(["vectors_1:0", "dense_ids:0"], {"words:0": case.fed["words:0"]})
    np.testing.assert_array_equal(found[0], case.fetched["vectors_1:0"])
    np.testing.assert_array_equal(found[1], case.fetched["dense_ids:0"])
