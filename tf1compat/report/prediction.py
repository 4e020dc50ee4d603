"""Prediction: what a migrated model gives for one feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.report import wording
from tf1compat.report.document import Document, Section, Table, Verbatim, document, section

FORMAT_VERSION = 1
_MOST_VALUES = 40


@dataclass(frozen=True)
class Prediction:
    """The outputs of one run of one signature, by alias."""

    signature: str
    outputs: Mapping[str, Array]

    def to_json(self) -> dict[str, Any]:
        """The outputs as nested lists, strings decoded."""
        return {
            "format_version": FORMAT_VERSION,
            "signature": self.signature,
            "outputs": {alias: _output_json(array) for alias, array in self.outputs.items()},
        }


def _output_json(array: Array) -> dict[str, Any]:
    return {"dtype": _dtype(array), "shape": list(array.shape), "values": _json_value(array.tolist())}


def _json_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    if isinstance(value, complex):
        return [_json_value(value.real), _json_value(value.imag)]
    return wording.json_number(value) if isinstance(value, float) else _decoded(value)


def _decoded(value: Any) -> Any:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def _dtype(array: Array) -> str:
    return "string" if array.dtype.kind in "OSU" else str(array.dtype)


def to_document(prediction: Prediction) -> Document:
    """The outputs for reading, the small ones first; long arrays are shortened."""
    outputs = sorted(prediction.outputs.items(), key=lambda each: (each[1].size, each[0]))
    rows = [(wording.name(alias), _dtype(array), str(list(array.shape))) for alias, array in outputs]
    return document(
        f"Prediction by {wording.printable(prediction.signature)}",
        section("Outputs", Table.of(("output", "type", "shape"), rows)),
        *(_values(alias, array) for alias, array in outputs),
    )


def _values(alias: str, array: Array) -> Section:
    is_text = _dtype(array) == "string" and array.size
    shown = np.vectorize(_decoded, otypes=[object])(array) if is_text else array
    lines = np.array2string(shown, threshold=_MOST_VALUES, precision=6, max_line_width=96).splitlines()
    return section(wording.printable(alias), Verbatim(tuple(wording.printable(line) for line in lines)))
