"""Comparison: how far the reloaded model is from the original, output by output."""

from __future__ import annotations

from dataclasses import dataclass


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

    @property
    def passed(self) -> bool:
        same = self.expected_dtype == self.found_dtype and self.expected_shape == self.found_shape
        return same and self.excess is not None and self.excess <= 0


@dataclass(frozen=True)
class CaseResult:
    """One feed of one signature. `refused`: why the original itself did not run it, else None."""

    signature: str
    case: str  # "batch 3, time 7"
    outputs: tuple[OutputDifference, ...] = ()
    refused: str | None = None
    failure: str | None = None  # the original ran, the migrated model did not: why

    @property
    def passed(self) -> bool:
        return self.failure is None and all(each.passed for each in self.outputs)


@dataclass(frozen=True)
class Comparison:
    """All cases; `passed` needs at least one case of each signature that really was compared."""

    cases: tuple[CaseResult, ...]
    rtol: float
    atol: float
    reference: str  # what was run as the original: "original graph", or what had to be replaced in it
    seed: int
    tensorflow_version: str

    @property
    def compared(self) -> tuple[CaseResult, ...]:
        return tuple(case for case in self.cases if case.refused is None)

    @property
    def passed(self) -> bool:
        named = {case.signature for case in self.cases}
        tried = {case.signature for case in self.compared if case.outputs}
        return bool(tried) and named == tried and all(case.passed for case in self.compared)

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
