"""Inspection: what a model's files are and hold, for the person who has only the files."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tf1compat.consumers import Obstacle
from tf1compat.discovery.findings import (
    HELD_OUTPUT,
    Findings,
    LabelFinding,
    Layer,
    Rnn,
    StatePiece,
    VariableFinding,
)
from tf1compat.discovery.rnn.explain import Explanation
from tf1compat.names import TensorRef
from tf1compat.plan.judge.judge import Judgement
from tf1compat.report import consumers, explanation, render, stored, wording
from tf1compat.report.document import Document, Paragraph, Section, Table, Verbatim, document, section
from tf1compat.report.inputs import inputs_json, inputs_section
from tf1compat.report.tables import found_tables, tables_json
from tf1compat.source.model import Kind, LegacyModel

FORMAT_VERSION = 1
_KINDS: Mapping[Kind, str] = {
    "meta_graph": "MetaGraph",
    "saved_model": "SavedModel",
    "hub_module": "TensorFlow Hub module",
    "frozen_graph": "frozen graph",
    "graph_def": "GraphDef",
    "built_graph": "graph that a program built again",
    "checkpoint": "checkpoint without a graph",
    "keras": "Keras model",
}


@dataclass(frozen=True)
class Inspection:
    """A model, all that discovery finds in it, and what is to be said of it as it is migrated by default."""

    model: LegacyModel
    findings: Findings
    judgement: Judgement = field(default_factory=Judgement)
    #: What was asked about, node by node, with the answers.
    explanations: Mapping[str, tuple[Explanation, ...]] = field(default_factory=dict)
    #: What the migrated model is for, with what keeps it from there.
    consumers: Mapping[str, tuple[Obstacle, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        """The report as text, without its last newline."""
        return render.text(to_document(self)).rstrip("\n")

    def to_json(self) -> dict[str, Any]:
        """The inspection as JSON data; tensors as `name:0`, null for what is not known."""
        found = self.findings
        return {
            "format_version": FORMAT_VERSION,
            "source": _source_json(self.model),
            "graph": _graph_json(self.model, found),
            **inputs_json(found),
            "outputs": _outputs_json(self.model, found),
            "rnns": [_rnn_json(each) for each in found.rnns],
            **stored.layers_json(self.model.keras),
            "variables": [_variable_json(each) for each in found.variables],
            "tables": tables_json(found),
            "labels": [_label_json(each) for each in found.labels],
            "hazards": [wording.json_note(note) for note in self.judgement.hazards],
            "blockers": [wording.json_note(note) for note in self.judgement.blockers],
            **_no_step_json(self.judgement),
            **self._explanations_json(),
            **({"consumers": consumers.to_json(self.consumers)} if self.consumers else {}),
        }

    def _explanations_json(self) -> dict[str, Any]:
        if not self.explanations:
            return {}
        told = {
            node: [explanation.to_json(each) for each in group] for node, group in self.explanations.items()
        }
        return {"explanations": told}


# ------------------------------------------------------------------------------------------------- JSON


def _source_json(model: LegacyModel) -> dict[str, Any]:
    return {
        "kind": model.kind,
        "path": model.path,
        "tensorflow_version": model.meta_graph.tensorflow_version or None,
        "checkpoint_format": model.checkpoint.format,
        "bytes": model.bytes,
        **stored.origin_json(model.keras),
    }


def _outputs_json(model: LegacyModel, found: Findings) -> list[dict[str, Any]]:
    if model.keras is not None and not model.is_built:
        return stored.described_outputs(model.keras)
    return [
        {
            "tensor": str(each.tensor),
            "dtype": str(each.dtype),
            "shape": each.shape.to_json(),
            "role": each.role,
        }
        for each in found.told
    ]


def _graph_json(model: LegacyModel, found: Findings) -> dict[str, Any]:
    graph = model.meta_graph.written
    if not model.is_built:
        return {"nodes": None, "op_types": {}, "frames": None, "graphdef_producer": None}
    return {
        "nodes": len(graph.nodes),
        "op_types": dict(sorted(found.op_types.items())),
        "frames": found.frames,
        "graphdef_producer": graph.versions.producer or None,
    }


def _rnn_json(rnn: Rnn) -> dict[str, Any]:
    return {
        "scope": rnn.scope,
        "kind": rnn.kind,
        "direction": rnn.direction,
        "time_major": rnn.time_major,
        "inputs": wording.json_tensor(rnn.inputs),
        "outputs": wording.json_tensor(rnn.outputs),
        "sequence_length": wording.json_tensor(rnn.sequence_length),
        "step_inputs": [str(each) for each in rnn.step_inputs],
        "step_outputs": [str(each) for each in rnn.step_outputs],
        "layers": [_layer_json(layer) for layer in rnn.layers],
    }


def _layer_json(layer: Layer) -> dict[str, Any]:
    return {
        "cell": layer.cell,
        "units": layer.units,
        "variables": list(layer.variables),
        "initial_state": _state_json(layer.initial_state),
        "final_state": _state_json(layer.final_state),
        **_held_json(layer),
        "slices": {part: [each.axis, each.begin, each.size] for part, each in sorted(layer.slices.items())},
        "initial_value": {
            part: {"origin": each.kind, "tensor": str(each.tensor)}
            for part, each in layer.initial_value.items()
        },
        "features": list(layer.features),
        "wrappers": list(layer.wrappers),
    }


def _no_step_json(judgement: Judgement) -> dict[str, Any]:
    """Why a recurrent model has no signature `step`; nothing where it has one, or needs none."""
    if not judgement.no_step:
        return {}
    return {"no_step": {"reason": judgement.no_step, "node": judgement.no_step_at}}


def _state_json(state: Mapping[str, TensorRef | None]) -> dict[str, str | None]:
    return {part: wording.json_tensor(tensor) for part, tensor in state.items() if part != HELD_OUTPUT}


def _held_json(layer: Layer) -> dict[str, Any]:
    """The output that a masked step gives again, which is carried beside the cell's state."""
    sides = (layer.initial_state.get(HELD_OUTPUT), layer.final_state.get(HELD_OUTPUT))
    return {HELD_OUTPUT: [wording.json_tensor(each) for each in sides]} if any(sides) else {}


