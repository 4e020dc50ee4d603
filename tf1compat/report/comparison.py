"""The report on a Comparison: how far the migrated model is from the original, output by output."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf1compat.discovery.findings import DEFAULT_SIGNATURE
from tf1compat.plan.model import InputBinding, SignaturePlan
from tf1compat.report import wording
from tf1compat.report.coverage import coverage_json, coverage_section
from tf1compat.report.document import (
    Document,
    Entries,
    Entry,
    Paragraph,
    Section,
    Table,
    Verbatim,
    document,
    section,
)
from tf1compat.verify.comparison import CaseResult, Comparison, OutputDifference, Unproven

FORMAT_VERSION = 1
_NOTHING = "the original ran no case of anything; give inputs of your own (--inputs feeds.npz)"


@dataclass(frozen=True)
class OutputSummary:
    """One output of one signature over all the cases in which it was compared."""

    signature: str
    alias: str
    cases: int
    dtypes: tuple[str, ...]  # as the migrated model gives them
    shapes: tuple[tuple[int, ...], ...]  # as the migrated model gives them, in the order of the cases
    largest_absolute: float | None
    largest_relative: float | None
    passed: bool
    drawn: bool = False  # its values are not compared, as they differ from run to run
    original_moves: float | None = None  # how far the original's own values move, where it mattered


def summarize(comparison: Comparison) -> tuple[OutputSummary, ...]:
    """A line for each output of each signature, in the order in which they were compared."""
    found: dict[tuple[str, str], list[OutputDifference]] = {}
    for case in comparison.compared:
        for output in case.outputs:
            found.setdefault((case.signature, output.alias), []).append(output)
    return tuple(_summary(*place, differences) for place, differences in found.items())


def _summary(signature: str, alias: str, differences: list[OutputDifference]) -> OutputSummary:
    return OutputSummary(
        signature,
        alias,
        len(differences),
        tuple(dict.fromkeys(each.found_dtype for each in differences)),
        tuple(dict.fromkeys(each.found_shape for each in differences)),
        _largest(each.largest_absolute for each in differences),
        _largest(each.largest_relative for each in differences),
        all(each.passed for each in differences),
        any(each.drawn for each in differences),
        _largest(each.original_moves for each in differences if each.original_moves is not None),
    )


def _largest(values: Iterable[float | None]) -> float | None:
    """The largest number; NaN where one is NaN; None where one is None or there is none."""
    known = []
    for value in values:
        if value is None:
            return None
        known.append(value)
    if any(math.isnan(value) for value in known):
        return math.nan
    return max(known, default=None)


# ------------------------------------------------------------------------------------------------- JSON


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON data: the verdict, a summary an output, and every case."""
    return {
        "format_version": FORMAT_VERSION,
        "passed": comparison.passed,
        "verdict": comparison.verdict,
        "rtol": comparison.rtol,
        "atol": comparison.atol,
        "seed": comparison.seed,
        "reference": comparison.reference,
        "tensorflow_version": comparison.tensorflow_version,
        "largest_absolute": wording.json_number(comparison.largest_absolute),
        "allow_random": list(comparison.allow_random),
        "unproven": [_unproven_json(each) for each in comparison.unproven],
        "computed_in": {name: dict(each) for name, each in comparison.coarse.items() if each},
        "coverage": coverage_json(comparison),
        "outputs": [_summary_json(each) for each in summarize(comparison)],
        "cases": [_case_json(case) for case in comparison.cases],
    }


def _unproven_json(each: Unproven) -> dict[str, Any]:
    refusal = {"refusal": each.refusal} if each.refusal else {}
    return {"signature": each.signature, "reason": each.reason, "outputs": list(each.outputs), **refusal}


def _summary_json(summary: OutputSummary) -> dict[str, Any]:
    return {
        "signature": summary.signature,
        "output": summary.alias,
        "cases": summary.cases,
        "dtypes": list(summary.dtypes),
        "shapes": [list(shape) for shape in summary.shapes],
        "largest_absolute": wording.json_number(summary.largest_absolute),
        "largest_relative": wording.json_number(summary.largest_relative),
        "passed": summary.passed,
        "drawn": summary.drawn,
        **_moves_json(summary.original_moves),
    }


def _case_json(case: CaseResult) -> dict[str, Any]:
    return {
        "signature": case.signature,
        "case": case.case,
        "passed": case.passed if case.refused is None and not case.apart else None,
        "refused": case.refused,
        "failure": case.failure,
        **({"apart": True} if case.apart else {}),
        "outputs": [_difference_json(each) for each in case.outputs],
    }


