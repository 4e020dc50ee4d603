"""Whether what fills a table is there and fits it, and what was taken for what."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from tf1compat.discovery.findings import TableFinding
from tf1compat.errors import SourceError
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH, resolve
from tf1compat.ops.families import MUTABLE_TABLES, TABLE_CHANGES, TABLE_READS
from tf1compat.plan.judge.choice import Case
from tf1compat.plan.judge.codes import BlockerCode
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.signatures.reach import reached_by, waited_for
from tf1compat.plan.tables import plan_tables
from tf1compat.source.assets import asset_outside, base_name, places, same_place
from tf1compat.source.vocabulary import ALL_LINES, TextFormat, read_vocabulary

_CARRIES = PASS_THROUGH | SWITCH | MERGE


def table_blockers(case: Case) -> tuple[Note, ...]:
    """What is in the way of the tables that the signatures look up in, unless the user allows their ops."""
    if not case.choice.tables:
        return ()
    return tuple(each for each in _found(case) if case.graph[each.node].op not in case.choice.allow)


def _found(case: Case) -> tuple[Note, ...]:
    graph, choice = case.graph, case.choice
    frozen = {each.tensor.node for each in choice.constants}
    read = frozenset(name for each in choice.signatures for name in reached_by(graph, each, frozen))
    run = frozenset(name for each in choice.signatures for name in waited_for(graph, each, frozen))
    needed = [each for each in choice.tables if each.name in read]
    changes = _changes(graph, needed, run)
    blocked = {each.name for each in needed if _has_no_content(each)} | set(changes.values())
    outside = _outside(case.cut(_lookups(graph, blocked)) if blocked else "")
    folder = case.model.folder
    names = asset_names(choice.tables)
    return (
        *(_changing(graph[name], table, outside) for name, table in changes.items()),
        *(_unknown(each, outside) for each in needed if each.content == "unknown"),
        *(_missing(each, folder, names[each.name], outside) for each in needed if _is_missing(each)),
        *(note for each in needed if (note := _misfit(each, names[each.name])) is not None),
        *_ambiguous(needed),
    )


def _has_no_content(table: TableFinding) -> bool:
    return table.content == "unknown" or _is_missing(table)


def _is_missing(table: TableFinding) -> bool:
    return table.content == "file" and (table.path is None or not os.path.isfile(table.path))


def _lookups(graph: Graph, tables: Collection[str]) -> frozenset[str]:
    """The ops that look up in these tables."""
    every = (node for node in graph.nodes if node.op in TABLE_READS and node.inputs)
    return frozenset(node.name for node in every if resolve(graph, node.inputs[0], _CARRIES).node in tables)


def _outside(signature: str) -> str:
    typed = (
        f"--signature '{signature}'"
        if signature
        else "name what the lookup gives as an input with --signature"
    )
    return f"look up outside the model: {typed}"


def _changes(graph: Graph, tables: Iterable[TableFinding], behind: frozenset[str]) -> dict[str, str]:
    """The ops that change these tables before outputs are computed, save those that only fill them, and the tables."""
    fills = {each.name: each.fill for each in tables}
    every = (node for node in graph.nodes if node.op in TABLE_CHANGES and node.name in behind and node.inputs)
    found = {node.name: resolve(graph, node.inputs[0], _CARRIES).node for node in every}
    return {name: table for name, table in found.items() if table in fills and fills[table] != name}


def _changing(node: Node, table: str, remedy: str) -> Note:
    reason = f"'{node.name}' ({node.op}) changes the table '{table}' in every run that gives an output"
    return Note("table-changed", node.name, reason, remedy)


def _unknown(table: TableFinding, remedy: str) -> Note:
    filled_by_program = table.op in MUTABLE_TABLES and table.saved is None
    code: BlockerCode = "mutable-table" if filled_by_program else "table-content"
    return Note(code, table.name, f"'{table.name}' ({table.op}) {table.reason}", remedy)


def asset_names(tables: Sequence[TableFinding]) -> dict[str, str]:
    """What the user calls the file of each table: its base name, or its whole path where two share a base name."""
    shared = Counter(base_name(each) for each in {table.recorded for table in tables} if each is not None)
    return {each.name: _asset_name(each, shared) for each in tables}


def _asset_name(table: TableFinding, shared: Mapping[str, int]) -> str:
    if table.recorded is None:
        return table.name
    short = base_name(table.recorded)
    return short if shared[short] == 1 else table.recorded


def _missing(table: TableFinding, folder: Path, name: str, outside: str) -> Note:
    elsewhere = asset_outside(table.recorded, folder) if table.recorded is not None else None
    remedy = f"say where the file is: {option(name)}"
    if table.given:
        reason = f"the table '{table.name}' is filled from the file given for it, '{table.path}', which is not there"
    elif table.recorded is None:
        reason = f"the table '{table.name}' is filled from a file whose name only the author's program knew"
    elif elsewhere is not None:
        reason = (
            f"the table '{table.name}' is filled from the file '{table.recorded}'; '{elsewhere}' lies outside of the "
            "model's folders, where files are read only if you give them"
        )
        remedy = f"if that is the model's own file, give it: {option(name, str(elsewhere))}"
    else:
        looked = ", ".join(f"'{each}'" for each in places(folder))
        reason = (
            f"the table '{table.name}' is filled from the file '{table.recorded}', which is not there; "
            f"'{base_name(table.recorded)}' was looked for in {looked}"
        )
    return Note("asset-missing", table.name, reason, f"{remedy}; or {outside}")


def option(name: str, path: str = "PATH") -> str:
    """The option that gives an asset, as it is typed."""
    return f"--asset {shlex.quote(f'{name}={path}')}"


def _misfit(table: TableFinding, name: str) -> Note | None:
    """That a vocabulary is not one that TensorFlow takes for this table."""
    found = 0 if _is_missing(table) else _vocabulary(table)
    if isinstance(found, int):
        return None
    reason = f"the table '{table.name}' cannot be filled: {found}"
    remedy = f"give the file with which the model was trained: {option(name)}"
    return Note("vocabulary-mismatch", table.name, reason, remedy)


def _vocabulary(table: TableFinding) -> int | str:
    """How many lines a table's file has, or why it does not fit; 0 for a table that no file fills."""
    path = table.path
    if table.text is None or path is None:
        return 0
    try:
        status = path.stat()
    except OSError as error:
        return f"'{path}' cannot be read: {error.strerror or error}"
    return _lines_or_reason(path, table.text, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _lines_or_reason(path: Path, text: TextFormat, size: int, changed: int) -> int | str:
    """Read once for all that ask, as long as the file stays as it is (`size`, `changed`)."""
    try:
        return read_vocabulary(path, text).lines
    except SourceError as error:
        return str(error)


def _ambiguous(tables: Iterable[TableFinding]) -> Iterator[Note]:
    """Files of one base name that stood in two places, of which only one was found."""
    taken: dict[Path, TableFinding] = {}
    told: set[str] = set()
    for each in tables:
        if each.given or each.path is None or each.recorded is None:
            continue
        first = taken.setdefault(each.path, each)
        if first.recorded is None or each.recorded in told or same_place(first.recorded, each.recorded):
            continue
        told.add(each.recorded)
        yield Note(
            "asset-ambiguous",
            each.name,
            f"the tables '{first.name}' and '{each.name}' are filled from two files, '{first.recorded}' and "
            f"'{each.recorded}', but only '{each.path}' was found",
            f"say which file each is: {option(first.recorded)} {option(each.recorded)}",
        )


# ------------------------------------------------------------------------------------------------ hazards


def table_hazards(case: Case) -> tuple[Note, ...]:
    """Which files were taken for those that the graph names, which are read in part, and what was assumed."""
    names = asset_names(case.choice.tables)
    needed = needed_tables(case)
    return (
        *(_moved(each, names[each.name]) for each in needed if _is_moved(each)),
        *(_inserted(each) for each in needed if each.inserted),
        *(note for each in needed if (note := _truncated(each)) is not None),
    )


def needed_tables(case: Case) -> tuple[TableFinding, ...]:
    """What was found of the tables that are written."""
    choice = case.choice
    planned = plan_tables(case.graph, choice.tables, choice.signatures, choice.constants)
    names = {each.name for each in planned}
    return tuple(each for each in choice.tables if each.name in names)


def _is_moved(table: TableFinding) -> bool:
    if table.given or table.path is None or table.recorded is None:
        return False
    return not same_place(table.recorded, str(table.path))


def _moved(table: TableFinding, name: str) -> Note:
    return Note(
        "asset-moved",
        table.name,
        f"the table '{table.name}' was filled from '{table.recorded}'; '{table.path}' is taken for it",
        f"if the model was trained with another file, give that: {option(name)}",
    )


def _inserted(table: TableFinding) -> Note:
    return Note(
        "table-inserted",
        table.name,
        f"the table '{table.name}' is not in the checkpoint; it is taken to hold what '{table.fill}' puts into it, "
        "the only op that does",
        "if the program never ran that, look up outside the model: name what the lookup gives as an input with "
        "--signature",
    )


def _truncated(table: TableFinding) -> Note | None:
    lines = 0 if _is_missing(table) else _vocabulary(table)
    if table.text is None or not isinstance(lines, int) or not ALL_LINES < table.text.vocab_size < lines:
        return None
    return Note(
        "vocabulary-truncated",
        table.name,
        f"'{table.path}' has {lines} lines, of which the table '{table.name}' takes the first "
        f"{table.text.vocab_size}, as its author asked for",
        "make sure that it is the file with which the model was trained",
    )
