"""MigrationResult: what a migration did, and how the result compares with the original."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.report import comparison as comparison_report
from tf1compat.report import plan as plan_report
from tf1compat.report import render, wording
from tf1compat.report.comparison import inputs_to_give
from tf1compat.report.document import Document, Paragraph, Section, Table, Verbatim, document, section
from tf1compat.rewrite.result import Change
from tf1compat.verify.comparison import Comparison

FORMAT_VERSION = 1


@dataclass(frozen=True)
class MigrationResult:
    """One migration. `output` is None when nothing was published, because the comparison failed.

    `comparison` is None when no verification was asked for; `signatures` are those of the SavedModel, with
    what labels add.
    """

    output: Path | None
    plan: MigrationPlan
    changes: tuple[Change, ...]
    comparison: Comparison | None
    variables: int
    signatures: tuple[SignaturePlan, ...]
    typed: str = ""  # the command that was typed, where one was

    def __str__(self) -> str:
        """The report as text, without its last newline."""
        return render.text(to_document(self)).rstrip("\n")

    def to_json(self) -> dict[str, Any]:
        """The result as JSON data."""
        return {
            "format_version": FORMAT_VERSION,
            "source": self.plan.source,
            "output": None if self.output is None else str(self.output),
            "verdict": _word(self),
            "signatures": {each.name: _signature_json(each) for each in self.signatures},
            "constants": {str(each.tensor): each.value for each in self.plan.constants},
            "labels": None if self.plan.labels is None else list(self.plan.labels.names),
            "variables": self.variables,
            "changes": [
                {"rewrite": each.rewrite, "count": each.count, "summary": each.summary}
                for each in self.changes
            ],
            "hazards": [wording.json_note(note) for note in self.plan.hazards],
            "verification": None if self.comparison is None else comparison_report.to_json(self.comparison),
        }


def _word(result: MigrationResult) -> str:
    """What became of it, in a word or two: as the comparison has it, or that there was none."""
    return "not verified" if result.comparison is None else result.comparison.verdict


def _signature_json(signature: SignaturePlan) -> dict[str, Any]:
    inputs, outputs = (
        {each.alias: {"dtype": str(each.dtype), "shape": each.shape.to_json()} for each in side}
        for side in (signature.inputs, signature.outputs)
    )
    return {"inputs": inputs, "outputs": outputs}


def to_document(result: MigrationResult) -> Document:
    """The result for reading: what was written, what was changed for it, and the proof."""
    proof = () if result.comparison is None else comparison_report.sections(result.comparison)
    return document(
        f"Migration of {wording.printable(result.plan.source)}",
        *plan_report.signature_sections(result.signatures),
        plan_report.labels_section(result.plan),
        _constants(result),
        plan_report.options_section(result.plan),
        _changes(result),
        section("Hazards", wording.notes(result.plan.hazards)),
        *proof,
        section("Result", Paragraph(_verdict(result)), _next_commands(result)),
    )


def _constants(result: MigrationResult) -> Section:
    rows = [
        (wording.name(each.tensor), wording.printable(repr(each.value)), each.reason)
        for each in result.plan.constants
    ]
    return section("Frozen to a constant", Table.of(("tensor", "value", "reason"), rows))


def _changes(result: MigrationResult) -> Section:
    rows = [
        (each.rewrite, f"{each.count:,}", wording.printable(each.summary))
        for each in result.changes
        if each.count
    ]
    return section("What was changed", Table.of(("rewrite", "count", "what it did"), rows))


def _verdict(result: MigrationResult) -> str:
    if result.output is None:
        if _word(result) == "not proven":
            return (
                "Nothing was written, though nothing differs: the migrated model is not proven to compute what the "
                "original computes. Give inputs that the original takes, for instance in a file like this, with values "
                "of yours:"
            )
        return "Nothing was written: the migrated model does not compute what the original computes."
    proof = "not verified" if result.comparison is None else "verified"
    variables = wording.count(result.variables, "variable")
    return f"Written to {wording.printable(str(result.output))}: {variables}, {proof}."


def _next_commands(result: MigrationResult) -> Verbatim | None:
    if _word(result) == "not proven" and result.comparison is not None:
        return inputs_to_give(result.comparison, result.plan.signatures, result.typed)
    if result.output is None:
        return None
    output = shlex.quote(wording.printable(str(result.output)))
    return Verbatim((f"tf1compat predict {output} --inputs feeds.npz",))
