"""What a model can be published without, where a comparison fails: what nobody asked for, so that answers go on."""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.omissions import raw_states, without_outputs, without_signatures
from tf1compat.verify.comparison import CaseResult, Comparison, Unproven

_WORDS = {
    "refused": "the original ran no case of it",
    "empty": "no output of it had a value to compare",
    "drawn": "all that it gives is drawn at random",
}


def lesser_plan(plan: MigrationPlan, comparison: Comparison) -> MigrationPlan | None:
    """The plan less the signatures and raw states that fail; None where an answer fails, or what the user named."""
    if plan.asked or comparison.passed or not plan.signatures:
        return None
    default, unproven = plan.signatures[0].name, {each.signature: each for each in comparison.unproven}
    dropped = {}
    for name in plan.signature_names:
        failed = [case for case in comparison.compared if case.signature == name and not case.passed]
        states = _failed_states(plan, comparison, failed)
        if states:
            plan = without_outputs(plan, name, states)
        elif failed or name in unproven:
            if name == default:
                return None
            dropped[name] = _why_unproven(unproven[name]) if name in unproven else _why(failed[0])
    return without_signatures(plan, dropped) if dropped else plan


def _failed_states(
    plan: MigrationPlan, comparison: Comparison, failed: Iterable[CaseResult]
) -> dict[str, str]:
    """The raw states that differ, each with why, where nothing but them does and something else is proven."""
    cases = list(failed)
    differing = {each.alias: each for case in cases for each in case.outputs if not each.passed}
    name = cases[0].signature if cases else ""
    if not differing or any(case.failure is not None for case in cases):
        return {}
    if not differing.keys() <= raw_states(plan).get(name, frozenset()):
        return {}
    others = (
        each
        for case in comparison.compared
        if case.signature == name and not case.with_itself
        for each in case.outputs
    )
    if not any(each.proves and each.passed and each.alias not in differing for each in others):
        return {}
    return {alias: _by_how_much(each.largest_absolute) for alias, each in differing.items()}


def _why_unproven(unproven: Unproven) -> str:
    refusal = f" ({unproven.refusal})" if unproven.refusal else ""
    return f"it is not proven, as {_WORDS[unproven.reason]}{refusal}"


def _why(case: CaseResult) -> str:
    if case.failure is not None:
        return f"the migrated model did not run it ({case.failure})"
    first = next(each for each in case.outputs if not each.passed)
    return f"'{first.alias}': {_by_how_much(first.largest_absolute)} ({case.case})"


def _by_how_much(largest: float | None) -> str:
    by = "in type or shape" if largest is None else f"by up to {largest:.1e}"
    return f"it differs from what the original gives {by}"