def _variable_json(variable: VariableFinding) -> dict[str, Any]:
    return {
        "name": variable.name,
        "dtype": str(variable.dtype),
        "shape": variable.shape.to_json(),
        "trainable": variable.trainable,
        "in_checkpoint": variable.in_checkpoint,
        "needed": variable.needed,
    }


# --------------------------------------------------------------------------------------------- document


def to_document(inspection: Inspection) -> Document:
    """The inspection for reading, from what it is to what to type next; or what was asked about, if anything was."""
    found, told = inspection.findings, inspection.judgement
    if inspection.explanations:
        explained = (explanation.to_section(node, each) for node, each in inspection.explanations.items())
        return document(f"Model {wording.printable(inspection.model.path)}", *explained)
    return document(
        f"Model {wording.printable(inspection.model.path)}",
        section("What it is", Paragraph(_summary(inspection))),
        *([_stored(found)] if inspection.model.kind == "checkpoint" else _of_graph(inspection)),
        _labels(found),
        section("Hazards", wording.notes(told.hazards)),
        section("Blockers", wording.notes(told.blockers)),
        *consumers.to_sections(inspection.consumers),
        section("What to type next", Verbatim(_next_commands(inspection))),
    )


def _stored(found: Findings) -> Section:
    return section("What the checkpoint holds", Verbatim(stored.tree(found.variables)))


def _of_graph(inspection: Inspection) -> list[Section]:
    found, told = inspection.findings, inspection.judgement
    return [
        inputs_section(found),
        stored.layers_section(inspection.model.keras),
        _outputs(found) if inspection.model.is_built else section("Outputs"),
        _rnns(found),
        section("Step", wording.no_step(told.no_step, told.no_step_at)),
        _variables(found),
        found_tables(found),
    ]


def _summary(inspection: Inspection) -> str:
    model, found = inspection.model, inspection.findings
    if model.kind == "checkpoint":
        held, size = wording.count(len(found.variables), "value"), wording.size(model.bytes)
        return f"A {model.checkpoint.format} checkpoint without a graph, with {held}; {size} in all."
    if model.keras is not None:
        return stored.summary(model.keras, model.bytes, model.is_built)
    version = model.meta_graph.tensorflow_version or "an unknown version"
    kind, held = (
        _KINDS[model.kind],
        f", with a {model.checkpoint.format} checkpoint" if model.has_values else "",
    )
    graph = wording.count(len(model.meta_graph.written.nodes), "node")
    loops = wording.count(found.frames, "while loop")
    return (
        f"A {kind} written by TensorFlow {wording.printable(version)}{held}; {wording.size(model.bytes)} in all. "
        f"The graph has {graph} and {loops}, training included."
    )


def _outputs(found: Findings) -> Section:
    rows = [
        (wording.name(each.tensor), each.dtype, wording.shape(each.shape), each.role) for each in found.told
    ]
    table = Table.of(("tensor", "type", "shape", "role"), rows)
    return section("Outputs", table if rows else Paragraph("No tensor worth fetching was found."))


_LAYOUTS = {True: "[time, batch, ...]", False: "[batch, time, ...]", None: wording.UNKNOWN}


def _rnns(found: Findings) -> Section:
    rows = [
        (
            wording.scope(rnn.scope),
            ", ".join(map(_cell, rnn.layers)),
            rnn.direction,
            rnn.kind,
            _LAYOUTS[rnn.time_major],
        )
        for rnn in found.rnns
    ]
    return section(
        "Recurrent networks",
        Table.of(("scope", "cells", "direction", "kind", "layout"), rows),
        Table.of(("network", "what", "tensor"), [row for rnn in found.rnns for row in _tensor_rows(rnn)]),
        _fed_states(found),
    )


def _cell(layer: Layer) -> str:
    units = wording.UNKNOWN if layer.units is None else str(layer.units)
    return f"{layer.cell or 'unknown cell'}({units})"


