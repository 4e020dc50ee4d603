"""The report on a MigrationPlan: what would be written, as tables."""

from __future__ import annotations

import shlex

from tf1compat.plan.model import CandidatePlan, MigrationPlan, OutputBinding, SignaturePlan, VariablePlan
from tf1compat.report import wording
from tf1compat.report.document import Document, Paragraph, Section, Table, Verbatim, document, section
from tf1compat.report.tables import planned_tables

_MOST_NAMES = 12
_MOST_CANDIDATES = 20


def to_document(plan: MigrationPlan, file: str | None = None) -> Document:
    """The plan for reading: signatures, constants, labels, variables, and what stands in the way.

    `file`: where the plan has been written, if it has.
    """
    return document(
        f"Plan for {wording.printable(plan.source)}",
        *signature_sections(plan.signatures),
        _candidates(plan.candidates),
        _step(plan),
        _constants(plan),
        labels_section(plan),
        _variables(plan),
        planned_tables(plan),
        options_section(plan),
        section("Hazards", wording.notes(plan.hazards)),
        section("Blockers", wording.notes(plan.blockers)),
        section("What to type next", Paragraph(_advice(plan, file)), _next_command(plan, file)),
    )


def signature_sections(signatures: tuple[SignaturePlan, ...]) -> tuple[Section, ...]:
    """One section a signature: its inputs and its outputs under their aliases."""
    return tuple(_signature(each) for each in signatures)


def _signature(signature: SignaturePlan) -> Section:
    inputs: list[tuple[str, ...]] = [
        ("in", wording.name(each.alias), each.dtype, wording.shape(each.shape), wording.name(each.tensor), "")
        for each in signature.inputs
    ]
    outputs: list[tuple[str, ...]] = [
        ("out", wording.name(each.alias), each.dtype, wording.shape(each.shape), _tensors(each), each.role)
        for each in signature.outputs
    ]
    table = Table.of(("side", "alias", "type", "shape", "tensor", "role"), inputs + outputs)
    return section(f"Signature {wording.printable(signature.name)}", table)


def _tensors(output: OutputBinding) -> str:
    """The tensor behind an output, or the tensors that are stacked into it with their indices."""
    if output.tensor is not None:
        return wording.name(output.tensor)
    if output.softmax:
        return wording.name(f"softmax of {output.pieces[0].tensor}")
    pieces = (f"{list(piece.index)} = {piece.tensor}" for piece in output.pieces)
    return wording.name(", ".join(pieces))


def _candidates(candidates: tuple[CandidatePlan, ...]) -> Section:
    """What was taken into account as an output, the most telling first, with the reason of each."""
    rows = [
        (
            str(each.score), wording.name(each.tensor), each.role, wording.printable(each.reason),
            wording.printable(", ".join(each.signatures)) if each.signatures else "-",
        )
        for each in candidates[:_MOST_CANDIDATES]
    ]  # fmt: skip
    left = len(candidates) - len(rows)
    more = f"{wording.count(left, 'candidate', 'candidates')} more: see 'candidates' in the plan as JSON."
    table = Table.of(("score", "tensor", "role", "why", "offered by"), rows)
    return section("Candidates for outputs", table, Paragraph(more) if left else None)


def _step(plan: MigrationPlan) -> Section:
    """Where the states of a step begin, or why there is no step."""
    if plan.no_step:
        return section("Step", wording.no_step(plan.no_step, plan.no_step_at))
    step = plan.step.step if plan.step is not None else None
    rows = [(wording.name(each.alias), each.origin) for each in step.states] if step is not None else []
    computed = Paragraph("The signature 'start' computes the states with which 'step' begins.")
    begins = computed if "start" in plan.signature_names and rows else None
    return section("Step", Table.of(("state", "begins with"), rows), begins)


def _constants(plan: MigrationPlan) -> Section:
    rows = [
        (wording.name(each.tensor), each.dtype, wording.printable(repr(each.value)), each.reason)
        for each in plan.constants
    ]
    return section("Frozen to a constant", Table.of(("tensor", "type", "value", "reason"), rows))


def labels_section(plan: MigrationPlan) -> Section:
    """The class names and the scores that they name; empty without labels."""
    if plan.labels is None:
        return _offered_labels(plan)
    names = plan.labels.names
    shown = ", ".join(map(repr, names[:_MOST_NAMES])) + (", ..." if len(names) > _MOST_NAMES else "")
    classes = wording.count(len(names), "class", "classes")
    sentence = f"{classes} for '{plan.labels.scores}', from {plan.labels.source}: {shown}"
    if not plan.labels.exclusive:
        sentence += ". Any number of them may be true at once, so there is no one class: no 'class_ids', no 'classes'."
    return section("Class labels", Paragraph(wording.printable(sentence)))


def _offered_labels(plan: MigrationPlan) -> Section:
    """Names that were found and that `--labels` would take; nothing is named unasked."""
    rows = [
        (
            wording.name(each.source),
            str(each.count) + (f" + {each.offset} before" if each.offset else ""),
            wording.printable(", ".join(map(repr, each.preview))),
            ", ".join(each.scores),
            each.kind,
        )
        for each in plan.label_offers
    ]
    return section(
        "Possible class labels, for --labels",
        Table.of(("source", "count", "begins with", "for", "are"), rows),
    )


def _variables(plan: MigrationPlan) -> Section:
    rows = [
        (
            wording.name(each.name), each.dtype, wording.shape(each.shape), wording.yes(each.trainable),
            _origin(each),
        )
        for each in plan.variables
    ]  # fmt: skip
    return section("Variables", Table.of(("variable", "type", "shape", "trainable", "checkpoint key"), rows))


def _origin(variable: VariablePlan) -> str:
    """Where a variable's value is from."""
    if variable.initializer is not None:
        return f"none: begins with {wording.name(variable.initializer)}"
    part = f" [{variable.shape_and_slice}]" if variable.shape_and_slice else ""
    joined = f" (in {len(variable.parts)} parts)" if variable.parts else ""
    return wording.name(variable.key + part + joined)


def options_section(plan: MigrationPlan) -> Section:
    """What was chosen otherwise than by default, and which weights; empty where there is nothing to say."""
    chosen = {
        f"weights: {plan.weights}" + (f" ({plan.weights_reason})" if plan.weights_reason else ""): (
            plan.weights != "auto" or bool(plan.weights_reason)
        ),
        "compiled with XLA": plan.jit,
        "allowed despite doubts: " + ", ".join(plan.allow): bool(plan.allow),
        "may be drawn at random: " + ", ".join(plan.allow_random): bool(plan.allow_random),
    }
    sentence = "; ".join(wording.printable(each) for each, shown in chosen.items() if shown)
    return section("Options", Paragraph(sentence) if sentence else None)


def _advice(plan: MigrationPlan, file: str | None) -> str:
    if plan.blockers:
        return "Settle each blocker above: nothing can be written before."
    if file is None:
        return (
            "Keep the plan by repeating this command with -o plan.json, edit it where it should differ, then:"
        )
    return f"The plan is in {wording.printable(file)}; edit it where it should differ, then:"


def _next_command(plan: MigrationPlan, file: str | None) -> Verbatim | None:
    if plan.blockers:
        return None
    model, place = (shlex.quote(wording.printable(each)) for each in (plan.source, file or "plan.json"))
    return Verbatim((f"tf1compat migrate {model} migrated --plan {place}",))
