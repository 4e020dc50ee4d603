"""The models of the table: where each is committed, how it is migrated, and what TensorFlow 1 computed from it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

import tf1compat
from benchmarks import matrix
from tf1compat.plan.model import MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.report.migration import MigrationResult

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
_LABELS = "checkpoint:class_mapping"


@dataclass(frozen=True)
class Row:
    """A committed model, by its family, release and name."""

    family: str
    release: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name or self.family} ({self.release[2:]})"

    @property
    def key(self) -> str:
        """A name for a folder."""
        return "-".join(filter(None, (self.family, self.release, self.name)))

    def source(self, place: Path) -> Path:
        """The model's files; those of an archive are unpacked under `place`."""
        if self.family == "rnn_matrix":
            return matrix.Model(self.release, self.name).unpacked(place)
        return FIXTURES / self.family / self.release / self.name

    def options(self, source: Path) -> dict[str, Any]:
        """What `plan` and `migrate` are given beside the files."""
        if self.family == "birnn_classifier":
            return {"labels": _LABELS}
        if self.name and self.family != "rnn_matrix":
            truth = json.loads((source / "truth.json").read_text(encoding="utf-8"))
            return {"signatures": [truth["signature"]], "constants": truth["constants"]}
        return {}


def _rows() -> Iterator[Row]:
    for release in ("tf0.12.1", "tf1.0.1", "tf1.4.1", "tf1.8.0", "tf1.15.5"):
        yield Row("char_rnn", release)
    for release in ("tf1.4.1", "tf1.15.5"):
        yield Row("birnn_classifier", release)
    for release, names in _MATRIX.items():
        yield from (Row("rnn_matrix", release, name) for name in names)
    for release, names in _SMALL.items():
        yield from (Row("small_graphs", release, name) for name in names)
    for release, names in _ODD.items():
        yield from (Row("odd_graphs", release, name) for name in names)


_MATRIX: Mapping[str, tuple[str, ...]] = {
    "tf1.15.5": (
        "dynamic_gru_lengths", "layers_three_mixed", "bidirectional_lstm_lengths", "dynamic_layer_norm_lstm",
        "dynamic_conv_lstm_2d", "static_gru_lengths", "raw_lstm", "fused_block", "cudnn_lstm_bidirectional",
        "cudnn_gru", "keras_lstm", "keras_gru_reset_after", "attention_luong_greedy",
        "attention_bahdanau_training", "beam_lstm", "decoder_lstm_training", "cond_lstm",
    ),
}  # fmt: skip
_SMALL: Mapping[str, tuple[str, ...]] = {
    "tf0.12.1": ("bidirectional_gru",),
    "tf1.4.1": ("cond_in_while", "nested_cond"),
    "tf1.15.5": (
        "case", "nested_while", "while_in_cond", "while_shape_invariants", "map_fn", "scan", "foldl",
        "tensor_array_dynamic_size", "tensor_array_concat_split", "tensor_array_in_cond", "resource_variables",
    ),
}  # fmt: skip
_ODD: Mapping[str, tuple[str, ...]] = {"tf1.15.5": ("looked_up", "strings", "sparse")}
ROWS = tuple(_rows())


@dataclass(frozen=True)
class Case:
    """One feed of the TensorFlow 1 session and what it gave, by tensor name."""

    fed: Mapping[str, Any]
    fetched: Mapping[str, Any]


def golden_cases(source: Path) -> list[Case]:
    """All cases of a fixture's golden.npz."""
    fed: dict[str, dict[str, Any]] = defaultdict(dict)
    fetched: dict[str, dict[str, Any]] = defaultdict(dict)
    with np.load(source / "golden.npz") as arrays:
        for key in arrays.files:
            case, side, tensor = key.split("|")
            (fed if side == "in" else fetched)[case][tensor] = arrays[key]
    return [Case(fed[name], fetched[name]) for name in sorted(fetched)]


def written(row: Row, place: Path) -> Path:
    """A folder under `place` with the migrated model and its golden values by alias, as the consumers read it."""
    source, folder = row.source(place / "sources"), place / "migrated" / row.key
    options = row.options(source)
    result = tf1compat.migrate(source, folder / "model", verify=False, **options)
    tf1compat.migrate(source, folder / "jit", verify=False, jit=True, **options)
    _write_cases(folder, list(_Cases(result, golden_cases(source)).by_alias()))
    return folder


@dataclass(frozen=True)
class _Cases:
    """The golden values that a plan's signatures have to give."""

    result: MigrationResult
    golden: list[Case]

    def by_alias(self) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        for signature in self.plan.signatures:
            for case in self.golden:
                if all(str(each.tensor) in case.fed for each in signature.inputs):
                    feeds = {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
                    expected = dict(self._expected(signature, case.fetched))
                    if expected:
                        yield signature.name, feeds, expected

    @cached_property
    def plan(self) -> MigrationPlan:
        return self.result.plan

    def _expected(self, signature: SignaturePlan, fetched: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        labels = self.plan.labels
        for output in signature.outputs:
            if all(str(piece.tensor) in fetched for piece in output.pieces):
                value = _stacked(output, fetched)
                yield output.alias, value
                if labels is not None and output.alias == labels.scores:
                    best = value.argmax(-1)
                    yield "class_ids", best
                    yield "classes", np.array(labels.names)[best].astype("S")


def _stacked(output: OutputBinding, fetched: Mapping[str, Any]) -> Any:
    """The golden value of an output; that of several pieces put together."""
    parts = {piece.index: fetched[str(piece.tensor)] for piece in output.pieces}
    leading = tuple(max(place) + 1 for place in zip(*parts, strict=True))
    whole = np.stack([parts[place] for place in np.ndindex(*leading)])
    return whole.reshape(leading + whole.shape[1:])


def _write_cases(folder: Path, cases: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
    arrays: dict[str, Any] = {}
    stored = [
        {
            "signature": signature,
            "feeds": _stored(arrays, f"{number}/feeds", feeds),
            "expected": _stored(arrays, f"{number}/expected", expected),
        }
        for number, (signature, feeds, expected) in enumerate(cases)
    ]
    np.savez(folder / "cases.npz", **arrays)
    (folder / "cases.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _stored(arrays: dict[str, Any], prefix: str, values: Mapping[str, Any]) -> dict[str, str]:
    keys = {alias: f"{prefix}/{alias}" for alias in values}
    arrays.update((keys[alias], value) for alias, value in values.items())
    return keys
