"""Which tables a graph has, and what fills each: a text file, tensors of the graph, or the Saver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tf1compat.analysis.constants import constant
from tf1compat.discovery.findings import TableFinding
from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.protos import BundleEntry
from tf1compat.graph.walk import ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.machine import MACHINE
from tf1compat.source.assets import base_name, find_asset, kept_asset
from tf1compat.source.checkpoints.saver import restored_from
from tf1compat.source.model import LegacyModel
from tf1compat.source.vocabulary import ALL_LINES, TextFormat

#: Ops that give what the files do not hold, or not always the same.
_OPEN = families.PLACEHOLDERS | families.FEEDERS | families.DRAWS | MACHINE.keys()

Fills = dict[str, list[Node]]
Entries = Mapping[str, BundleEntry]


def find_tables(model: LegacyModel) -> tuple[TableFinding, ...]:
    """Every table of the graph, in the graph's order; files are looked for around the checkpoint."""
    graph = model.meta_graph.graph
    tables = [node for node in graph.nodes if node.op in families.STATIC_TABLES | families.MUTABLE_TABLES]
    if not tables:
        return ()
    fills = _shared(tables, _fills(graph))
    folder = model.folder
    entries = model.checkpoint.entries
    assets = _Assets(folder, model.meta_graph.assets)
    return tuple(_found(graph, node, fills.get(node.name, []), assets, entries) for node in tables)


class _Assets(NamedTuple):
    """Where files that a graph names are: around a folder, those of a SavedModel in its `assets` by tensor."""

    folder: Path
    by_tensor: Mapping[str, str]

    def kept(self, recorded: str | None) -> str | None:
        """What a file is called among the assets; of two tensors with one file, the SavedModel tells of the first."""
        name = recorded and base_name(recorded)
        return name if name in self.by_tensor.values() else recorded

    def find(self, recorded: str) -> Path | None:
        """The file of this name; None where it is not there."""
        kept = kept_asset(recorded, self.folder) if recorded in self.by_tensor.values() else None
        return find_asset(recorded, self.folder) if kept is None else kept


def _fills(graph: Graph) -> Fills:
    found: Fills = {}
    for node in graph.nodes:
        if (
            node.op in families.TABLE_FROM_FILE | families.TABLE_FROM_TENSORS | families.TABLE_INSERTS
            and node.inputs
        ):
            found.setdefault(resolve(graph, node.inputs[0]).node, []).append(node)
    return found


def _shared(tables: Iterable[Node], fills: Fills) -> Fills:
    """What fills each table, or another table of the same shared name: to TensorFlow that is the same one."""
    groups: dict[tuple[str, str], list[Node]] = {}
    for node in tables:
        name = node.text("shared_name")
        groups.setdefault((node.text("container"), name) if name else ("", f"\0{node.name}"), []).append(node)
    found = {}
    for group in groups.values():
        together = [fill for node in group for fill in fills.get(node.name, [])]
        found.update({node.name: fills.get(node.name) or together for node in group})
    return found


def _found(graph: Graph, node: Node, fills: list[Node], assets: _Assets, entries: Entries) -> TableFinding:
    """The table with its content, as far as the graph tells it."""
    saved = _saved_keys(graph, node, fills, entries)
    if saved and _has_rows_for_keys(graph, node):
        reason = "is a table whose keys are rows, which no SavedModel holds"
        return _finding(node, "unknown", saved=saved, reason=reason)
    if saved and not _is_empty(node, entries[saved[0]]):
        return _finding(node, "checkpoint", saved=saved)
    once = [fill for fill in fills if _saved(graph, fill) is None]
    reason = _why_unknown(graph, node, once)
    if reason:
        return _finding(node, "unknown", reason=reason)
    fill = once[0]
    if fill.op in families.TABLE_FROM_FILE:
        return _of_file(graph, node, fill, assets)
    keys, values = fill.inputs[1:]
    return _finding(
        node, "tensors", fill.name, keys=keys, values=values, inserted=fill.op in families.TABLE_INSERTS
    )


def _finding(node: Node, content: str, fill: str = "", **fields: object) -> TableFinding:
    key, value = _dtypes(node)
    return TableFinding(node.name, node.op, key, value, content, fill, **fields)  # type: ignore[arg-type]


def _dtypes(node: Node) -> tuple[DType, DType]:
    return node.dtype("key_dtype") or DType("string"), node.dtype("value_dtype") or DType("int64")


