"""GatherTree computed by numpy, beam by beam: what verification holds the migrated model against.

Source: tensorflow/contrib/seq2seq/kernels/beam_search_ops_gpu.cu.cc. It shares nothing with the form that the
migrated model has.
"""

from __future__ import annotations

import numpy as np

from tf1compat.graph.attributes import Array

_NO_BEAM = -1


def gather_tree(steps: Array, parents: Array, lengths: Array, end: Array | None = None) -> Array:
    """Each beam's ids from first step to last, [steps, batch, beams].

    `lengths` is one for each example; without an end token, as until TF 1.4, one for each beam.
    """
    most, batch, count = steps.shape
    beams = np.full(steps.shape, _NO_BEAM if end is None else end, steps.dtype)
    for example in range(batch):
        for beam in range(count):
            length = max(0, min(most, int(lengths[example] if end is not None else lengths[example, beam])))
            path = _path(steps[:length, example], parents[:length, example], beam)
            beams[:length, example, beam] = path if end is None else _ended(path, int(end))
    return beams


def _path(steps: Array, parents: Array, beam: int) -> list[int]:
    """The ids on the way back from the last step, in the order of the steps."""
    path = []
    for ids, before in zip(steps[::-1], parents[::-1], strict=True):
        known = 0 <= beam < len(ids)
        path.append(int(ids[beam]) if known else _NO_BEAM)
        beam = int(before[beam]) if known else _NO_BEAM
    return path[::-1]


def _ended(path: list[int], end: int) -> list[int]:
    """The path with nothing but the end token after the first; one that led astray as it is."""
    if end not in path or _NO_BEAM in path:
        return path
    first = path.index(end)
    return path[:first] + [end] * (len(path) - first)
