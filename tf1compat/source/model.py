"""LegacyModel: everything that was found on disk, before anything is concluded from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tf1compat.graph.protos import BundleEntry, MetaGraph


@dataclass(frozen=True)
class Checkpoint:
    """A tensor bundle (V2 checkpoint): its keys, and where each tensor lies."""

    prefix: Path
    format: str  # "V2"
    entries: Mapping[str, BundleEntry]
    shards: tuple[Path, ...]


@dataclass(frozen=True)
class SavedAs:
    """What the Saver calls a variable: the checkpoint's key, and the slice that it restores ("" for all)."""

    key: str
    shape_and_slice: str = ""


@dataclass(frozen=True)
class LegacyModel:
    """A model as its author left it."""

    kind: str  # "meta_graph"
    path: str  # as the user gave it
    meta_path: Path
    meta_graph: MetaGraph
    checkpoint: Checkpoint
    saved_as: Mapping[str, SavedAs]  # by variable node name, as the Saver's restore ops say
    bytes: int  # of all its files together
    digest: str  # sha256 over the files' contents, "sha256:..."
    beside: tuple[Path, ...] = ()  # other files in the folder that may hold class labels
