"""Opening a model: its files found, checked and read; nothing is written and TensorFlow is not needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from tf1compat.errors import GraphError, SourceError, UnknownNameError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import DecodeError, MetaGraph, bundled_signatures, read_meta_graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS
from tf1compat.source.checkpoints.key_names import renamed_keys
from tf1compat.source.checkpoints.saver import fitting_saver, saved_as, saved_by_name
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint
from tf1compat.source.files import beside, digest_of, read_bytes, reading, size_of
from tf1compat.source.locate import MissingGraphError, locate
from tf1compat.source.lowered import lowered
from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs
from tf1compat.source.other_steps import graphs_of_other_steps, misfit

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))
_LABEL_SUFFIXES = frozenset({".txt", ".json", ".csv", ".tsv", ".npy", ".pkl"})


def open_model(path: str | Path) -> LegacyModel:
    """The model at `path`: a checkpoint prefix, its `.meta`, or a folder with a `checkpoint` file.

    All shards are there and long enough for every tensor, and the graph is whole. Raises SourceError with one
    line that says what is wrong and what to do.
    """
    with reading(Path(path)):
        try:
            prefix = locate(Path(path), is_folder=str(path).endswith(_SEPARATORS))
        except MissingGraphError as error:
            return _of_another_step(path, error)
        meta_path = beside(prefix, ".meta")
        return _opened(path, meta_path, _meta_graph(meta_path), read_checkpoint(prefix))


def _of_another_step(path: str | Path, missing: MissingGraphError) -> LegacyModel:
    """The model with the graph that was saved at another step; raises the error where none has the same variables."""
    reasons: list[str] = []
    checkpoint = read_checkpoint(missing.prefix) if graphs_of_other_steps(missing.prefix) else None
    for each in graphs_of_other_steps(missing.prefix):
        try:
            meta_graph = _meta_graph(each)
        except SourceError:
            continue
        assert checkpoint is not None
        reason = misfit(meta_graph, checkpoint)
        if not reason:
            return _opened(path, each, meta_graph, checkpoint)
        reasons.append(f"'{each.name}' is the graph of another model: {reason}")
    raise SourceError("; ".join([str(missing), *reasons])) from missing


def _opened(path: str | Path, meta_path: Path, meta_graph: MetaGraph, checkpoint: Checkpoint) -> LegacyModel:
    prefix = checkpoint.prefix
    parts = _parts(checkpoint, meta_path)
    renamed = _renamed(meta_graph, checkpoint)
    state_file = prefix.parent / "checkpoint"
    everything = [each for _, each in parts] + [state_file] * state_file.is_file()
    return LegacyModel(
        kind="meta_graph",
        path=str(path),
        meta_path=meta_path,
        meta_graph=meta_graph,
        checkpoint=checkpoint,
        saved_as=_read_as(meta_graph, checkpoint, renamed),
        bytes=sum(map(size_of, everything)),
        digest=digest_of(parts),
        renamed=renamed,
        beside=_beside(prefix.parent),
    )


def _renamed(meta_graph: MetaGraph, checkpoint: Checkpoint) -> Mapping[str, str]:
    """Which keys of the Saver the checkpoint has under names of other releases; none where some Saver fits."""
    if fitting_saver(meta_graph, checkpoint.entries) is not None:
        return {}
    return renamed_keys(meta_graph.graph, saved_as(meta_graph), checkpoint.entries)


def _read_as(
    meta_graph: MetaGraph, checkpoint: Checkpoint, renamed: Mapping[str, str]
) -> Mapping[str, SavedAs]:
    """What the checkpoint calls each variable: as the Saver that fits it says, else as the `.meta`'s own does."""
    fitting = fitting_saver(meta_graph, checkpoint.entries)
    found = saved_as(meta_graph) if fitting is None else fitting.saved_as
    if renamed and not found:
        named = {name: SavedAs(name) for name in renamed}
        found = {**saved_by_name(meta_graph.graph, checkpoint.entries), **named}
    return MappingProxyType(
        {name: replace(each, key=renamed.get(each.key, each.key)) for name, each in found.items()}
    )


def _meta_graph(path: Path) -> MetaGraph:
    content = read_bytes(path)
    try:
        meta_graph = read_meta_graph(content)
        problems = lint(meta_graph.graph)
    except (DecodeError, GraphError, UnknownNameError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it cannot be decoded"
        raise SourceError(
            f"'{path}' is not a MetaGraphDef, neither binary nor as text ({len(content)} bytes: {reason}); "
            "give the .meta file that Saver.save wrote"
        ) from error
    if problems:
        raise SourceError(f"the graph in '{path}' is damaged: {problems[0]}; copy the file again")
    signatures = meta_graph.signatures or bundled_signatures(meta_graph, partial(_is_fed, meta_graph.graph))
    graph = lowered(meta_graph.graph)
    own = None if graph is meta_graph.graph else meta_graph.graph
    return replace(meta_graph, graph=graph, signatures=signatures, unlowered=own)


def _is_fed(graph: Graph, name: str) -> bool:
    node = graph.get(TensorRef.parse(name).node)
    return node is not None and node.op in PLACEHOLDERS


def _parts(checkpoint: Checkpoint, meta_path: Path) -> list[tuple[str, Path]]:
    prefix = checkpoint.prefix
    index = [] if checkpoint.format == "V1" else [(".index", beside(prefix, ".index"))]
    return [(".meta", meta_path), *index] + [
        (shard.name.removeprefix(prefix.name), shard) for shard in checkpoint.shards
    ]


def _beside(folder: Path) -> tuple[Path, ...]:
    found = (each for each in folder.iterdir() if each.suffix.lower() in _LABEL_SUFFIXES and each.is_file())
    return tuple(sorted(found))
