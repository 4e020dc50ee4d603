"""What all formats share once their files are found: the graph checked, the variables matched with their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from tf1compat.errors import GraphError, SourceError, UnknownNameError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import DecodeError, MetaGraph, bundled_signatures
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS
from tf1compat.options import ThawChoice
from tf1compat.source.checkpoints.key_names import renamed_keys
from tf1compat.source.checkpoints.saver import fitting_saver, saved_as, saved_by_name
from tf1compat.source.files import Prefix, beside, digest_of, read_bytes, size_of
from tf1compat.source.labels.nearby import label_files
from tf1compat.source.lowered import lowered
from tf1compat.source.model import Checkpoint, Kind, LegacyModel, SavedAs
from tf1compat.source.thawed import Thawed, thawed


def assembled(
    kind: Kind,
    path: str | Path,
    graph_path: Path,
    meta_graph: MetaGraph,
    checkpoint: Checkpoint,
    *,
    further: Iterable[tuple[str, Path]] = (),
    choices: tuple[MetaGraph, ...] = (),
    thaw: ThawChoice = "none",
    is_made: bool = False,
) -> LegacyModel:
    """The model of a graph and the values of its variables.

    `further` files are part of it beside these two, each with a label that tells it from the others. With `thaw`, the
    weights of a graph without variables become variables. `is_made`: the checkpoint was made of these, and is none of
    the user's files.
    """
    meta_graph, names = thawed(meta_graph) if thaw == "auto" else Thawed(meta_graph, frozenset())
    stored = [] if is_made else _parts(checkpoint)
    parts = [(graph_path.suffix or graph_path.name, graph_path), *stored, *further]
    renamed = _renamed(meta_graph, checkpoint)
    state_file = checkpoint.prefix.parent / "checkpoint"
    everything = [each for _, each in parts] + [state_file] * state_file.is_file()
    return LegacyModel(
        kind=kind,
        path=str(path),
        graph_path=graph_path,
        meta_graph=meta_graph,
        checkpoint=checkpoint,
        saved_as=_read_as(meta_graph, checkpoint, renamed),
        bytes=sum(map(size_of, dict.fromkeys(everything))),
        digest=digest_of(parts),
        renamed=renamed,
        beside=label_files(graph_path.parent),
        thawed=names,
        choices=choices,
    )


def without_values(prefix: Prefix) -> Checkpoint:
    """In place of a checkpoint, for a model that has none."""
    return Checkpoint(prefix, None, MappingProxyType({}), ())


def read_graph(path: Path, read: Callable[[bytes], MetaGraph], what: str, remedy: str) -> MetaGraph:
    """The graph in a file, whole; raises SourceError, which says that it is not `what` and what to do."""
    content = read_bytes(path)
    try:
        return checked(read(content), path)
    except (DecodeError, GraphError, UnknownNameError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it cannot be decoded"
        raise SourceError(
            f"'{path}' is not {what}, neither binary nor as text ({len(content)} bytes: {reason}); {remedy}"
        ) from error


def checked(meta_graph: MetaGraph, path: Path) -> MetaGraph:
    """A graph of a file as the stages take it; raises SourceError where it is damaged."""
    problems = lint(meta_graph.graph)
    if problems:
        raise SourceError(f"the graph in '{path}' is damaged: {problems[0]}; copy the file again")
    signatures = meta_graph.signatures or bundled_signatures(meta_graph, partial(_is_fed, meta_graph.graph))
    graph = lowered(meta_graph.graph)
    own = None if graph is meta_graph.graph else meta_graph.graph
    return replace(meta_graph, graph=graph, signatures=signatures, unlowered=own)


def _is_fed(graph: Graph, name: str) -> bool:
    node = graph.get(TensorRef.parse(name).node)
    return node is not None and node.op in PLACEHOLDERS


def _renamed(meta_graph: MetaGraph, checkpoint: Checkpoint) -> Mapping[str, str]:
    """Which keys of the Saver the checkpoint has under names of other releases; none where some Saver fits."""
    if fitting_saver(meta_graph, checkpoint.entries) is not None:
        return {}
    return renamed_keys(meta_graph.graph, saved_as(meta_graph), checkpoint.entries)


def _read_as(
    meta_graph: MetaGraph, checkpoint: Checkpoint, renamed: Mapping[str, str]
) -> Mapping[str, SavedAs]:
    """What the checkpoint calls each variable: as the Saver that fits it says, else as the graph's own does."""
    fitting = fitting_saver(meta_graph, checkpoint.entries)
    found = saved_as(meta_graph) if fitting is None else fitting.saved_as
    if renamed and not found:
        named = {name: SavedAs(name) for name in renamed}
        found = {**saved_by_name(meta_graph.graph, checkpoint.entries), **named}
    return MappingProxyType(
        {name: replace(each, key=renamed.get(each.key, each.key)) for name, each in found.items()}
    )


def _parts(checkpoint: Checkpoint) -> list[tuple[str, Path]]:
    prefix = checkpoint.prefix
    index = [(".index", beside(prefix, ".index"))] if checkpoint.format == "V2" else []
    return index + [(shard.name.removeprefix(prefix.name), shard) for shard in checkpoint.shards]
