"""Whether moving averages still have the values that they began with: then nobody ever ran their updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tf1compat.discovery.findings import Average
from tf1compat.errors import SourceError
from tf1compat.graph.attributes import Array
from tf1compat.source.checkpoints.v2_checkpoint import read_tensor
from tf1compat.source.model import LegacyModel, SavedAs


def untouched_in(model: LegacyModel) -> Callable[[Sequence[Average]], bool]:
    """Tells whether all averages of a normalisation are still means of 0 with variances of 1, or all 0.

    What cannot be read is taken as trained: reading it for good says why.
    """

    def is_untouched(averages: Sequence[Average]) -> bool:
        values = [_value(model, each.variable) for each in averages]
        return (
            bool(values)
            and all(each is not None and _is_initial(each) for each in values)
            and _any_zeros(values)
        )

    return is_untouched


def is_saved_in(model: LegacyModel) -> Callable[[str], bool]:
    """Tells whether a variable's value is in the checkpoint."""
    return lambda variable: _key(model, variable) in model.checkpoint.entries


def _key(model: LegacyModel, variable: str) -> str:
    return model.saved_as.get(variable, SavedAs(variable)).key


def _value(model: LegacyModel, variable: str) -> Array | None:
    try:
        return read_tensor(model.checkpoint, _key(model, variable))
    except (SourceError, OSError):
        return None


def _is_initial(value: Array) -> bool:
    return value.dtype.kind == "f" and value.size > 0 and bool(np.all(value == 0) or np.all(value == 1))


def _any_zeros(values: list[Array | None]) -> bool:
    return any(each is not None and not each.any() for each in values)
