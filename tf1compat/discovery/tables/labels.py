"""Tables of numbers and names as class labels: of the names, or of the numbers that names have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tf1compat.analysis.constants import constant
from tf1compat.discovery.findings import TableFinding
from tf1compat.errors import LabelError, SourceError, nearest
from tf1compat.graph.model import Graph
from tf1compat.source.files import size_of
from tf1compat.source.vocabulary import read_vocabulary

#: What the source of labels begins with that is a table: `table:NODE`.
TABLE = "table:"
_MOST = 100_000
_LARGEST = 1_000_000  # bytes; class labels take less


def labels_of_tables(graph: Graph, tables: Iterable[TableFinding]) -> dict[str, tuple[str, ...]]:
    """By table, the names of the numbers from 0 on that it has; tables that number nothing so are left out."""
    found = {each.name: _names(graph, each) for each in tables}
    return {name: labels for name, labels in found.items() if labels}


def read_label_table(graph: Graph, tables: Iterable[TableFinding], name: str) -> tuple[str, ...]:
    """The names that a table has for the numbers from 0 on; raises LabelError."""
    known = labels_of_tables(graph, tables)
    if name not in known:
        raise LabelError(
            f"'{TABLE}{name}' is no table of names and the numbers from 0 on{nearest(name, known)}"
        )
    return known[name]


def _names(graph: Graph, table: TableFinding) -> tuple[str, ...]:
    if {table.key_dtype, table.value_dtype} not in ({"string", "int64"}, {"string", "int32"}):
        return ()
    keys, values = _entries(graph, table)
    numbers, names = (values, keys) if table.key_dtype == "string" else (keys, values)
    by_number = dict(zip(numbers, names, strict=True))
    if not 0 < len(by_number) <= _MOST or sorted(by_number) != list(range(len(by_number))):
        return ()
    return tuple(_text(by_number[number]) for number in range(len(by_number)))


def _entries(graph: Graph, table: TableFinding) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What is in a table, as far as the graph or its file tells; nothing where they do not."""
    if table.path is not None and table.text is not None:
        try:
            if size_of(table.path) > _LARGEST:
                return (), ()
            found = read_vocabulary(table.path, table.text)
        except SourceError:
            return (), ()  # a blocker tells of it
        return found.keys, found.values
    known = [None if ref is None else constant(graph, ref) for ref in (table.keys, table.values)]
    keys, values = (() if each is None else tuple(each.ravel().tolist()) for each in known)
    return (keys, values) if len(keys) == len(values) else ((), ())


def _text(name: Any) -> str:
    return name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else str(name)