def _difference_json(output: OutputDifference) -> dict[str, Any]:
    return {
        "output": output.alias,
        "expected_dtype": output.expected_dtype,
        "found_dtype": output.found_dtype,
        "expected_shape": list(output.expected_shape),
        "found_shape": list(output.found_shape),
        "largest_absolute": wording.json_number(output.largest_absolute),
        "largest_relative": wording.json_number(output.largest_relative),
        "passed": output.passed,
        "drawn": output.drawn,
        **_moves_json(output.original_moves),
    }


def _moves_json(moves: float | None) -> dict[str, Any]:
    return {} if moves is None else {"original_moves": wording.json_number(moves)}


# ------------------------------------------------------------------------------------------ what to give


def inputs_to_give(
    comparison: Comparison, signatures: Iterable[SignaturePlan], typed: str
) -> Verbatim | None:
    """How a file of inputs is made for the signatures that need some, and the command that takes it."""
    needing = {each.signature for each in comparison.unproven if each.reason != "drawn"}
    chosen = [each for each in signatures if each.name in needing]
    if not chosen:
        return None
    feeds = ", ".join(
        f'"{_feed_name(signature.name, each.alias)}": {_example(each)}'
        for signature in chosen
        for each in signature.inputs
    )
    program = f'import numpy as np; np.savez("feeds.npz", **{{{feeds}}})'
    again = (typed if "--inputs" in typed else f"{typed} --inputs feeds.npz",) if typed else ()
    return Verbatim((f"python -c {shlex.quote(wording.printable(program))}", *map(wording.printable, again)))


def _feed_name(signature: str, alias: str) -> str:
    return alias if signature == DEFAULT_SIGNATURE else f"{signature}/{alias}"


def _example(binding: InputBinding) -> str:
    """An array of an input's type and of a shape that it takes, in Python."""
    shape = [1 if size is None else size for size in binding.shape.dims or ()]
    if binding.dtype == "string":
        return f'np.full({shape}, "")'
    wanted = binding.dtype.stand_in
    name = "float32" if wanted is None else np.dtype(wanted).name
    return f'np.zeros({shape}, "{name}")'


# --------------------------------------------------------------------------------------------- document


def to_document(comparison: Comparison) -> Document:
    """The comparison for reading."""
    return document("Verification", *sections(comparison))


def sections(comparison: Comparison) -> tuple[Section, ...]:
    """What was compared with what, the differences, what was refused or failed, and the verdict."""
    return (
        section("Verification against the original", Paragraph(_setting(comparison)), _table(comparison)),
        coverage_section(comparison),
        section("Refused by the original itself, so not compared", _refused(comparison)),
        section("Empty batches that the migrated model refuses, compared apart", _apart(comparison)),
        section("What went wrong", _failures(comparison)),
        section("Verdict", Paragraph(_verdict(comparison))),
    )


def _setting(comparison: Comparison) -> str:
    tolerance = f"{comparison.atol:g} + {comparison.rtol:g} * |expected|"
    reference = f"Reference: {wording.printable(comparison.reference)}"
    if comparison.is_given:
        return f"{reference}; the original was not run. Tolerance {tolerance}{_wider(comparison)}."
    return (
        f"{reference}, run by TensorFlow {comparison.tensorflow_version} and restored from its checkpoint. "
        f"Tolerance {tolerance}{_wider(comparison)}; made inputs come from seed {comparison.seed}."
    )


def _wider(comparison: Comparison) -> str:
    """The types of fewer digits that outputs are computed in."""
    types = sorted({dtype for each in comparison.coarse.values() for dtype in each.values()})
    return f", that of the type for what is computed in {' and '.join(types)}" if types else ""


def _table(comparison: Comparison) -> Table:
    rows = [
        (
            wording.name(each.signature), wording.name(each.alias), str(each.cases), ", ".join(each.dtypes),
            _shape_range(each.shapes), wording.difference(each.largest_absolute),
            wording.difference(each.largest_relative), _one_verdict(each) + _in_type(comparison, each),
        )
        for each in summarize(comparison)
    ]  # fmt: skip
    headers = (
        "signature", "output", "cases", "type", "shapes", "largest difference", "largest relative", "verdict",
    )  # fmt: skip
    return Table.of(headers, rows)


def _in_type(comparison: Comparison, summary: OutputSummary) -> str:
    """The type of fewer digits that an output is computed in, if it is."""
    found = comparison.coarse.get(summary.signature, {}).get(summary.alias)
    return f" (computed in {found})" if found else ""