def _tensor_rows(rnn: Rnn) -> Iterator[tuple[str, ...]]:
    """Each tensor of a network under what it is; the network's name in the first row only."""
    named = {"inputs": rnn.inputs, "outputs": rnn.outputs, "sequence length": rnn.sequence_length}
    for number, layer in enumerate(rnn.layers):
        place = f" of layer {number}" if len(rnn.layers) > 1 else ""
        for part in dict.fromkeys((*layer.initial_state, *layer.final_state)):
            named[f"initial {part}{place}{_origin(layer, part)}"] = layer.initial_state.get(part)
            named[f"final {part}{place}"] = layer.final_state.get(part)
    if rnn.sequence_length is None:
        del named["sequence length"]
    for position, (what, tensor) in enumerate(named.items()):
        yield (wording.scope(rnn.scope) if position == 0 else "", what, wording.name(tensor))


def _origin(layer: Layer, part: str) -> str:
    """Where a state begins, in brackets, where that is known."""
    return f" ({layer.initial_value[part].kind})" if part in layer.initial_value else ""


def _fed_states(found: Findings) -> Paragraph | None:
    if not found.pairings:
        return None
    pairs = (
        f"{_pieces(pairing.pieces)} of {pairing.placeholder} is the state of {pairing.rnn}"
        for pairing in found.pairings
    )
    return Paragraph("Fed by the author: " + "; ".join(map(wording.printable, pairs)) + ".")


def _pieces(pieces: tuple[StatePiece, ...]) -> str:
    return ", ".join(map(_piece, pieces))


def _piece(piece: StatePiece) -> str:
    if piece.beside is not None:
        return f"[..., {piece.beside.begin}:{piece.beside.begin + piece.beside.size}] ({piece.part})"
    return f"{list(piece.index)} ({piece.part})" if piece.index else "all"


def _variables(found: Findings) -> Section:
    needed = [each for each in found.variables if each.needed]
    rows = [
        (
            wording.name(each.name), each.dtype, wording.shape(each.shape), wording.yes(each.trainable),
            wording.yes(each.in_checkpoint),
        )
        for each in needed
    ]  # fmt: skip
    table = Table.of(("variable", "type", "shape", "trainable", "in the checkpoint"), rows)
    if not found.variables:
        return section("Variables", Paragraph("The graph has no variables."))
    return section("Variables", Paragraph(_variables_summary(found, needed)), table)


def _variables_summary(found: Findings, needed: list[VariableFinding]) -> str:
    others = len(found.variables) - len(needed)
    known = [math.prod(each.shape.dims) for each in needed if _is_fixed(each)]  # type: ignore[arg-type]
    numbers = f", {wording.count(sum(known), 'element')} in all" if len(known) == len(needed) else ""
    left = f" Left behind: {others:,} (optimizer slots, counters)." if others else ""
    verb = "is" if len(needed) == 1 else "are"
    return f"{wording.count(len(needed), 'variable')} {verb} needed for the outputs{numbers}.{left}"


def _is_fixed(variable: VariableFinding) -> bool:
    return variable.shape.dims is not None and None not in variable.shape.dims


def _label_json(label: LabelFinding) -> dict[str, Any]:
    found = {"source": label.source, "count": label.count, "preview": list(label.preview)}
    fit = {"kind": label.kind, "fits": list(label.fits), "offset": label.offset}
    return {**found, **(fit if label.fits else {})}


def _labels(found: Findings) -> Section:
    rows = [
        (
            wording.name(each.source), str(each.count), _preview(each.preview, each.count), each.kind,
            ", ".join(each.fits) + (f" from neuron {each.offset} on" if each.offset else ""),
        )
        for each in found.labels
    ]  # fmt: skip
    return section("Possible class labels", Table.of(("source", "count", "begins with", "are", "fit"), rows))


def _preview(names: tuple[str, ...], total: int) -> str:
    return wording.printable(", ".join(map(repr, names)) + (", ..." if total > len(names) else ""))


def _next_commands(inspection: Inspection) -> tuple[str, ...]:
    model = shlex.quote(wording.printable(inspection.model.path))
    plan = f"tf1compat plan {model} -o plan.json"
    if inspection.judgement.blockers:
        return (plan, "(then settle each blocker above)")
    return (plan, f"tf1compat migrate {model} migrated{_labels_option(inspection.findings)}")


def _labels_option(found: Findings) -> str:
    """The class names that fit some output, where all that fit are the same; what a generator chooses among is none."""
    scores = [each for each in found.told if each.role in ("probabilities", "logits") and each.shape.dims]
    widths = [(each.role, (each.shape.dims or (None,))[-1]) for each in scores]
    fitting = [
        each
        for each in found.labels
        if each.kind == "classes" and each.count + each.offset in {width for _, width in widths}
    ]
    ambiguous = any(
        widths.count((role, each.count + each.offset)) > 1 for role, _ in widths for each in fitting[:1]
    )
    if not fitting or ambiguous or len({(each.names or each.preview, each.offset) for each in fitting}) > 1:
        return ""
    offset = f" --label-offset {fitting[0].offset}" if fitting[0].offset else ""
    return f" --labels {shlex.quote(wording.printable(fitting[0].source))}{offset}"
