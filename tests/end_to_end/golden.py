"""What the end-to-end tests share: golden values of the TF1 session, and a look at what a SavedModel holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tf1compat.plan.model import MigrationPlan, OutputBinding, SignaturePlan

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


@dataclass(frozen=True)
class Committed:
    """A model of `fixtures/` with what is known of it."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @cached_property
    def truth(self) -> dict[str, Any]:
        return read_truth(self.folder)

    @cached_property
    def cases(self) -> list[Golden]:
        return golden_cases(self.folder)


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


RELATIVE = 1e-6


def check_values(cases: Iterable[Golden], plan: MigrationPlan, model: Any, absolute: float = 1e-5) -> None:
    """Holds what every signature gives against every case that has its inputs, as far as its outputs are known."""
    for signature in plan.signatures:
        for case in cases:
            if not all(str(each.tensor) in case.fed for each in signature.inputs) or _is_one_of_many(
                signature
            ):
                continue
            feeds = {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
            found = model.predict(signature.name, feeds)
            known = [each for each in signature.outputs if _is_known(each, case)]
            assert known or signature.name == "start"  # what a step begins with shows in the steps
            for output in known:
                expected = _stacked(output, case.fetched)
                check_equal(found[output.alias], expected, f"{case.case}: {output.alias}", absolute)


def _is_one_of_many(signature: SignaturePlan) -> bool:
    """Whether a step is one application of an unrolled network, which takes no whole sequence: steps are checked so."""
    return signature.step is not None and signature.step.application is not None


def _is_known(output: OutputBinding, case: Golden) -> bool:
    return all(str(piece.tensor) in case.fetched for piece in output.pieces)


def _stacked(output: OutputBinding, fetched: Mapping[str, Any]) -> Any:
    """The golden value of an output; that of several pieces put together."""
    if output.joined is not None:
        return np.concatenate([fetched[str(piece.tensor)] for piece in output.pieces], output.joined)
    parts = {piece.index: fetched[str(piece.tensor)] for piece in output.pieces}
    leading = tuple(max(place) + 1 for place in zip(*parts, strict=True))
    whole = np.stack([parts[place] for place in np.ndindex(*leading)])
    return whole.reshape(leading + whole.shape[1:])


def check_equal(found: Any, expected: Any, what: str, absolute: float = 1e-5) -> None:
    assert found.dtype == expected.dtype, what
    assert found.shape == expected.shape, what
    np.testing.assert_allclose(found, expected, rtol=RELATIVE, atol=absolute, err_msg=what)