def _one_verdict(summary: OutputSummary) -> str:
    moves = f"the original itself moves by {wording.difference(summary.original_moves)}"
    if not summary.passed:
        return "DIFFERS" if summary.original_moves is None else f"DIFFERS: {moves}"
    if summary.original_moves is not None:
        return f"ill-conditioned: {moves}"
    return "not compared: random" if summary.drawn else "equal"


def _shape_range(shapes: tuple[tuple[int, ...], ...]) -> str:
    """`[1..7, 3]` for several shapes of one rank, else the shapes themselves."""
    if len({len(shape) for shape in shapes}) != 1:
        return " ".join(str(list(shape)) for shape in shapes)
    sizes = (
        str(min(axis)) if min(axis) == max(axis) else f"{min(axis)}..{max(axis)}"
        for axis in zip(*shapes, strict=True)
    )
    return "[" + ", ".join(sizes) + "]"


def _refused(comparison: Comparison) -> Table:
    rows = [
        (wording.name(case.signature), wording.printable(case.case), wording.printable(case.refused))
        for case in comparison.cases
        if case.refused is not None
    ]
    return Table.of(("signature", "case", "the original's reason"), rows)


def _apart(comparison: Comparison) -> Table:
    """The empty batches that the original takes and the migrated model does not: nobody fed them, and they decide
    nothing."""
    rows = [
        (wording.name(case.signature), wording.printable(case.case), wording.printable(case.failure or ""))
        for case in comparison.cases
        if case.apart
    ]
    return Table.of(("signature", "case", "the migrated model's reason"), rows)


def _failures(comparison: Comparison) -> Entries:
    failed = [case for case in comparison.compared if not case.passed]
    return Entries(tuple(Entry(f"{case.signature}: {case.case}", tuple(_reasons(case))) for case in failed))


def _reasons(case: CaseResult) -> list[str]:
    if case.failure is not None:
        return [f"the migrated model did not run: {wording.printable(case.failure)}"]
    return [_reason(output) for output in case.outputs if not output.passed]


def _reason(output: OutputDifference) -> str:
    if output.expected_dtype != output.found_dtype:
        return f"{output.alias} is {output.found_dtype}, the original gives {output.expected_dtype}"
    if output.drawn and output.expected_shape == output.found_shape:
        return f"{output.alias} is not finite, the original's is"
    if output.expected_shape != output.found_shape:
        found, expected = list(output.found_shape), list(output.expected_shape)
        return f"{output.alias} has shape {found}, the original gives {expected}"
    differs = f"{output.alias} differs by up to {wording.difference(output.largest_absolute)}"
    if output.original_moves is None:
        return differs
    own = wording.difference(output.original_moves)
    return (
        f"{differs}; the original itself moves by {own} where its inputs and weights move in the last place"
    )


def _exceptions(comparison: Comparison) -> str:
    if not comparison.drawn:
        return ""
    names = ", ".join(map(wording.printable, comparison.drawn))
    return f", but for {names}: not compared, as they differ from run to run; only type, shape and finiteness were"


def _verdict(comparison: Comparison) -> str:
    compared = wording.count(len(comparison.compared), "case")
    if comparison.passed:
        return f"The same model: every output of {compared} is within the tolerance{_exceptions(comparison)}."
    if comparison.verdict == "differs":
        failed = sum(not case.passed for case in comparison.compared)
        return f"NOT THE SAME MODEL: {failed} of {compared} outside the tolerance."
    return f"NOT PROVEN: {'; '.join(map(_missing, comparison.unproven)) or _NOTHING}."


def _missing(each: Unproven) -> str:
    """Why nothing of a signature was compared, and what to do."""
    name = wording.printable(each.signature)
    if each.reason == "refused":
        refusal = f" ({wording.printable(each.refusal)})" if each.refusal else ""
        return f"the original ran no case of {name}{refusal}; give inputs of your own (--inputs feeds.npz)"
    if each.reason == "empty":
        return f"no output of {name} had a value to compare; give inputs of your own (--inputs feeds.npz)"
    drawn = ", ".join(map(wording.printable, each.outputs))
    allow = " ".join(f"--allow-random {shlex.quote(wording.printable(alias))}" for alias in each.outputs)
    return (
        f"no value of {name} was compared, as {drawn} differ from run to run: drawn at random, or told by the clock; "
        f"choose other outputs (--signature), or accept that with {allow}"
    )
