"""Tables of constants fill themselves where they are read, so that no initializer has to run first.

    table = HashTable()                              table = HashTableV2() shared_name=...
    init = InitializeTable(table, keys, values)      init = InitializeTableV2(table, keys, values)
    y = LookupTableFind(table, x, default)     →     table/filled = Identity(table, ^init)
                                                     y = LookupTableFindV2(table/filled, x, default)

Filling a table that is full already costs no more than comparing sizes, so the name under which runs share it tells
its content (tensorflow/core/kernels/lookup_table_init_op.cc, initializable_lookup_table.cc).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from tf1compat.discovery.constants import constant
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, redirected

_TABLES = frozenset({"HashTable", "HashTableV2"})
_FILLS = frozenset({"InitializeTable", "InitializeTableV2", "LookupTableImport", "LookupTableImportV2"})
_CARRIES = frozenset({"Identity", "RefIdentity"}) | ENTER | EXIT | MERGE | NEXT_ITERATION | SWITCH
_READS = {"LookupTableFind": "LookupTableFindV2", "LookupTableSize": "LookupTableSizeV2",
          "LookupTableExport": "LookupTableExportV2"}  # fmt: skip
_RESOURCE = DType("resource")
_MADE_BY = "tables"


def read_table_contents(graph: Graph) -> Graph:
    """Each table that constants fill has them as its inputs, keys and values: then pruning keeps them."""
    contents: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.op in _FILLS:
            contents.setdefault(resolve(graph, node.inputs[0]).node, []).append(node)
    changed = {
        name: _with_content(graph, graph[name], fills[0])
        for name, fills in contents.items()
        if len(fills) == 1 and graph[name].op in _TABLES
    }
    return graph.replacing(changed.get(node.name, node) for node in graph.nodes) if changed else graph


def _with_content(graph: Graph, table: Node, fill: Node) -> Node:
    keys, values = fill.inputs[1:]
    known = [constant(graph, ref) for ref in (keys, values)]
    if any(each is None for each in known):
        return table
    content = "".join(repr((each.dtype, each.tolist())) for each in known if each is not None)
    name = f"{table.name}_{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    return replace(table, inputs=(keys, values)).with_attrs(shared_name=name.encode())


def tables_fill_themselves(graph: Graph) -> Outcome:
    """Every table is filled before it is read; raises RewriteError for one that no constants of the graph fill."""
    tables = [node for node in graph.nodes if node.op in _TABLES and node.made_by != _MADE_BY]
    if not tables:
        return Outcome(graph)
    for node in tables:
        if not node.inputs:
            raise RewriteError(
                f"'{node.name}' ({node.op}) is a table that no constants of the graph fill: its content is in a file, "
                f"or in the program that made it; {ELSEWHERE}"
            )
    filled = {node.name: TensorRef(fresh_name(graph, f"{node.name}/filled")) for node in tables}
    moved = {TensorRef(name): ref for name, ref in filled.items()}
    handles = _handles(graph, [node.name for node in tables])
    nodes = [_by_handle(redirected(node, moved), handles) for node in graph.nodes if node.name not in filled]
    made = (each for node in tables for each in _filled(graph, node, filled[node.name]))
    summary = f"{len(tables)} tables of constants fill themselves where they are read"
    return Outcome(graph.replacing([*nodes, *made]), len(tables), summary)


def _filled(graph: Graph, table: Node, filled: TensorRef) -> Iterator[Node]:
    """The table, what fills it, and the full table."""
    bare = replace(table, op="HashTableV2", inputs=(), control_inputs=(), made_by=_MADE_BY)
    yield bare.without_attrs("_output_shapes")
    init = fresh_name(graph, f"{table.name}/fill")
    yield make_node(
        init, "InitializeTableV2", (TensorRef(table.name), *table.inputs), made_by=_MADE_BY,
        Tkey=table.attrs["key_dtype"], Tval=table.attrs["value_dtype"],
    )  # fmt: skip
    handle = (TensorRef(table.name),)
    yield make_node(filled.node, "Identity", handle, control_inputs=(init,), made_by=_MADE_BY, T=_RESOURCE)


def _handles(graph: Graph, tables: list[str]) -> frozenset[str]:
    """The nodes that give a table's handle: the tables, and what passes it on into loops and branches."""
    found, todo = set(tables), list(tables)
    while todo:
        for use in graph.uses_of_node.get(todo.pop(), ()):
            node = graph[use.node]
            carries = node.op in _CARRIES and not (node.op in SWITCH and use.position)
            if carries and node.name not in found:
                found.add(node.name)
                todo.append(node.name)
    return frozenset(found)


def _by_handle(node: Node, handles: frozenset[str]) -> Node:
    """The node with a resource where it had a reference to a string that named the table."""
    if node.name in handles:
        return replace(node.with_attrs(T=_RESOURCE), op=node.op.removeprefix("Ref"))
    return replace(node, op=_READS.get(node.op, node.op))
