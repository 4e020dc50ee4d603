"""The lookup tables that the signatures need, and where their content is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from tf1compat.discovery.findings import TableFinding
from tf1compat.graph.model import Graph
from tf1compat.plan.model import ConstantPlan, SignaturePlan, TablePlan
from tf1compat.plan.signatures.reach import reached_by


def plan_tables(
    graph: Graph,
    tables: Iterable[TableFinding],
    signatures: Sequence[SignaturePlan],
    constants: Sequence[ConstantPlan],
) -> tuple[TablePlan, ...]:
    """The tables behind the signatures' outputs."""
    tables, frozen = tuple(tables), {each.tensor.node for each in constants}
    behind = {name for each in signatures for name in reached_by(graph, each, frozen)} if tables else set()
    return tuple(TablePlan(each.name, each.content, _path(each)) for each in tables if each.name in behind)


def planned_files(tables: tuple[TableFinding, ...], plans: Sequence[TablePlan]) -> tuple[TableFinding, ...]:
    """The tables with the files that a plan names; where one is gone, with the file that was found by now."""
    there = [each for each in plans if each.path is not None and os.path.isfile(each.path)]
    return as_planned(tables, there)


def as_planned(tables: tuple[TableFinding, ...], plans: Iterable[TablePlan]) -> tuple[TableFinding, ...]:
    """The tables with the files that a plan names, there or not."""
    paths = {each.name: Path(each.path) for each in plans if each.path is not None}
    return tuple(
        replace(each, path=paths[each.name], given=True) if each.name in paths else each for each in tables
    )


def _path(table: TableFinding) -> str | None:
    return None if table.path is None else os.path.abspath(table.path)
