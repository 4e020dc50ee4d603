"""Words that tables know: what is worth feeding where strings are looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tf1compat.analysis.constants import constant
from tf1compat.discovery.findings import TableFinding
from tf1compat.errors import SourceError
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import PASS_THROUGH, resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.source.vocabulary import TextFormat, read_vocabulary

_MOST = 32
#: Ops whose strings are those of their first input, or pieces of them.
_PASSES = (
    PASS_THROUGH | SWITCH | families.RESHAPES | families.GATHER | families.STRING_SPLITS | families.STRIDED_SLICE
    | families.TILE | families.TRANSPOSE | families.UNIQUE | families.WHERE | MERGE | families.REVERSE_AXES
)  # fmt: skip


def words_of(graph: Graph, strings: TensorRef, tables: Iterable[TableFinding]) -> tuple[bytes, ...]:
    """Some of the keys of the tables that a tensor's strings are looked up in."""
    asked = _tables_asked(graph, strings)
    found = [word for each in tables if each.name in asked for word in keys_of(graph, each, _MOST)[:_MOST]]
    return tuple(dict.fromkeys(word for word in found if isinstance(word, bytes)))


def _tables_asked(graph: Graph, strings: TensorRef) -> set[str]:
    asked: set[str] = set()
    seen: set[str] = set()
    todo = [strings.node]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for use in graph.uses_of_node.get(name, ()):
            node = graph[use.node]
            if node.op in families.TABLE_FINDS and use.position == 1:
                asked.add(resolve(graph, node.inputs[0], PASS_THROUGH | SWITCH).node)
            elif node.op in _PASSES and use.position == 0:
                todo.append(use.node)
    return asked


def keys_of(graph: Graph, table: TableFinding, most: int | None = None) -> tuple[Any, ...]:
    """The keys of a table, or its first ones; none where they are not known."""
    if table.path is not None and table.text is not None:
        return _first_keys(table.path, table.text, most)
    known = None if table.keys is None else constant(graph, table.keys)
    return () if known is None else tuple(known.ravel().tolist())


def _first_keys(path: Path, text: TextFormat, most: int | None) -> tuple[Any, ...]:
    """The keys of a file's first lines, or of all where it has few; none of a file that is refused anyway."""
    for part in (text if most is None else replace(text, vocab_size=most), text):
        try:
            return read_vocabulary(path, part).keys
        except SourceError:
            continue
    return ()
