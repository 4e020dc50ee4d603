"""LegacyModel: everything that was found on disk, before anything is concluded from it."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tf1compat.graph.protos import BundleEntry, MetaGraph
from tf1compat.source.files import Prefix
from tf1compat.source.keras.description import KerasDescription

CheckpointFormat = Literal["V1", "V2"]
#: What a model was found to be: `kind` in the report of `inspect`.
Kind = Literal[
    "meta_graph",
    "saved_model",
    "hub_module",
    "frozen_graph",
    "graph_def",
    "built_graph",
    "checkpoint",
    "keras",
]


@dataclass(frozen=True)
class Checkpoint:
    """A tensor bundle (V2), or the tables of 2016 (V1): its keys, and where each tensor lies.

    Of a V1 checkpoint the entries tell types and shapes; offsets, checksums and sizes of strings are not known.
    A model without any has one of no format and no entries.
    """

    prefix: Prefix
    format: CheckpointFormat | None
    entries: Mapping[str, BundleEntry]
    shards: tuple[Path, ...]

    @property
    def tensorflow_path(self) -> str:
        """What TensorFlow's restore ops and readers take: the prefix, of a V1 checkpoint a pattern of its files."""
        if self.format != "V1":
            return str(self.prefix)
        whole = glob.escape(str(self.prefix))
        return whole if self.shards[0] == self.prefix else f"{whole}-?????-of-{len(self.shards):05d}"


@dataclass(frozen=True)
class SavedAs:
    """What the Saver calls a variable: the checkpoint's key, and the slice that it restores ("" for all)."""

    key: str
    shape_and_slice: str = ""


@dataclass(frozen=True)
class Saver:
    """One Saver of a graph. `filename`: the node that it has the file's name from; empty for the `.meta`'s own."""

    filename: str
    saved_as: Mapping[str, SavedAs]  # by variable node name


@dataclass(frozen=True)
class LegacyModel:
    """A model as its author left it."""

    kind: Kind
    path: str  # as the user gave it
    graph_path: Path  # the file that has the graph
    meta_graph: MetaGraph
    checkpoint: Checkpoint
    saved_as: Mapping[str, SavedAs]  # by variable node name, as the Saver that wrote the checkpoint says
    bytes: int  # of all its files together
    digest: str  # sha256 over the files' contents, "sha256:..."
    renamed: Mapping[str, str] = field(
        default_factory=dict
    )  # keys that the Saver says, and what they are called
    beside: tuple[Path, ...] = ()  # other files there, and above, that may hold class labels
    thawed: frozenset[str] = frozenset()  # variables that are constants in a frozen graph
    lacks: str = ""  # of a checkpoint without a graph: what is missing, and what to do
    choices: tuple[MetaGraph, ...] = ()  # of a SavedModel: all its graphs, that which was taken among them
    keras: KerasDescription | None = None  # of a Keras file: what it says of its layers

    @property
    def folder(self) -> Path:
        """The folder around which files that the graph names are looked for."""
        return self.graph_path.parent

    @property
    def has_values(self) -> bool:
        """Whether any file holds values of variables."""
        return self.checkpoint.format is not None

    @property
    def is_built(self) -> bool:
        """Whether there is a graph: of a Keras file there may be the description alone."""
        return self.keras is None or bool(self.meta_graph.graph.nodes)
