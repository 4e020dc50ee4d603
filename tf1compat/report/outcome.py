"""The exit status that a command's result stands for."""

from __future__ import annotations

from tf1compat.plan.model import MigrationPlan
from tf1compat.report.inspection import Inspection
from tf1compat.report.migration import MigrationResult
from tf1compat.report.prediction import Prediction
from tf1compat.verify.comparison import Comparison

DONE, NOT_GOOD = 0, 1

Result = Inspection | MigrationPlan | MigrationResult | Comparison | Prediction


def exit_code(result: Result) -> int:
    """0 where the result is good; 1 where it differs, is not proven, or a plan cannot be carried out yet."""
    return DONE if _is_good(result) else NOT_GOOD


def _is_good(result: Result) -> bool:
    if isinstance(result, Comparison):
        return result.passed
    if isinstance(result, MigrationPlan):
        return not result.blockers
    if isinstance(result, MigrationResult):
        return result.output is not None and (result.comparison is None or result.comparison.passed)
    return True
