"""A plan less what nobody asked for and what does not come out as the original gives it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from tf1compat.plan.judge.codes import HazardCode
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import FreeSizePlan, MigrationPlan, SignaturePlan
from tf1compat.plan.stepping.start import START

_NO_STATES: Mapping[str, frozenset[str]] = MappingProxyType({})


def raw_states(plan: MigrationPlan) -> Mapping[str, frozenset[str]]:
    """By signature, the states among its outputs that neither the user asked for, nor a step carries."""
    if plan.asked:
        return _NO_STATES
    return MappingProxyType({
        each.name: frozenset(output.alias for output in each.outputs if output.role == "state")
        for each in plan.signatures
        if each.step is None
    })  # fmt: skip


def without_outputs(plan: MigrationPlan, signature: str, reasons: Mapping[str, str]) -> MigrationPlan:
    """The plan in which a signature does not give these outputs, with a hazard that says why of each."""
    tensors = {
        output.alias: str(output.pieces[0].tensor)
        for each in plan.signatures
        for output in each.outputs
        if each.name == signature
    }
    notes = tuple(
        _note(
            "output-left-out", tensors[alias], f"the output '{alias}' of '{signature}' is left out: {reason}"
        )
        for alias, reason in reasons.items()
    )
    signatures = tuple(_less(each, reasons) if each.name == signature else each for each in plan.signatures)
    return _again(replace(plan, hazards=(*plan.hazards, *notes)), signatures)


def _less(signature: SignaturePlan, aliases: Collection[str]) -> SignaturePlan:
    return replace(signature, outputs=tuple(each for each in signature.outputs if each.alias not in aliases))


def without_signatures(plan: MigrationPlan, reasons: Mapping[str, str]) -> MigrationPlan:
    """The plan without these signatures, with a hazard that says why of each; a step goes with what begins it."""
    step, whole = plan.step, dict(reasons)
    if step is not None and {step.name, START} & whole.keys():
        reason = whole.get(step.name) or whole[START]
        whole |= {name: reason for name in (step.name, START) if name in plan.signature_names}
        plan = replace(plan, no_step=reason)
    notes = tuple(
        _note("signature-left-out", "", f"the signature '{name}' is left out: {reason}")
        for name, reason in whole.items()
    )
    signatures = tuple(each for each in plan.signatures if each.name not in whole)
    return _again(replace(plan, hazards=(*plan.hazards, *notes)), signatures)


def _note(code: HazardCode, node: str, reason: str) -> Note:
    return Note(
        code, node, reason, "if it matters, name it with --signature: then it has to come out the same"
    )


def _again(plan: MigrationPlan, signatures: tuple[SignaturePlan, ...]) -> MigrationPlan:
    """The plan with these signatures, and nothing said of others."""
    names = {each.name for each in signatures}
    given = {
        (each.name, piece.tensor) for each in signatures for output in each.outputs for piece in output.pieces
    }
    candidates = tuple(
        replace(each, signatures=tuple(name for name in each.signatures if (name, each.tensor) in given))
        for each in plan.candidates
    )
    batch, time = (_sizes_of(each, names) for each in (plan.batch, plan.time))
    return replace(plan, signatures=signatures, candidates=candidates, batch=batch, time=time)


def _sizes_of(free: FreeSizePlan | None, names: Collection[str]) -> FreeSizePlan | None:
    if free is None:
        return None
    return replace(free, axes={name: axes for name, axes in free.axes.items() if name in names})
