"""What files hold of a model before there is a graph: values as a tree of names or objects; the layers of Keras."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tf1compat.discovery.findings import VariableFinding
from tf1compat.report import wording
from tf1compat.report.document import Paragraph, Section, Table, section
from tf1compat.source.keras.description import KerasDescription, KerasLayer


def tree(variables: Iterable[VariableFinding]) -> tuple[str, ...]:
    """The values by their paths, each under what holds it, with types and shapes; those of training are counted."""
    found = list(variables)
    lines = list(_lines(sorted((each for each in found if each.needed), key=lambda each: each.name)))
    kept = sum(not each.needed for each in found)
    return (*lines, f"({wording.count(kept, 'value')} of training)") if kept else tuple(lines)


def _lines(variables: Iterable[VariableFinding]) -> Iterator[str]:
    before: list[str] = []
    for each in variables:
        *holders, name = each.name.split("/")
        shared = next(
            (at for at, pair in enumerate(zip(before, holders, strict=False)) if pair[0] != pair[1]), None
        )
        begin = min(len(before), len(holders)) if shared is None else shared
        yield from (f"{'  ' * at}{wording.printable(holders[at])}/" for at in range(begin, len(holders)))
        yield f"{'  ' * len(holders)}{wording.printable(name)}  {each.dtype} {wording.shape(each.shape)}"
        before = holders


_TOLD = ("units", "filters", "kernel_size", "pool_size", "strides", "padding", "activation", "rate", "axis")


def layers_json(description: KerasDescription | None) -> dict[str, Any]:
    """`layers` in the order of the file; nothing where no file describes a model so."""
    return {} if description is None else {"layers": [_layer_json(each) for each in description.layers]}


def _layer_json(layer: KerasLayer) -> dict[str, Any]:
    return {
        "kind": layer.kind,
        "scope": layer.name,
        "inputs": list(layer.inputs),
        "outputs": list(layer.outputs),
        "shape": None if layer.shape is None else layer.shape.to_json(),
        "parameters": layer.parameters,
        "variables": [each.name for each in layer.weights],
        "attributes": dict(layer.attributes),
    }


def described_outputs(description: KerasDescription) -> list[dict[str, Any]]:
    """The outputs by the layers that give them: tensors, types and shapes are known when the graph is built."""
    return [
        {"tensor": None, "dtype": None, "shape": None, "role": None, "layer": name}
        for name in description.outputs
    ]


def layers_section(description: KerasDescription | None) -> Section:
    """The layers as a table, and those that give the outputs."""
    if description is None:
        return section("Layers")
    rows = [
        (
            wording.name(each.name), wording.printable(each.kind),
            wording.UNKNOWN if each.shape is None else wording.shape(each.shape),
            f"{each.parameters:,}", _told(each), wording.printable(", ".join(each.inputs)),
        )
        for each in description.layers
    ]  # fmt: skip
    outputs = ", ".join(map(wording.printable, description.outputs))
    total = sum(each.parameters for each in description.layers)
    count = wording.count(len(description.layers), "layer")
    return section(
        "Layers",
        Paragraph(
            f"{count} with {wording.count(total, 'parameter')}; the output is that of {outputs or wording.UNKNOWN}."
        ),
        Table.of(("layer", "class", "fed shape", "parameters", "with", "reads"), rows),
    )


def _told(layer: KerasLayer) -> str:
    told = ((key, layer.attributes[key]) for key in _TOLD if key in layer.attributes)
    return wording.printable(
        ", ".join(f"{key} {value if isinstance(value, str) else json.dumps(value)}" for key, value in told)
    )


def origin_json(description: KerasDescription | None) -> dict[str, str | None]:
    """What wrote a Keras model."""
    if description is None:
        return {}
    return {"keras_version": description.keras_version or None, "backend": description.backend or None}


def summary(description: KerasDescription, size: int, is_built: bool) -> str:
    """What wrote a Keras model, in words."""
    version = wording.printable(description.keras_version) or "of an unknown version"
    backend = f", with the backend {wording.printable(description.backend)}" if description.backend else ""
    told = "" if is_built else " Its graph is made when it is planned or migrated."
    return f"A Keras model, written by Keras {version}{backend}; {wording.size(size)} in all.{told}"
