"""The inputs of an inspection: what the author fed, what his input pipeline gave, and what is decoded of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tf1compat.discovery.findings import Findings, InputFinding, SerializedFinding
from tf1compat.names import TensorRef
from tf1compat.report import wording
from tf1compat.report.document import Paragraph, Section, Table, section

_SAID = {
    "queue": "came out of a queue of the author's input pipeline",
    "iterator": "came out of an iterator of the author's input pipeline",
    "reader": "came out of files that the author's input pipeline read",
    "pipeline": "only filled the author's input pipeline",
}


def inputs_json(found: Findings) -> dict[str, Any]:
    """The entries `inputs` and `serialized`; `kind` tells what an input comes from."""
    return {
        "inputs": [
            {**_tensor(each), "role": each.role, "live": each.live, "kind": each.kind}
            for each in found.inputs
        ],
        "serialized": [
            {**_tensor(each), "format": each.format, "decoded": [str(ref) for ref in each.decoded]}
            for each in found.serialized
        ],
    }


def _tensor(finding: InputFinding | SerializedFinding) -> dict[str, Any]:
    return {
        "tensor": str(finding.tensor),
        "dtype": str(finding.dtype),
        "shape": finding.shape.to_json(),
    }


def inputs_section(found: Findings) -> Section:
    """A row for each input, and a sentence for what no placeholder brings in."""
    rows = [
        (wording.name(each.tensor), each.dtype, wording.shape(each.shape), each.role, wording.yes(each.live))
        for each in found.inputs
    ]
    table = Table.of(("tensor", "type", "shape", "role", "reaches an output"), rows)
    nothing = Paragraph("No tensor that the author fed was found.")
    return section("Inputs", table if rows else nothing, *map(Paragraph, _sentences(found)))


def _sentences(found: Findings) -> Iterator[str]:
    for kind, said in _SAID.items():
        tensors = [each.tensor for each in found.inputs if each.kind == kind]
        if tensors:
            yield f"{_named(tensors)} {said}."
    for each in found.serialized:
        yield f"{_named([each.tensor])} holds serialized values ({each.format}), of which come {_named(each.decoded)}."


def _named(tensors: Iterable[TensorRef]) -> str:
    return ", ".join(f"'{wording.printable(str(each))}'" for each in tensors)
