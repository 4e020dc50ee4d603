"""Comparison: how far the reloaded model is from the original, output by output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Literal

from tf1compat.verify.coverage import Coverage

#: What a comparison comes to: nothing that was not compared is the same, nor does it differ.
Verdict = Literal["same", "differs", "not proven"]
#: The model's list of labels, compared like an output; it proves nothing of the network.
ALL_CLASSES = "all_classes"


@dataclass(frozen=True)
class OutputDifference:
    """One output in one case. Differences are None where dtype or shape differ: nothing can be subtracted."""

    alias: str
    expected_dtype: str
    found_dtype: str
    expected_shape: tuple[int, ...]
    found_shape: tuple[int, ...]
    largest_absolute: float | None  # max |found - expected|; NaN where only one side is NaN
    largest_relative: float | None  # max |found - expected| / |expected| over expected != 0
    excess: float | None  # max(|found - expected| - atol - rtol * |expected|); NaN fails
    drawn: bool = False  # at random or by the clock: type, shape and finiteness alone were compared
    original_moves: float | None = (
        None  # where it differs beyond the tolerance: by how much the original itself moves
    )

    @property
    def passed(self) -> bool:
        same = self.expected_dtype == self.found_dtype and self.expected_shape == self.found_shape
        return same and self.excess is not None and self.excess <= 0

    @property
    def has_values(self) -> bool:
        """Whether there was a value to compare."""
        return prod(self.expected_shape) > 0

    @property
    def proves(self) -> bool:
        """Whether values that the network computed were compared: some, and none of them drawn."""
        return self.has_values and not self.drawn and self.alias != ALL_CLASSES


@dataclass(frozen=True)
class CaseResult:
    """One feed of one signature. `refused`: why the original itself did not run it, else None."""

    signature: str
    case: str  # "batch 3, time 7"
    outputs: tuple[OutputDifference, ...] = ()
    refused: str | None = None
    failure: str | None = None  # the original ran, the migrated model did not: why
    with_itself: bool = False  # the migrated model was compared with itself, not with the original
    apart: bool = (
        False  # an empty batch that the migrated model refuses, and that nobody fed: it decides nothing
    )

    @property
    def passed(self) -> bool:
        return self.failure is None and all(each.passed for each in self.outputs)


@dataclass(frozen=True)
class Unproven:
    """A signature of which no value was compared with the original's, and why."""

    signature: str
    reason: Literal["refused", "empty", "drawn"]
    outputs: tuple[str, ...] = ()  # those that are drawn at random
    refusal: str = ""  # the original's own words, where it refused the first case


@dataclass(frozen=True)
class Comparison:
    """All cases; `passed` needs of each signature a value that was compared with the original's.

    Where none can be, as all its outputs are drawn at random, these must be among `allow_random`.
    """

    cases: tuple[CaseResult, ...]
    rtol: float
    atol: float
    reference: str  # what was run as the original: "original graph", or what had to be replaced in it
    seed: int
    tensorflow_version: str
    allow_random: tuple[str, ...] = ()
    coarse: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # outputs in a type of fewer digits
    coverage: tuple[Coverage, ...] = ()
    is_given: bool = False  # what it was compared with are outputs that the user gave

    @property
    def compared(self) -> tuple[CaseResult, ...]:
        return tuple(case for case in self.cases if case.refused is None and not case.apart)

    @property
    def verdict(self) -> Verdict:
        """What all cases come to."""
        if not all(case.passed for case in self.compared):
            return "differs"
        return "same" if self.cases and not self.unproven else "not proven"

    @property
    def passed(self) -> bool:
        return self.verdict == "same"

    @property
    def unproven(self) -> tuple[Unproven, ...]:
        """The signatures of which nothing was compared; one that failed is disproved, and not among them."""
        found = (self._unproven(name) for name in dict.fromkeys(case.signature for case in self.cases))
        return tuple(each for each in found if each is not None)

    def _unproven(self, signature: str) -> Unproven | None:
        cases = [each for each in self.cases if each.signature == signature]
        ran = [each for each in cases if each.refused is None and not (each.with_itself or each.apart)]
        outputs = [output for case in ran for output in case.outputs]
        if not all(case.passed for case in ran) or any(each.proves for each in outputs):
            return None
        if not ran:
            return Unproven(
                signature, "refused", refusal=next(filter(None, (each.refused for each in cases)), "")
            )
        drawn = dict.fromkeys(each.alias for each in outputs if each.drawn)
        if drawn and drawn.keys() <= set(self.allow_random):
            return None
        return Unproven(signature, "drawn" if drawn else "empty", tuple(drawn))

    @property
    def drawn(self) -> tuple[str, ...]:
        """The outputs whose values were not compared, as they differ from run to run."""
        found = (each.alias for case in self.compared for each in case.outputs if each.drawn)
        return tuple(dict.fromkeys(found))

    @property
    def largest_absolute(self) -> float:
        """The largest absolute difference of all outputs; infinity where shapes or dtypes differ."""
        found = [
            float("inf") if each.largest_absolute is None else each.largest_absolute
            for case in self.compared
            for each in case.outputs
            if not (each.drawn and each.passed)
        ]
        return max(found, default=0.0)
