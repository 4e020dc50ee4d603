"""Migrated models in the hands of real consumers: each gives the golden values, or was said to be unable to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.consumers.models import ROWS, Row, written
from benchmarks.consumers.run import CONSUMERS, OLDER, Consumer, answers
from benchmarks.consumers.table import EQUAL, FAILS, NOT_POSSIBLE, Cell, cell, markdown, predicted

PAGE = Path(__file__).parents[2] / "docs" / "consumers.md"
CHAR_RNN = Row("char_rnn", "tf1.4.1")
CLASSIFIER = Row("birnn_classifier", "tf1.15.5")
BLOCK = Row("rnn_matrix", "tf1.15.5", "fused_block")
GROWING = Row("small_graphs", "tf1.15.5", "tensor_array_dynamic_size")
NESTED = Row("small_graphs", "tf1.4.1", "nested_cond")
QUICK = (CHAR_RNN, CLASSIFIER, BLOCK, GROWING, NESTED)
CONVERTERS = {"TFLite", "ONNX", "XLA"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("consumers")


@pytest.fixture(scope="module")
def folders(place: Path) -> dict[Row, Path]:
    """The migrated models with their golden values."""
    return {row: written(row, place) for row in QUICK}


@pytest.fixture(scope="module")
def verdicts(place: Path, folders: dict[Row, Path]) -> Callable[[Consumer], dict[Row, Cell]]:
    def of(consumer: Consumer) -> dict[Row, Cell]:
        errors = answers(consumer, folders.values(), place)
        foretold = {row: predicted(row, place).get(consumer.name) for row in folders}
        return {row: cell(errors[folder.name], foretold[row]) for row, folder in folders.items()}

    return of


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("name", CONSUMERS)
def test_each_consumer_gives_the_golden_values_or_was_said_to_be_unable_to(
    name: str, verdicts: Callable[[Consumer], dict[Row, Cell]]
):
    consumer = CONSUMERS[name]
    if reason := consumer.missing():
        pytest.skip(reason)
    found = verdicts(consumer)
    assert {row: str(each) for row, each in found.items() if each.verdict == FAILS} == {}
    assert {found[row].verdict for row in (CHAR_RNN, CLASSIFIER, NESTED)} == {EQUAL}
    expected = NOT_POSSIBLE if name in CONVERTERS else EQUAL
    assert {found[BLOCK].verdict, found[GROWING].verdict} == {expected}


def test_what_is_in_the_way_is_known_beforehand(place: Path):
    assert predicted(CHAR_RNN, place) == predicted(CLASSIFIER, place) == {}
    assert predicted(BLOCK, place) == dict.fromkeys(CONVERTERS, "BlockLSTM")
    assert "TensorListResize" in predicted(GROWING, place)["TFLite"]


# ----------------------------------------------------------------------------------------------- the table


def _table() -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8")
    table = re.search(r"^\| model \|.*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)
    assert table is not None
    rows = [[each.strip() for each in line.strip("|").split("|")] for line in table[0].splitlines()]
    return [rows[0], *rows[2:]]


def test_the_page_holds_every_model_and_every_consumer():
    header, *rows = _table()
    assert header == ["model", *CONSUMERS]
    assert [row[0] for row in rows] == [str(row) for row in ROWS]


def test_no_cell_of_the_page_says_fails_and_both_families_are_equal_everywhere():
    _, *rows = _table()
    cells = {row[0]: row[1:] for row in rows}
    assert {re.sub(r" \(\d+\)", "", each) for row in cells.values() for each in row} <= {EQUAL, "no"}
    families = [row for row in ROWS if row.family in ("char_rnn", "birnn_classifier")]
    assert {each for row in families for each in cells[str(row)]} == {EQUAL}


def test_the_page_says_no_where_the_inspection_does(place: Path):
    header, *rows = _table()
    cells = {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}
    for row in ROWS:
        said = {name for name, each in cells[str(row)].items() if each != EQUAL}
        assert said == set(predicted(row, place)), row


# ------------------------------------------------------------------------------------------ its own pieces


def test_a_cell_is_what_the_consumer_said_in_the_light_of_what_was_foretold():
    assert cell(None, None) == Cell(EQUAL)
    assert cell("no such op\nand more", "BlockLSTM") == Cell(NOT_POSSIBLE, "BlockLSTM")
    assert cell("no such op\nand more", None) == Cell(FAILS, "no such op")


def test_reasons_are_numbered_below_the_table():
    cells = {
        NESTED: {"load": Cell(EQUAL), "ONNX": Cell(NOT_POSSIBLE, "If")},
        BLOCK: {"load": Cell(FAILS, "it said so"), "ONNX": Cell(NOT_POSSIBLE, "If")},
    }
    assert markdown(cells, ["load", "ONNX"]).splitlines() == [
        "| model | load | ONNX |",
        "|---|---|---|",
        "| nested_cond (1.4.1) | equal | no (1) |",
        "| fused_block (1.15.5) | fails (2) | no (1) |",
        "",
        "1. not possible because of If",
        "2. fails: it said so",
    ]


def test_a_consumer_that_is_not_there_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(OLDER, raising=False)
    assert OLDER in (CONSUMERS["TF 2.11"].missing() or "")
    missing = Consumer("none", "none.py", ("no_such_package_at_all",)).missing()
    assert missing == "no_such_package_at_all not installed (pip install -e '.[consumers]')"
