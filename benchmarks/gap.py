"""How far what was computed is from what TensorFlow 1 computed."""

from __future__ import annotations

from typing import Any

import numpy as np


def gap_between(found: Any, expected: Any) -> float:
    """The largest difference, relative where values are above one; of what are no fractions, the part that differs.

    Infinite for another shape, and where a value is no number on one side alone: no bound may let that pass.
    """
    if found.shape != expected.shape:
        return float("inf")
    if not expected.size:
        return 0.0
    if expected.dtype.kind not in "fc":
        return float(np.mean(found != expected))
    wide = np.result_type(expected.dtype, np.float64)
    with np.errstate(invalid="ignore"):  # of infinities
        apart = np.abs(found.astype(wide) - expected) / np.maximum(1.0, np.abs(expected.astype(wide)))
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    return float(np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart)).max())
