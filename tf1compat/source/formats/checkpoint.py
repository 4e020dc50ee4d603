"""A checkpoint with its graph in a `.meta` file: what `Saver.save` writes; or with a GraphDef beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from tf1compat.errors import SourceError
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import MetaGraph, read_meta_graph
from tf1compat.options import SourceOptions
from tf1compat.source.checkpoints.locate import (
    MissingGraphError,
    MissingValuesError,
    is_checkpoint,
    locate,
)
from tf1compat.source.checkpoints.other_steps import graphs_of_other_steps, misfit
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint
from tf1compat.source.files import Prefix, beside
from tf1compat.source.formats.graph_def import graph_defs_in, matched_by_name, read_graph_def
from tf1compat.source.formats.opened import assembled, checked, read_graph, without_values
from tf1compat.source.model import Checkpoint, LegacyModel

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))


class CheckpointFormat:
    """`NAME.meta` with `NAME.index` and `NAME.data-…`, or with the V1 checkpoint `NAME`; either may be missing."""

    name = "a checkpoint"
    needs = "NAME.meta, NAME.index and NAME.data-00000-of-00001 (or the V1 checkpoint NAME); for the .meta, a GraphDef"

    def is_at(self, path: Path) -> bool:
        """Whether a path is a checkpoint's prefix, one of its files, or a folder that holds some."""
        return is_checkpoint(path)

    def open(self, path: str | Path, options: SourceOptions) -> LegacyModel:
        """The model of a prefix, a `.meta` or a folder; the graph may be that of another step, or a GraphDef's.

        All shards are there and long enough for every tensor, and the graph is whole; a lone `.meta` has no values.
        """
        try:
            prefix = locate(Path(path), is_folder=str(path).endswith(_SEPARATORS), step=options.step)
        except MissingGraphError as error:
            return _with_other_graph(path, error)
        except MissingValuesError as error:
            graph_path = beside(error.prefix, ".meta")
            return assembled(
                "meta_graph", path, graph_path, read_meta(graph_path), without_values(error.prefix)
            )
        graph_path = beside(prefix, ".meta")
        return assembled("meta_graph", path, graph_path, read_meta(graph_path), read_checkpoint(prefix))


def read_meta(path: Path) -> MetaGraph:
    """The graph in a `.meta`; raises SourceError."""
    return read_graph(path, read_meta_graph, "a MetaGraphDef", "give the .meta file that Saver.save wrote")


def _with_other_graph(path: str | Path, missing: MissingGraphError) -> LegacyModel:
    """The model with a graph of other files; raises the error, and why each such graph is none of the model's."""
    steps, graph_defs = graphs_of_other_steps(missing.prefix), list(graph_defs_in(missing.prefix.parent))
    if not (steps or graph_defs):
        return replace(_without_graph(path, missing.prefix), lacks=str(missing))
    checkpoint, reasons = read_checkpoint(missing.prefix), list[str]()
    for each, meta_graph in _readable(steps):
        reason = misfit(meta_graph, checkpoint)
        if not reason:
            return assembled("meta_graph", path, each, meta_graph, checkpoint)
        reasons.append(f"'{each.name}' is the graph of another model: {reason}")
    for each in graph_defs:
        meta_graph = read_graph_def(each)
        reason = matched_by_name(meta_graph, checkpoint)
        if not reason:
            return assembled("graph_def", path, each, meta_graph, checkpoint)
        reasons.append(f"'{each.name}' is the graph of another model: {reason}")
    raise SourceError("; ".join([str(missing), *reasons])) from missing


def _without_graph(path: str | Path, prefix: Prefix) -> LegacyModel:
    """The weights alone: they can be listed."""
    checkpoint = read_checkpoint(prefix)
    nothing = MetaGraph(Graph(()), "", None, MappingProxyType({}), MappingProxyType({}), b"")
    return assembled("checkpoint", path, _own_file(checkpoint), nothing, checkpoint)


def _own_file(checkpoint: Checkpoint) -> Path:
    """The file that tells of a checkpoint's values, in the place of one with the graph."""
    return checkpoint.shards[0] if checkpoint.format == "V1" else beside(checkpoint.prefix, ".index")


def with_built_graph(path: str | Path, options: SourceOptions, content: bytes) -> LegacyModel:
    """The checkpoint at a path with a graph that a program built again, a serialized MetaGraphDef.

    Raises SourceError where the graph has other variables than the checkpoint.
    """
    try:
        prefix = locate(Path(path), is_folder=str(path).endswith(_SEPARATORS), step=options.step)
    except MissingGraphError as error:
        prefix = error.prefix
    checkpoint = read_checkpoint(prefix)
    file = _own_file(checkpoint)
    meta_graph = checked(read_meta_graph(content), file)
    reason = matched_by_name(meta_graph, checkpoint)
    if reason:
        raise SourceError(
            f"the graph that was built is not that of '{prefix}': {reason}; build the one that was saved"
        )
    return assembled("built_graph", path, file, meta_graph, checkpoint)


def _readable(paths: list[Path]) -> Iterator[tuple[Path, MetaGraph]]:
    for each in paths:
        try:
            yield each, read_meta(each)
        except SourceError:
            continue
