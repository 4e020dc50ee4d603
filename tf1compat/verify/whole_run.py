"""A step, again and again from the state that the original begins with, against the original's one run of all steps.

The original runs at its own size; the migrated model takes one step at a time of as many examples, and where it takes
any number of them, of one example alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from tf1compat.analysis.shapes.dimensions import Dims
from tf1compat.graph.attributes import Array
from tf1compat.names import TensorRef
from tf1compat.plan.model import AxesPlan, MigrationPlan, OutputBinding, Piece, SignaturePlan, StepPlan
from tf1compat.plan.stepping.start import START
from tf1compat.verify.compare import difference, likeness
from tf1compat.verify.comparison import CaseResult, OutputDifference
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.judge import Moves, Tolerance
from tf1compat.verify.original.batches import Rows, is_run_whole, rows_of
from tf1compat.verify.reloaded.fresh import Answer
from tf1compat.verify.stepwise import together

#: The signature, of the original alone, that gives what a step begins with for the data of a whole run.
BEGIN = "initial_states"
Run = Callable[[Case], Answer]


def begin_signature(plan: MigrationPlan) -> SignaturePlan | None:
    """What the original starts with, as outputs of its own whole run; None where nothing is computed."""
    if plan.step is None or plan.step.step is None or not plan.signatures:
        return None
    bound = {each.alias: each for each in plan.step.inputs}
    starts = [(each.alias, each.start) for each in plan.step.step.states if each.start is not None]
    outputs = tuple(
        OutputBinding(alias, (Piece((), start),), bound[alias].dtype, bound[alias].shape, "state")
        for alias, start in starts
    )
    outputs = (*outputs, *_computed(plan))
    return SignaturePlan(BEGIN, plan.signatures[0].inputs, outputs) if outputs else None


def _computed(plan: MigrationPlan) -> tuple[OutputBinding, ...]:
    """What the first application of an unrolled network begins with, where that is computed from the data: its step
    is the last application, so that nothing else can be held against the original."""
    if plan.step is None or plan.step.step is None or plan.step.step.application is None:
        return ()
    return next((each.outputs for each in plan.signatures if each.name == START), ())


@dataclass(frozen=True)
class _Whole:
    """A whole run of the original, and the outputs of the examples that steps are held against."""

    case: Case
    answer: Answer
    outputs: Mapping[str, Array]


@dataclass(frozen=True)
class WholeRuns:
    """Holds steps against whole runs.

    `layout`: the dimensions of the step's outputs, by alias. `begin`: the original's initial states for a case.
    `moves`: how far the original's own answers to a whole run move.
    """

    plan: MigrationPlan
    layout: Mapping[str, Dims]
    begin: Run
    ask: Callable[[Sequence[Case]], list[Answer]]
    tolerance: Tolerance
    drawn: frozenset[str]
    moves: Moves

    def results(self, tried: Iterable[tuple[Case, Answer]]) -> tuple[CaseResult, ...]:
        """The comparison on the longest of the whole runs that the original took.

        Where no state is known to begin with there is none; a step that is run in no other way is not proven then.
        """
        found = self._longest(tried)
        states = None if found is None else self._states(found[0])
        if found is None or states is None:
            missed = "there is no run of the original from a known state to hold it against"
            nothing = CaseResult(self._signature.name, "step by step", refused=missed)
            return () if is_run_whole(self._signature) else (nothing,)
        return tuple(self._of_run(*found, states))

    def _of_run(self, case: Case, whole: Answer, states: Mapping[str, Array]) -> Iterator[CaseResult]:
        length, examples = self._length(case), self._examples(case)
        name = f"{length} steps of one against the original's run of {length}"
        yield self._compared(case, _Whole(case, whole, whole.outputs), states, f"{name}, {examples} examples")
        if self._takes_any_batch and examples > 1:
            yield self._one_example(case, whole, states, f"{name}, one example alone")

    def shorter(self, tried: Iterable[tuple[Case, Answer]]) -> tuple[CaseResult, ...]:
        """Half of the steps of the longest whole run, where the model takes any number: what came of them alone."""
        found, default = self._longest(tried), self.plan.signatures[0].name
        if found is None or self.plan.time is None or default not in self.plan.time.axes:
            return ()
        case, whole = found
        length = self._length(case)
        steps = range(length // 2)
        feeds = {
            **case.feeds,
            **{alias: _until(axes, case.feeds[alias], steps) for alias, axes in self._cut(case)},
        }
        name = f"the first {len(steps)} of {length} steps alone"
        (answer,) = self.ask([Case(default, name, MappingProxyType(feeds))])
        if answer.error is not None:
            return (CaseResult(default, name, failure=answer.error),)
        both = (
            each.alias
            for each in self._step.outputs
            if each.time is not None and each.alias in whole.outputs and each.alias in answer.outputs
        )
        axes = {each.alias: each for each in self._step.outputs}
        outputs = tuple(
            self._difference(
                alias,
                _until(axes[alias], whole.outputs[alias], steps, length),
                answer.outputs[alias],
                None,
            )
            for alias in both
        )
        return (CaseResult(default, name, outputs),)

    def _cut(self, case: Case) -> Iterator[tuple[str, AxesPlan]]:
        inputs = (each for each in self._step.inputs if each.time is not None or each.counts)
        return ((each.alias, each) for each in inputs if each.alias in case.feeds)

    @property
    def _signature(self) -> SignaturePlan:
        assert self.plan.step is not None
        return self.plan.step

    @property
    def _step(self) -> StepPlan:
        assert self._signature.step is not None
        return self._signature.step

    @property
    def _timed(self) -> list[AxesPlan]:
        return [each for each in self._step.inputs if each.time is not None]

    @property
    def _takes_any_batch(self) -> bool:
        return self.plan.batch is not None and self._signature.name in self.plan.batch.axes

    def _longest(self, tried: Iterable[tuple[Case, Answer]]) -> tuple[Case, Answer] | None:
        default = self.plan.signatures[0].name
        ran = [
            (case, answer)
            for case, answer in tried
            if case.signature == default
            and answer.error is None
            and not case.is_empty
            and self._length(case) > 1
        ]
        return max(ran, key=lambda pair: self._rank(pair[0]), default=None)

    def _rank(self, case: Case) -> tuple[int, bool, int]:
        """Long runs first, and of these one of the original's own size: for another, it has no states to begin with."""
        examples = self._examples(case)
        own = self.plan.batch is None or examples == self.plan.batch.size
        return self._length(case), own, examples

    def _length(self, case: Case) -> int:
        """How many steps a case has; 0 where the sequences that are stepped together are not of one length."""
        sizes = {
            case.feeds[each.alias].shape[each.time]
            for each in self._timed
            if each.alias in case.feeds and each.time is not None
        }
        return sizes.pop() if len(sizes) == 1 else 0

    def _examples(self, case: Case) -> int:
        sizes = (
            case.feeds[each.alias].shape[each.batch]
            for each in self._step.inputs
            if each.batch is not None and each.alias in case.feeds
        )
        return max(sizes, default=0)

    def _states(self, case: Case) -> dict[str, Array] | None:
        """The state before the first step: what the run was given, and what the original starts with."""
        computed = begin_signature(self.plan)
        answer = self.begin(Case(BEGIN, case.name, case.feeds)) if computed is not None else Answer({})
        given = {each.alias: case.feeds[each.alias] for each in self._step.states if each.alias in case.feeds}
        states = {**answer.outputs, **given}
        known = answer.error is None and all(each.alias in states for each in self._step.states)
        return states if known else None

    # ---------------------------------------------------------------------------------------- step by step

    def _compared(self, case: Case, whole: _Whole, states: Mapping[str, Array], name: str) -> CaseResult:
        answers = list(self._answers(self._full(case), states))
        error = next((each.error for each in answers if each.error is not None), None)
        if error is not None:
            return CaseResult(self._signature.name, name, failure=error)
        outputs = [each.outputs for each in answers]
        found = tuple(self._differences(whole, outputs, {}))
        for weights in (False, True):
            if not all(each.passed or each.drawn for each in found):
                moved = self.moves(whole.case, whole.answer, weights)
                found = tuple(self._differences(whole, outputs, moved))
        return CaseResult(self._signature.name, name, found)

    def _full(self, case: Case) -> Mapping[str, Array]:
        known = {each.alias for each in self._signature.inputs}
        return {alias: value for alias, value in case.feeds.items() if alias in known}

    def _answers(self, feeds: Mapping[str, Array], states: Mapping[str, Array]) -> Iterator[Answer]:
        length = next(feeds[each.alias].shape[each.time] for each in self._timed if each.time is not None)
        state = dict(states)
        for number in range(length):
            given = {**feeds, **self._of_step(feeds, number), **state}
            (answer,) = self.ask([Case(self._signature.name, f"step {number}", MappingProxyType(given))])
            yield answer
            if answer.error is not None or any(alias not in answer.outputs for alias in state):
                return
            state = {alias: answer.outputs[alias] for alias in state}

    def _of_step(self, feeds: Mapping[str, Array], number: int) -> dict[str, Array]:
        found = {}
        for each in self._step.inputs:
            if each.counts:
                counted = np.asarray(feeds[each.alias])
                found[each.alias] = np.clip(counted, number, number + 1).astype(counted.dtype) - number
            elif each.time is not None:
                found[each.alias] = np.take(feeds[each.alias], [number], each.time)
        return found

    def _differences(
        self, whole: _Whole, outputs: Sequence[Mapping[str, Array]], moved: Mapping[str, Array]
    ) -> Iterator[OutputDifference]:
        """The outputs that both have, of one tensor under one alias."""
        default = {each.alias: _pieces(each) for each in self.plan.signatures[0].outputs}
        axes = {each.alias: each for each in self._step.outputs}
        for output in self._signature.outputs:
            alias, same = output.alias, default.get(output.alias) == _pieces(output)
            if same and alias in whole.outputs and all(alias in each for each in outputs):
                found = together(axes.get(alias), [each[alias] for each in outputs])
                own = moved.get(alias)
                if own is not None and own.shape != whole.outputs[alias].shape:
                    own = self._row(whole.case, alias, own)
                yield self._difference(alias, whole.outputs[alias], found, own)

    def _difference(self, alias: str, expected: Array, found: Array, own: Array | None) -> OutputDifference:
        if alias in self.drawn:
            return likeness(alias, expected, found)
        return difference(alias, expected, found, *self.tolerance.of(self._signature.name, alias), own)

    def _one_example(self, case: Case, whole: Answer, states: Mapping[str, Array], name: str) -> CaseResult:
        """The same of the first example, the others left out."""
        axes = {} if self.plan.batch is None else self.plan.batch.axes[self._signature.name]
        feeds = {alias: _first(value, axes.get(alias)) for alias, value in case.feeds.items()}
        begun = {alias: _first(value, axes.get(alias)) for alias, value in states.items()}
        rows = {alias: self._row(case, alias, each) for alias, each in whole.outputs.items()}
        outputs = {alias: value for alias, value in rows.items() if value is not None}
        first = Case(case.signature, case.name, MappingProxyType(feeds))
        return self._compared(first, _Whole(case, whole, outputs), begun, name)

    def _row(self, case: Case, alias: str, value: Array) -> Array | None:
        rows = rows_of(self.layout.get(alias), value, self._examples(case))
        return None if rows is None else rows.taken(value, 0, 1)


def _pieces(output: OutputBinding) -> tuple[tuple[tuple[int, ...], TensorRef], ...]:
    return tuple((each.index, each.tensor) for each in output.pieces)


def _until(axes: AxesPlan, value: Array, steps: range, length: int = 0) -> Array:
    """The first steps of what lies along time; of lengths, none beyond them."""
    if axes.counts:
        return np.minimum(value, len(steps))
    assert axes.time is not None
    if not axes.flat:
        return np.take(value, steps, axes.time)
    rows = len(value) // length
    apart = value.reshape(((rows, length) if axes.time else (length, rows)) + value.shape[1:])
    return np.take(apart, steps, axes.time).reshape((-1, *value.shape[1:]))


def _first(value: Array, axis: int | None) -> Array:
    return value if axis is None else Rows(axis, 1, 1).taken(value, 0, 1)
