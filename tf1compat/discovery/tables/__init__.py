"""Lookup tables: what fills each, and whether it is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tf1compat.discovery.findings import InputFinding, Note, OutputFinding, TableFinding
from tf1compat.discovery.tables.finding import find_tables
from tf1compat.discovery.tables.judging import Cut, table_blockers, table_hazards
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors
from tf1compat.source.model import LegacyModel

__all__ = ["JudgedTables", "find_tables", "judge_tables", "table_blockers", "table_hazards"]


class JudgedTables(NamedTuple):
    """The tables of a graph, and what is to be said of those that outputs need."""

    tables: tuple[TableFinding, ...] = ()
    hazards: tuple[Note, ...] = ()
    blockers: tuple[Note, ...] = ()


def judge_tables(
    model: LegacyModel, outputs: Iterable[OutputFinding], inputs: Iterable[InputFinding], cut: Cut
) -> JudgedTables:
    """All tables, judged as far as the offered outputs are computed from them and not from what is fed."""
    tables = find_tables(model)
    if not tables:
        return JudgedTables()
    graph = model.meta_graph.graph
    read = _behind(graph, outputs, inputs)
    blockers = table_blockers(graph, tables, read, read, model.checkpoint.prefix.parent, cut)
    return JudgedTables(tables, table_hazards(tables, read), blockers)


def _behind(graph: Graph, outputs: Iterable[OutputFinding], inputs: Iterable[InputFinding]) -> frozenset[str]:
    """The nodes that the offered outputs are computed from; what is behind the inputs is none of them."""
    fed = {each.tensor.node for each in inputs}
    offered = [each.tensor.node for each in outputs if each.role != "loss"]
    return ancestors(graph, offered, stop=lambda node: node.name in fed)