def _saved(graph: Graph, fill: Node) -> tuple[str, str] | None:
    """The checkpoint's keys from which a Saver fills a table."""
    if len(fill.inputs) < 3 or fill.op in families.TABLE_FROM_FILE:
        return None
    first, second = (restored_from(graph, ref) for ref in fill.inputs[1:3])
    return None if first is None or second is None else (first.key, second.key)


def _saved_keys(graph: Graph, node: Node, fills: list[Node], entries: Entries) -> tuple[str, str] | None:
    """Under which keys the checkpoint has a table; where the graph has lost its Saver, by the table's own name."""
    by_saver = (keys for fill in fills if (keys := _saved(graph, fill)) is not None)
    names = (
        dict.fromkeys((node.name, node.name.rpartition("/")[2])) if node.op in families.MUTABLE_TABLES else ()
    )
    by_name = ((f"{name}-keys", f"{name}-values") for name in names)
    return next((keys for keys in (*by_saver, *by_name) if set(keys) <= entries.keys()), None)


def _is_empty(node: Node, keys: BundleEntry) -> bool:
    """Whether a table was saved before anything was in it."""
    return (keys.shape.dims or (1,))[0] == 0


def _has_rows_for_keys(graph: Graph, node: Node) -> bool:
    if node.op not in families.DENSE_TABLES or not node.inputs:
        return False
    empty = constant(graph, node.inputs[0])
    return empty is not None and empty.ndim > 0


def _why_unknown(graph: Graph, node: Node, fills: list[Node]) -> str:
    """Why the graph does not tell what is in a table; empty where it does."""
    open_ends = [
        end for fill in fills if fill.op not in families.TABLE_FROM_FILE for end in _open_ends(graph, fill)
    ]
    if node.op in families.MUTABLE_TABLES and (open_ends or len(fills) != 1):
        return "is a table that the program filled while it ran; what was in it stands in no file"
    if not fills:
        return "is a table that no op of the graph fills"
    if len({_told(graph, fill) for fill in fills}) > 1:
        return f"is a table that is filled in several ways ({', '.join(repr(each.name) for each in fills)})"
    if open_ends:
        name, op = open_ends[0].name, open_ends[0].op
        return f"is a table that is filled from '{name}' ({op}), whose value is in no file"
    return ""


def _open_ends(graph: Graph, fill: Node) -> list[Node]:
    behind = ancestors(graph, [ref.node for ref in fill.inputs[1:]])
    return [each for each in graph.nodes if each.name in behind and each.op in _OPEN]


def _told(graph: Graph, fill: Node) -> str:
    """What tells one way to fill a table from another."""
    if fill.op in families.TABLE_FROM_FILE:
        text = _text_format(fill, DType(""), DType(""))
        return f"{_recorded(graph, _file_name(graph, fill))}|{text}"
    known = [constant(graph, ref) for ref in fill.inputs[1:]]
    pairs = zip(fill.inputs[1:], known, strict=True)
    return "|".join(str(ref) if each is None else repr(each.tolist()) for ref, each in pairs)


# -------------------------------------------------------------------------------------------------- files


def _of_file(graph: Graph, node: Node, fill: Node, assets: _Assets) -> TableFinding:
    ref = _file_name(graph, fill)
    recorded = assets.by_tensor.get(str(ref)) or assets.kept(_recorded(graph, ref))
    path = assets.find(recorded) if recorded else None
    text = _text_format(fill, *_dtypes(node))
    return _finding(node, "file", fill.name, recorded=recorded, path=path, text=text)


def _file_name(graph: Graph, fill: Node) -> TensorRef:
    """The tensor that names the file for the op that reads it."""
    producer = graph.producer(resolve(graph, fill.inputs[1]))
    return (
        producer.inputs[0] if producer.op in families.PLACEHOLDER_WITH_DEFAULT else TensorRef(producer.name)
    )


def _recorded(graph: Graph, ref: TensorRef) -> str | None:
    """The path that a graph gives to the op that reads a file."""
    value = constant(graph, ref)
    if value is None or value.size != 1:
        return None
    text = value.item()
    return text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text)


def _text_format(fill: Node, key: DType, value: DType) -> TextFormat:
    return TextFormat(
        key_index=fill.integer("key_index"), value_index=fill.integer("value_index"),
        key_dtype=key, value_dtype=value, vocab_size=fill.integer("vocab_size", ALL_LINES),
        delimiter=fill.text("delimiter", "\t"), offset=fill.integer("offset"),
    )  # fmt: skip
