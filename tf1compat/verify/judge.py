"""The verdict on each case: every output within its tolerance, or as near as the original is to itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.plan.model import LabelPlan
from tf1compat.verify.compare import difference, labelled, likeness, magnitude, missing, name_table
from tf1compat.verify.comparison import ALL_CLASSES, CaseResult, OutputDifference
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.original.nondeterminism import Drawn
from tf1compat.verify.original.precision import TOLERANCE, Coarse
from tf1compat.verify.reloaded.fresh import Answer

#: How far the original's outputs move in a case, with or without its weights; see `original.sensitivity`.
Moves = Callable[[Case, Answer, bool], Mapping[str, Array]]
_NOWHERE: Mapping[str, Array] = MappingProxyType({})


@dataclass(frozen=True)
class Tolerance:
    """Relative and absolute; wider for what is computed in a type of fewer digits."""

    rtol: float
    atol: float
    coarse: Coarse = field(default_factory=dict)

    def of(self, signature: str, alias: str) -> tuple[float, float]:
        """The relative and the absolute tolerance of an output."""
        least = TOLERANCE.get(self.coarse.get(signature, {}).get(alias, ""), 0.0)
        return max(self.rtol, least), max(self.atol, least)


@dataclass(frozen=True)
class Judge:
    """Compares answers."""

    labels: LabelPlan | None
    found_labels: Array | None
    tolerance: Tolerance
    drawn: Drawn
    moves: Moves
    takes_none: frozenset[str] = frozenset()  # the signatures whose graphs ask whether there are any examples
    unasked: Mapping[str, frozenset[str]] = field(default_factory=dict)  # raw states that nobody named

    def results(
        self, tried: Iterable[tuple[Case, Answer]], found: Iterator[Answer]
    ) -> tuple[CaseResult, ...]:
        """The result of each case, `found` being the answers to those that the original ran."""
        results: list[CaseResult] = []
        disproved = False
        for case, expected in tried:
            if expected.error:
                results.append(self.refused(case, expected))
            else:
                results.append(self.result(case, expected, next(found), excused=not disproved))
                disproved |= not (results[-1].passed or results[-1].apart)
        return tuple(results)

    def refused(self, case: Case, expected: Answer) -> CaseResult:
        """The result of a case that the original itself does not run."""
        return CaseResult(case.signature, case.name, refused=expected.error)

    def result(self, case: Case, expected: Answer, found: Answer, *, excused: bool = True) -> CaseResult:
        """The result of a case that the original ran.

        Where an output differs, the original's own movement may excuse it; nobody asks for that once one was not.
        """
        if found.error:
            apart = case.is_empty and not case.is_given and case.signature not in self.takes_none
            return CaseResult(case.signature, case.name, failure=found.error, apart=apart)
        outputs = self._outputs(case, expected, found, _NOWHERE)
        moved = _NOWHERE
        for weights in (False, True):
            if excused and any(_is_beyond(each) for each in outputs):
                moved = _farther(moved, self.moves(case, expected, weights))
                outputs = self._outputs(case, expected, found, moved)
        return CaseResult(case.signature, case.name, outputs, failure=self._surplus(expected, found))

    def _outputs(
        self, case: Case, expected: Answer, found: Answer, moved: Mapping[str, Array]
    ) -> tuple[OutputDifference, ...]:
        return (*self._differences(case, expected, found, moved), *self._all_classes(expected))

    def _differences(
        self, case: Case, expected: Answer, found: Answer, moved: Mapping[str, Array]
    ) -> Iterator[OutputDifference]:
        named = self._labelled(case, expected, found, moved)
        drawn = self.drawn.get(case.signature, frozenset())
        if self.labels is not None and self.labels.scores in drawn:
            drawn |= named.keys()
        for alias, value in (expected.outputs | named).items():
            other = found.outputs.get(alias)
            if other is None:
                yield missing(alias, value)
            elif alias in drawn:
                yield likeness(alias, value, other)
            else:
                rtol, atol = self.tolerance.of(case.signature, alias)
                if alias in self.unasked.get(case.signature, ()):
                    atol *= magnitude(value)
                yield difference(alias, value, other, rtol, atol, moved.get(alias))

    def _labelled(
        self, case: Case, expected: Answer, found: Answer, moved: Mapping[str, Array]
    ) -> dict[str, Any]:
        """What the labels add to a signature that yields the scores they name."""
        if self.labels is None or not self.labels.exclusive or self.labels.scores not in expected.outputs:
            return {}
        scores = expected.outputs[self.labels.scores]
        rtol, atol = self.tolerance.of(case.signature, self.labels.scores)
        own = moved.get(self.labels.scores)
        atol += 0.0 if own is None or not own.size else float(np.nan_to_num(own).max())
        added = labelled(scores, self.labels.names, found.outputs.get("class_ids"), rtol, atol)
        return {alias: value for alias, value in added.items() if alias not in expected.outputs}

    def _all_classes(self, expected: Answer) -> Iterator[OutputDifference]:
        """Whether the model's whole list of labels is right, those of classes that no case names included."""
        if self.labels is None or self.labels.scores not in expected.outputs:
            return
        names, found = name_table(self.labels.names), self.found_labels
        if found is None:
            yield missing(ALL_CLASSES, names)
        else:
            yield difference(ALL_CLASSES, names, found, 0.0, 0.0)

    def _surplus(self, expected: Answer, found: Answer) -> str | None:
        known = {*expected.outputs}
        if self.labels is not None and self.labels.exclusive and self.labels.scores in known:
            known |= {"class_ids", "classes"}
        surplus = sorted(found.outputs.keys() - known)
        return f"it also yields what the plan does not name: {', '.join(surplus)}" if surplus else None


def _is_beyond(output: OutputDifference) -> bool:
    """Whether there are two values that differ too much, so that it matters how sure the original is of its own."""
    return not output.passed and not output.drawn and output.excess is not None


def _farther(one: Mapping[str, Array], other: Mapping[str, Array]) -> Mapping[str, Array]:
    return {alias: np.maximum(value, one[alias]) if alias in one else value for alias, value in other.items()}
