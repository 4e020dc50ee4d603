"""Lookup tables in reports: what each maps, and what fills it."""

from __future__ import annotations

from typing import Any

from tf1compat.discovery.findings import Findings, TableFinding
from tf1compat.plan.model import MigrationPlan
from tf1compat.report import wording
from tf1compat.report.document import Section, Table, section

_TITLE = "Lookup tables"
_CONTENTS = {"tensors": "tensors of the graph", "checkpoint": "the checkpoint", "unknown": "not in the files"}


def found_tables(found: Findings) -> Section:
    """Every table of the graph, with the file that was found for it."""
    rows = [
        (wording.name(each.name), each.key_dtype, each.value_dtype, wording.name(each.recorded or each.content),
         wording.name(_content(each)))
        for each in found.tables
    ]  # fmt: skip
    return section(_TITLE, Table.of(("table", "from", "to", "filled from", "which is"), rows))


def planned_tables(plan: MigrationPlan) -> Section:
    """The tables that the signatures need."""
    rows = [
        (wording.name(each.name), wording.name(each.path or _CONTENTS.get(each.content, each.content)))
        for each in plan.tables
    ]
    return section(_TITLE, Table.of(("table", "filled from"), rows))


def tables_json(found: Findings) -> list[dict[str, Any]]:
    """Every table as JSON: its types, where its content is, and for a file both its paths."""
    return [
        {
            "name": each.name, "key_dtype": str(each.key_dtype), "value_dtype": str(each.value_dtype),
            "content": each.content, "recorded_path": each.recorded,
            "path": None if each.path is None else str(each.path),
        }
        for each in found.tables
    ]  # fmt: skip


def _content(table: TableFinding) -> str:
    if table.content == "file":
        return "not found" if table.path is None else str(table.path)
    if table.saved is not None:
        return " and ".join(table.saved)
    return _CONTENTS[table.content]
