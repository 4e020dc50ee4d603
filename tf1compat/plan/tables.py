"""The lookup tables that the signatures need, and where their content is."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tf1compat.discovery.findings import Findings, Note, TableFinding
from tf1compat.discovery.tables import table_blockers, table_hazards
from tf1compat.discovery.tables.judging import TABLE_BLOCKERS, TABLE_HAZARDS
from tf1compat.plan.model import ConstantPlan, MigrationPlan, SignaturePlan, TablePlan
from tf1compat.plan.signatures.reach import reached_by, waited_for
from tf1compat.source.model import LegacyModel


class PlannedTables(NamedTuple):
    """The tables, and what is to be said of them."""

    tables: tuple[TablePlan, ...] = ()
    hazards: tuple[Note, ...] = ()
    blockers: tuple[Note, ...] = ()


def plan_tables(
    model: LegacyModel,
    tables: tuple[TableFinding, ...],
    signatures: Sequence[SignaturePlan],
    constants: Sequence[ConstantPlan],
    allow: Collection[str] = (),
) -> PlannedTables:
    """The tables behind the signatures' outputs, and what is in the way of them."""
    if not tables:
        return PlannedTables()
    graph, frozen = model.meta_graph.graph, {each.tensor.node for each in constants}
    behind = frozenset(name for each in signatures for name in reached_by(graph, each, frozen))
    needed = tuple(each for each in tables if each.name in behind)
    plans = tuple(TablePlan(each.name, each.content, _path(each)) for each in needed)
    before = frozenset(name for each in signatures for name in waited_for(graph, each, frozen))
    blockers = table_blockers(graph, tables, behind, before, model.checkpoint.prefix.parent)
    refused = tuple(each for each in blockers if graph[each.node].op not in allow)
    return PlannedTables(plans, table_hazards(tables, behind), refused)


def planned_files(tables: tuple[TableFinding, ...], plans: Sequence[TablePlan]) -> tuple[TableFinding, ...]:
    """The tables with the files that a plan names; where one is gone, with the file that was found by now."""
    there = [each for each in plans if each.path is not None and os.path.isfile(each.path)]
    return _as_planned(tables, there)


def _as_planned(tables: tuple[TableFinding, ...], plans: Iterable[TablePlan]) -> tuple[TableFinding, ...]:
    paths = {each.name: Path(each.path) for each in plans if each.path is not None}
    return tuple(
        replace(each, path=paths[each.name], given=True) if each.name in paths else each for each in tables
    )


def still_blocking(
    plan: MigrationPlan, model: LegacyModel, tables: tuple[TableFinding, ...]
) -> PlannedTables:
    """The tables that a plan's signatures need by now; files that the plan itself found ambiguous block as long as
    it says so."""
    found = plan_tables(model, _as_planned(tables, plan.tables), plan.signatures, plan.constants, plan.allow)
    undecided = tuple(each for each in plan.blockers if each.code == "asset-ambiguous")
    return found._replace(blockers=(*found.blockers, *undecided))


def as_discovered(blockers: Iterable[Note], findings: Findings) -> tuple[Note, ...]:
    """The blockers, those that discovery found too in its words: it knows the signature that cuts them off."""
    known = {(each.code, each.node, each.reason): each for each in findings.blockers}
    return tuple(known.get((each.code, each.node, each.reason), each) for each in blockers)


def concerns_tables(note: Note) -> bool:
    """Whether a hazard or a blocker is one that `plan_tables` tells."""
    return note.code in TABLE_BLOCKERS | TABLE_HAZARDS


def _path(table: TableFinding) -> str | None:
    return None if table.path is None else os.path.abspath(table.path)
