"""What is in the lookup tables that a plan needs: named, read from the graph, computed, or read from the checkpoint."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from tf1compat.analysis.constants import constant
from tf1compat.discovery.findings import Findings, TableFinding
from tf1compat.errors import RestoreError, reason_of
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.tables import planned_files
from tf1compat.restore.contents import ArrayContent, Content, TextContent
from tf1compat.restore.saved_tables import saved_entries
from tf1compat.restore.session import LegacySession
from tf1compat.source.model import LegacyModel


def read_contents(model: LegacyModel, findings: Findings, plan: MigrationPlan) -> dict[str, Content]:
    """The content of each table of the plan, by the table's name; raises RestoreError where it cannot be had."""
    needed = {each.name for each in plan.tables}
    tables = [each for each in planned_files(findings.tables, plan.tables) if each.name in needed]
    computed = _computed(model, findings, tables)
    return {each.name: _content(model, each, computed) for each in tables}


def _content(model: LegacyModel, table: TableFinding, computed: dict[TensorRef, Array]) -> Content:
    if table.content == "file" and table.path is not None and table.text is not None:
        return TextContent(table.path, table.text)
    if table.content == "tensors" and table.keys is not None and table.values is not None:
        keys, values = (_known(model.meta_graph.graph, ref, computed) for ref in (table.keys, table.values))
    elif table.content == "checkpoint" and table.saved is not None:
        keys, values = saved_entries(model, table)
    else:
        keys, values = (np.zeros([0], each.numpy or object) for each in (table.key_dtype, table.value_dtype))
    return ArrayContent(keys, values, table.key_dtype, table.value_dtype)


def _known(graph: Graph, ref: TensorRef, computed: dict[TensorRef, Array]) -> Array:
    value = computed.get(ref)
    if value is None:
        value = constant(graph, ref)
    if value is None:
        raise RestoreError(f"'{ref}' fills a table, and its value cannot be computed")
    return np.asarray(value)


def _computed(
    model: LegacyModel, findings: Findings, tables: Iterable[TableFinding]
) -> dict[TensorRef, Array]:
    """The values of the tensors that fill tables and are no constants, as the original graph computes them."""
    graph = model.meta_graph.graph
    filling = [ref for each in tables for ref in (each.keys, each.values) if ref is not None]
    unknown = tuple(ref for ref in filling if constant(graph, ref) is None)
    if not unknown:
        return {}
    with LegacySession(model, findings, needed=unknown, initialize=True, whole=False) as legacy:
        try:
            values = legacy.run([str(ref) for ref in unknown])
        except tf.errors.OpError as error:
            raise RestoreError(f"what fills a table cannot be computed: {reason_of(error)}") from error
    return dict(zip(unknown, values, strict=True))
