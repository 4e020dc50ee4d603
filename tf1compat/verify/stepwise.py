"""Whether steps of one, each given the state of the step before, come to what one run of all of them comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.plan.model import AxesPlan, SignaturePlan, StepPlan
from tf1compat.verify.compare import difference, missing
from tf1compat.verify.comparison import CaseResult, OutputDifference
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.judge import Moves, Tolerance
from tf1compat.verify.reloaded.fresh import Answer

Ask = Callable[[Sequence[Case]], list[Answer]]


def stepwise(
    signature: SignaturePlan,
    ran: Iterable[Case],
    ask: Ask,
    tolerance: Tolerance,
    moves: Moves,
    drawn: frozenset[str] = frozenset(),
) -> CaseResult | None:
    """The comparison on the longest of the cases that the original ran; None where no case has several steps.

    A model that gives `drawn` outputs goes another way with every step, and is not compared.
    """
    step = signature.step
    if step is None or drawn or not _is_open(signature, step):
        return None
    cases = [each for each in ran if each.signature == signature.name and not each.is_empty]
    case = max(cases, key=lambda each: (_length(step, each), _examples(step, each)), default=None)
    if case is None or _length(step, case) < 2:
        return None
    return _compared(step, _full(step, case), ask, tolerance, moves)


def _is_open(signature: SignaturePlan, step: StepPlan) -> bool:
    """Whether the number of steps is left to whoever feeds them."""
    shapes = {each.alias: each.shape.dims for each in signature.inputs}
    timed = [each for each in step.inputs if each.time is not None]
    dims = ((shapes[each.alias], each.time) for each in timed)
    return bool(timed) and all(shape is None or time is None or shape[time] is None for shape, time in dims)


def _length(step: StepPlan, case: Case) -> int:
    """How many steps a case has: as many as the shortest of the sequences that are stepped together."""
    timed = (each for each in step.inputs if each.time is not None)
    return min(
        (case.feeds[each.alias].shape[each.time] for each in timed if each.time is not None), default=0
    )


def _examples(step: StepPlan, case: Case) -> int:
    return max(
        (case.feeds[each.alias].shape[each.batch] for each in step.inputs if each.batch is not None),
        default=0,
    )


def _full(step: StepPlan, case: Case) -> Case:
    """The case with every sequence of one length: no lengths below it, and no ids that mark padding."""
    length = _length(step, case)
    feeds = dict(case.feeds)
    for each in step.inputs:
        value = feeds[each.alias]
        if each.counts:
            feeds[each.alias] = np.full_like(value, length)
        elif each.time is not None:
            value = np.take(value, np.arange(length), each.time)
            whole = value.dtype.kind in "iu"
            feeds[each.alias] = np.maximum(value, min(1, value.max())) if whole else value
    return Case(case.signature, case.name, MappingProxyType(feeds))


def _compared(step: StepPlan, case: Case, ask: Ask, tolerance: Tolerance, moves: Moves) -> CaseResult:
    length = _length(step, case)
    name = f"{length} steps of one against one run of {length} ({case.name})"
    (whole,) = ask([case])
    answers = list(_answers(step, case, ask))
    error = next((each.error for each in (whole, *answers) if each.error is not None), None)
    if error is not None:
        return CaseResult(case.signature, name, failure=error, with_itself=True)
    outputs = [each.outputs for each in answers]
    moved: Mapping[str, Array] = {}
    found = _differences(step, case.signature, whole, outputs, tolerance, moved)
    if not all(each.passed for each in found):
        moved = moves(case, whole, False)
        found = _differences(step, case.signature, whole, outputs, tolerance, moved)
    return CaseResult(case.signature, name, found, with_itself=True)


def _answers(step: StepPlan, case: Case, ask: Ask) -> Iterator[Answer]:
    """The answers to the steps one after another, up to the first that fails."""
    states: Mapping[str, Array] = {each.alias: case.feeds[each.alias] for each in step.states}
    for number in range(_length(step, case)):
        feeds = {**case.feeds, **_one_step(step, case, number), **states}
        (answer,) = ask([Case(case.signature, f"step {number}", feeds)])
        yield answer
        if answer.error is not None or any(alias not in answer.outputs for alias in states):
            return
        states = {alias: answer.outputs[alias] for alias in states}


def _one_step(step: StepPlan, case: Case, number: int) -> dict[str, Array]:
    found = {}
    for each in step.inputs:
        value = case.feeds[each.alias]
        if each.counts:
            found[each.alias] = np.ones_like(value)
        elif each.time is not None:
            found[each.alias] = np.take(value, [number], each.time)
    return found


def _differences(
    step: StepPlan, signature: str, whole: Answer, outputs: Sequence[Mapping[str, Array]],
    tolerance: Tolerance, moved: Mapping[str, Array],
) -> tuple[OutputDifference, ...]:  # fmt: skip
    return tuple(
        _difference(step, alias, value, outputs, tolerance.of(signature, alias), moved.get(alias))
        for alias, value in whole.outputs.items()
    )


def _difference(
    step: StepPlan, alias: str, whole: Array, outputs: Sequence[Mapping[str, Array]],
    tolerance: tuple[float, float], moved: Array | None,
) -> OutputDifference:  # fmt: skip
    if any(alias not in each for each in outputs):
        return missing(alias, whole)
    axes = next((each for each in step.outputs if each.alias == alias), None)
    return difference(alias, whole, together(axes, [each[alias] for each in outputs]), *tolerance, moved)


def together(axes: AxesPlan | None, values: Sequence[Array]) -> Array:
    """What the steps give, in the form in which one run of all gives it."""
    if axes is None or axes.time is None:
        return values[-1]
    if not axes.flat:
        return np.concatenate(values, axes.time)
    stacked: Array = np.stack(values, axes.time)
    return stacked.reshape((-1, *stacked.shape[2:]))
