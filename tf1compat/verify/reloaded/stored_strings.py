"""Strings in a form that an array file keeps whole: arrays of bytes lose the zeros at the ends of theirs."""

from __future__ import annotations

import numpy as np

from tf1compat.graph.attributes import Array


def marked(strings: Array) -> Array:
    """The strings of an object array, each with a byte more behind it, in an array that needs no pickling."""
    return np.array([each + b"." for each in strings.ravel().tolist()], np.bytes_).reshape(strings.shape)


def unmarked(stored: Array) -> Array:
    """The strings that were marked."""
    found = np.array([each[:-1] for each in stored.ravel().tolist()], object)
    return found.reshape(stored.shape)
