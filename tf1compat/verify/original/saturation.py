"""Outputs that are the same whatever goes in, so that comparing them proves little."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from tf1compat.graph.attributes import Array
from tf1compat.verify.reloaded.fresh import Answer


def constant_outputs(answers: Iterable[Answer]) -> frozenset[str]:
    """The outputs of floating numbers that tell nothing apart: one row throughout, or saturated at -1, 0 and 1."""
    values: dict[str, list[Array]] = {}
    for alias, value in chain.from_iterable(each.outputs.items() for each in answers if each.error is None):
        if value.dtype.kind == "f" and value.size:
            values.setdefault(alias, []).append(value.reshape(-1, value.shape[-1] if value.ndim else 1))
    return frozenset(alias for alias, found in values.items() if _is_constant(found))


def _is_constant(found: Sequence[Array]) -> bool:
    if len({each.shape[1] for each in found}) == 1:
        rows = np.concatenate(found)
        if len(rows) > 1 and bool(np.all((rows == rows[0]) | (np.isnan(rows) & np.isnan(rows[0])))):
            return True
    return all(bool(np.all(np.isin(each, (-1.0, 0.0, 1.0)))) for each in found)
