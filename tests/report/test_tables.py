"""What reports say of lookup tables."""

from __future__ import annotations

from pathlib import Path

from tf1compat.discovery.findings import Findings, TableFinding
from tf1compat.graph.attributes import DType
from tf1compat.plan.model import MigrationPlan, TablePlan
from tf1compat.report import render
from tf1compat.report.document import document
from tf1compat.report.tables import found_tables, planned_tables, tables_json

STRING, INT = DType("string"), DType("int64")
FOUND = Findings(
    tables=(
        TableFinding("words", "HashTableV2", STRING, INT, "file", recorded="/a/w.txt", path=Path("m/w.txt")),
        TableFinding("gone", "HashTableV2", STRING, INT, "file", recorded="/a/g.txt"),
        TableFinding("made", "HashTableV2", INT, STRING, "tensors"),
        TableFinding("kept", "MutableHashTableV2", STRING, INT, "checkpoint", saved=("k-keys", "k-values")),
        TableFinding("run", "MutableHashTableV2", STRING, INT, "unknown", reason="is one"),
    )
)


def test_each_table_is_told_with_its_content() -> None:
    lines = render.text(document("Model", found_tables(FOUND))).splitlines()
    told = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line.split()}
    assert told["words"] == "string int64 /a/w.txt m/w.txt"
    assert told["gone"] == "string int64 /a/g.txt not found"
    assert told["made"] == "int64 string tensors tensors of the graph"
    assert told["kept"] == "string int64 checkpoint k-keys and k-values"
    assert told["run"] == "string int64 unknown not in the files"


def test_a_plan_tells_what_fills_its_tables() -> None:
    plan = MigrationPlan(
        "m", "", (), tables=(TablePlan("words", "file", "/m/w.txt"), TablePlan("made", "tensors"))
    )
    text = render.text(document("Plan", planned_tables(plan)))
    assert "/m/w.txt" in text
    assert "tensors of the graph" in text


def test_tables_are_json_with_both_their_paths() -> None:
    first, second, *_ = tables_json(FOUND)
    assert first == {
        "name": "words", "key_dtype": "string", "value_dtype": "int64", "content": "file",
        "recorded_path": "/a/w.txt", "path": "m/w.txt",
    }  # fmt: skip
    assert second["path"] is None


def test_without_tables_nothing_is_said() -> None:
    assert "Lookup" not in render.text(document("Model", found_tables(Findings())))
