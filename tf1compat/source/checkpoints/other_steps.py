"""The graph of a checkpoint whose own `.meta` is not there: that of another step, where the variables are the same.

`Saver.save(..., write_meta_graph=False)` writes one graph for all steps, and repositories leave out large files.
"""

from __future__ import annotations

import re
from pathlib import Path

from tf1compat.graph.protos import MetaGraph
from tf1compat.source.checkpoints.key_names import fits
from tf1compat.source.checkpoints.saver import fitting_saver
from tf1compat.source.files import Prefix
from tf1compat.source.model import Checkpoint

_STEP = re.compile(r"-(\d+)\Z")


def graphs_of_other_steps(prefix: Prefix) -> list[Path]:
    """The `.meta` files beside a checkpoint that a Saver called alike but for the step, the nearest step first."""
    stem, step = _apart(prefix.name)
    alike = [(path, _apart(path.name.removesuffix(".meta"))) for path in sorted(prefix.parent.glob("*.meta"))]
    found = [(abs((step or 0) - (other or 0)), path) for path, (name, other) in alike if name == stem]
    return [path for _, path in sorted(found, key=lambda each: each[0])]


def _apart(name: str) -> tuple[str, int | None]:
    """A prefix's name without its step, and the step."""
    step = _STEP.search(name)
    return (name[: step.start()], int(step[1])) if step else (name, None)


def misfit(meta_graph: MetaGraph, checkpoint: Checkpoint) -> str:
    """Why a graph is not that of a checkpoint; empty where a Saver of it has the same keys, of the same shapes."""
    entries, saver = checkpoint.entries, fitting_saver(meta_graph, checkpoint.entries)
    if saver is None:
        return "it has variables that are not in the checkpoint"
    graph, known = meta_graph.graph, {each.key for each in saver.saved_as.values()}
    for name, saved in saver.saved_as.items():
        if not saved.shape_and_slice and not fits(graph[name], entries[saved.key]):
            return f"its variable '{name}' has another shape or type than the checkpoint"
    surplus = sorted(set(entries) - known)
    return f"the checkpoint has '{surplus[0]}', which it does not restore" if surplus else ""
