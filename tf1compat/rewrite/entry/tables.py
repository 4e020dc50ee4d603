"""Lookup tables enter as handles, in the form of TF2: what holds and fills them is an object of the SavedModel.

    table = HashTable()                              table = Placeholder() dtype=resource
    y = LookupTableFind(table, x, default)     →     y = LookupTableFindV2(table, x, default)

What filled a table stands behind no output, and goes with all else that is not needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.ops.families import HAND_ON, MUTABLE_TABLES, STATIC_TABLES, TABLE_READS
from tf1compat.rewrite.base import Outcome

#: Ops that hold a table.
TABLES = STATIC_TABLES | MUTABLE_TABLES
_READS = {op: f"{op}V2" for op in TABLE_READS if not op.endswith("V2")}
_RESOURCE = DType("resource")
_MADE_BY = "tables"


def tables_to_handles(graph: Graph) -> Outcome:
    """No op that holds a table is left, and no table is named by a string."""
    tables = [node.name for node in graph.nodes if node.op in TABLES]
    if not tables:
        return Outcome(graph)
    handles = _handles(graph, tables)
    nodes = [_entry(node) if node.op in TABLES else _by_handle(node, handles) for node in graph.nodes]
    return Outcome(graph.replacing(nodes), len(tables), "lookup tables enter from objects that hold them")


def _entry(table: Node) -> Node:
    return make_node(table.name, "Placeholder", made_by=_MADE_BY, dtype=_RESOURCE, shape=Shape(()))


def _handles(graph: Graph, tables: Iterable[str]) -> frozenset[str]:
    """The nodes that give a table's handle: the tables, and what passes it on into loops and branches."""
    found = set(tables)
    todo = list(found)
    while todo:
        for use in graph.uses_of_node.get(todo.pop(), ()):
            node = graph[use.node]
            carries = node.op in HAND_ON and not (node.op in SWITCH and use.position)
            if carries and node.name not in found:
                found.add(node.name)
                todo.append(node.name)
    return frozenset(found)


def _by_handle(node: Node, handles: frozenset[str]) -> Node:
    """The node with a resource where it had a reference to a string that named the table."""
    if node.name in handles:
        return replace(node.with_attrs(T=_RESOURCE), op=node.op.removeprefix("Ref"))
    return replace(node, op=_READS[node.op]) if node.op in _READS else node
