"""A GraphDef: a frozen graph, whose weights are constants, or a program's, whose weights a checkpoint may have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tf1compat.errors import SourceError
from tf1compat.graph.protos import MetaGraph, of_graph_def
from tf1compat.graph.protos.graphs import starts_like_graph_def
from tf1compat.ops.families import VARIABLES
from tf1compat.options import SourceOptions
from tf1compat.source.checkpoints.key_names import fits
from tf1compat.source.checkpoints.locate import MissingGraphError, locate
from tf1compat.source.checkpoints.saver import fitting_saver
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint
from tf1compat.source.files import read_part
from tf1compat.source.formats.opened import assembled, read_graph, without_values
from tf1compat.source.model import Checkpoint, LegacyModel

_SUFFIXES = frozenset({".pb", ".pbtxt", ".graphdef"})
_START = 4096  # bytes that are looked at


class GraphDefFormat:
    """A file with a GraphDef, binary or text, whatever it is called."""

    name = "a frozen graph"
    needs = "a GraphDef, as tf.train.write_graph and convert_variables_to_constants make it (.pb, .pbtxt)"

    def is_at(self, path: Path) -> bool:
        """Whether a file is called as graphs are, or begins as they do."""
        return path.is_file() and (path.suffix.lower() in _SUFFIXES or _starts_like_one(path))

    def open(self, path: str | Path, options: SourceOptions) -> LegacyModel:
        """The model of one file: frozen, or with the checkpoint of its folder if that has its variables."""
        graph_path = Path(path)
        graph = read_graph_def(graph_path)
        if not _variables(graph):
            return assembled(
                "frozen_graph", path, graph_path, graph, without_values(graph_path), thaw=options.thaw
            )
        checkpoint = _checkpoint_in(graph_path.parent)
        if checkpoint is None or matched_by_name(graph, checkpoint):
            checkpoint = without_values(graph_path)
        return assembled("graph_def", path, graph_path, graph, checkpoint)


def read_graph_def(path: Path) -> MetaGraph:
    """The graph in a file; raises SourceError."""
    return read_graph(path, of_graph_def, "a GraphDef", "copy the file again")


def graph_defs_in(folder: Path) -> Iterator[Path]:
    """The files of a folder that are called as graphs are and begin as they do, in the order of their names."""
    files = (each for each in sorted(folder.iterdir()) if each.suffix.lower() in _SUFFIXES and each.is_file())
    return (each for each in files if _starts_like_one(each))


def matched_by_name(meta_graph: MetaGraph, checkpoint: Checkpoint) -> str:
    """Why a graph is not that of a checkpoint; empty where a Saver of it fits, or one has all that the other has, by
    name and shape."""
    if fitting_saver(meta_graph, checkpoint.entries) is not None:
        return ""
    names, keys = _variables(meta_graph), set(checkpoint.entries)
    both = sorted(names & keys)
    other = next((each for each in both if not fits(meta_graph.graph[each], checkpoint.entries[each])), None)
    if other is not None:
        return f"its variable '{other}' has another shape or type than the checkpoint"
    if both and (names <= keys or keys <= names):
        return ""
    lacking = sorted(names - keys)
    return f"its variable '{lacking[0]}' is not in the checkpoint" if lacking else "it has no variables"


def _variables(meta_graph: MetaGraph) -> set[str]:
    return {node.name for node in meta_graph.graph.nodes if node.op in VARIABLES}


def _starts_like_one(path: Path) -> bool:
    return starts_like_graph_def(read_part(path, size=_START))


def _checkpoint_in(folder: Path) -> Checkpoint | None:
    """The checkpoint of a folder; None where there is none that is whole."""
    try:
        return read_checkpoint(locate(folder))
    except MissingGraphError as error:
        return read_checkpoint(error.prefix)
    except SourceError:
        return None
