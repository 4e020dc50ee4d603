"""A SavedModel of TensorFlow 1: one or several MetaGraphs, their variables in a tensor bundle, and assets.

Source: tensorflow/python/saved_model/builder_impl.py, constants.py and loader_impl.py of TensorFlow 1.15.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tf1compat.errors import GraphError, SourceError, UnknownNameError
from tf1compat.graph.protos import DecodeError, MetaGraph, of_graph_def, read_saved_model
from tf1compat.options import SourceOptions
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint
from tf1compat.source.files import read_bytes
from tf1compat.source.formats.opened import assembled, checked, without_values
from tf1compat.source.model import Checkpoint, Kind, LegacyModel

_FILES = ("saved_model.pb", "saved_model.pbtxt")
_HUB_MARK = "tfhub_module.pb"
_VARIABLES, _ASSETS = "variables", "assets"
#: The tags of the graph that is taken where none are asked for, the first that there is.
_SERVED: tuple[tuple[str, ...], ...] = (("serve",), ())


class SavedModelFormat:
    """`saved_model.pb` or `.pbtxt`, mostly with `variables/` and `assets/`; with `tfhub_module.pb`, a Hub module."""

    name = "a SavedModel"
    needs = "saved_model.pb, and variables/variables.index with its .data files where it has variables"

    def is_at(self, path: Path) -> bool:
        """Whether a folder has a `saved_model.pb`, or a file is one."""
        return any((path / name).is_file() for name in _FILES) or (path.name in _FILES and path.is_file())

    def open(self, path: str | Path, options: SourceOptions) -> LegacyModel:
        """The graph of the tags that were asked for, or of those that TensorFlow Serving takes."""
        given = Path(path)
        graph_path = (
            given if given.is_file() else next(given / name for name in _FILES if (given / name).is_file())
        )
        folder = graph_path.parent
        graphs = _graphs(graph_path)
        chosen = checked(_of_tags(graphs, options, graph_path), graph_path)
        if chosen.is_object_based:
            raise SourceError(_of_second_version(folder))
        kind: Kind = "hub_module" if (folder / _HUB_MARK).is_file() else "saved_model"
        assets = [(each.name, each) for each in _assets(folder)]
        return assembled(
            kind, path, graph_path, chosen, _values(folder, chosen),
            further=assets, choices=graphs, thaw=options.thaw,
        )  # fmt: skip


def _graphs(path: Path) -> tuple[MetaGraph, ...]:
    """The graphs of a `saved_model.pb`, which may be a frozen graph under that name."""
    content = read_bytes(path)
    try:
        return read_saved_model(content)
    except (DecodeError, GraphError, UnknownNameError) as error:
        try:
            return (of_graph_def(content),)
        except (DecodeError, GraphError, UnknownNameError):
            reason = str(error).splitlines()[0] if str(error) else "it cannot be decoded"
            raise SourceError(
                f"'{path}' is no SavedModel, neither binary nor as text ({len(content)} bytes: {reason}); copy it again"
            ) from error


def _of_tags(graphs: Sequence[MetaGraph], options: SourceOptions, path: Path) -> MetaGraph:
    """The graph of the tags that are asked for; raises SourceError with those that there are."""
    by_tags = {each.tags: each for each in graphs}
    wanted = _SERVED if options.tags is None else (options.tags,)
    found = next((by_tags[tags] for tags in wanted if tags in by_tags), None)
    if found is None and options.tags is None and len(graphs) == 1:
        found = graphs[0]
    if found is None:
        there = " or ".join(f"--tags {','.join(each.tags) or repr('')}" for each in graphs)
        asked = "" if options.tags is None else f" with the tags {','.join(options.tags)!r}"
        raise SourceError(f"'{path}' has {_count(graphs)}, none{asked or ' to serve'}; give {there}")
    return found


def _count(graphs: Sequence[MetaGraph]) -> str:
    return f"{len(graphs)} graph{'s' if len(graphs) > 1 else ''}"


def _of_second_version(folder: Path) -> str:
    return (
        f"'{folder}' is a SavedModel of TensorFlow 2, which needs no migration: tf.saved_model.load reads it, and "
        "tf1compat.load where tf1compat wrote it"
    )


def _values(folder: Path, graph: MetaGraph) -> Checkpoint:
    """The variables of the folder, which may lie beside the graph or in a folder of another name."""
    own = folder / _VARIABLES / _VARIABLES
    indices = [own.with_name(f"{_VARIABLES}.index")]
    if not indices[0].is_file():
        indices = sorted({*folder.glob("*.index"), *folder.glob("*/*.index")})
    if len(indices) > 1:
        listed = ", ".join(f"'{each}'" for each in indices)
        raise SourceError(
            f"'{own.parent}' is missing, and several files may be meant: {listed}; keep one of them"
        )
    if indices:
        return read_checkpoint(indices[0].with_suffix(""))
    return without_values(own)


def _assets(folder: Path) -> list[Path]:
    place = folder / _ASSETS
    return sorted(each for each in place.iterdir() if each.is_file()) if place.is_dir() else []
