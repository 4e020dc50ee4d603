"""What the end-to-end tests share: golden values of the TF1 session, and a look at what a SavedModel holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

#: What a TF2 graph for inference may not hold: v1 control flow, references, variables, arrays, saving, training.
FORBIDDEN = {
    *("Enter", "Exit", "Merge", "Switch", "NextIteration", "LoopCond"),
    *("RefEnter", "RefExit", "RefMerge", "RefSwitch", "RefNextIteration", "RefIdentity", "RefSelect"),
    *("Variable", "VariableV2", "Assign", "Save", "SaveSlices", "Restore", "RestoreSlice"),
}
FORBIDDEN_PREFIXES = ("TensorArray", "Apply", "ResourceApply")


@dataclass(frozen=True)
class Golden:
    """One feed of the TF1 session and what it gave, by tensor name."""

    case: str
    fed: dict[str, Any]
    fetched: dict[str, Any]


def golden_cases(folder: Path) -> list[Golden]:
    """All cases of a fixture's golden.npz."""
    fed: dict[str, dict[str, Any]] = defaultdict(dict)
    fetched: dict[str, dict[str, Any]] = defaultdict(dict)
    with np.load(folder / "golden.npz") as arrays:
        for key in arrays.files:
            case, side, tensor = key.split("|")
            (fed if side == "in" else fetched)[case][tensor] = arrays[key]
    return [Golden(case, fed[case], fetched[case]) for case in sorted(fetched)]


def read_truth(folder: Path) -> dict[str, Any]:
    """The fixture's truth.json: what TF1 said when the graph was built."""
    content: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return content


def saved_again(saved_model: Path, place: Path) -> Path:
    """The SavedModel as TensorFlow itself writes it once more, after loading it."""
    import tensorflow as tf

    tf.saved_model.save(tf.saved_model.load(str(saved_model)), str(place))
    return place


def nodes_of(saved_model: Path) -> Iterator[Any]:
    """Every node of a SavedModel's function library, which is where the signatures compute.

    The outer graph also holds the saver's own nodes and the signatures' placeholders.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    content = saved_model_pb2.SavedModel.FromString((saved_model / "saved_model.pb").read_bytes())
    for meta_graph in content.meta_graphs:
        for function in meta_graph.graph_def.library.function:
            for node in function.node_def:
                yield function.signature.name, node


def forbidden_in(saved_model: Path) -> set[str]:
    """The ops of a SavedModel's functions, those that save and restore it apart, that it may not hold."""
    return {
        f"{node.op} in {name}"
        for name, node in nodes_of(saved_model)
        if node.op in FORBIDDEN or node.op.startswith(FORBIDDEN_PREFIXES) or node.op == "Placeholder"
        if not name.startswith(("__inference__traced_save", "__inference__traced_restore"))
    }


def largest_difference(found: Any, expected: Any) -> float:
    """max |found - expected|; infinity where shapes or types differ, so that it passes no bound."""
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return float("inf")
    return float(np.abs(found - expected).max(initial=0.0))
