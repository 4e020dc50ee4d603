"""What a consumer gets and gives: a folder a model, and a line a model with the verdict.

Read by every interpreter that a consumer needs, so it is written for Python 3.7 and imports numpy alone.
A folder holds `model/` (a SavedModel), `cases.json` (signature, feeds and golden values by alias, as names of arrays)
and `cases.npz`.
"""

import json
import sys
import traceback
from collections import namedtuple
from pathlib import Path

import numpy as np

TOLERANCE = 1e-5

#: One feed of the TensorFlow 1 session and what it gave, by alias.
Case = namedtuple("Case", "signature feeds expected")


class Model:
    """A migrated model with golden values."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.path = str(self.folder / "model")

    @property
    def cases(self):
        with np.load(str(self.folder / "cases.npz")) as arrays:
            stored = json.loads((self.folder / "cases.json").read_text(encoding="utf-8"))
            return [
                Case(
                    each["signature"],
                    {alias: arrays[key] for alias, key in each["feeds"].items()},
                    {alias: arrays[key] for alias, key in each["expected"].items()},
                )
                for each in stored
            ]

    @property
    def signatures(self):
        return sorted({each.signature for each in self.cases})


class DifferenceError(Exception):
    """A consumer gave other numbers than TensorFlow 1."""


def check(found, case):
    """Raises DifferenceError unless what was found is what the session gave, within 1e-5."""
    for alias, expected in case.expected.items():
        value = np.asarray(found[alias])
        if value.dtype.kind in "OSU":
            _check_strings(alias, value, expected)
        elif value.shape != expected.shape:
            raise DifferenceError("%s has the shape %s, not %s" % (alias, value.shape, expected.shape))
        elif value.dtype != expected.dtype:
            raise DifferenceError("%s is %s, not %s" % (alias, value.dtype, expected.dtype))
        elif not np.allclose(value, expected, rtol=TOLERANCE, atol=TOLERANCE):
            largest = np.abs(value.astype("f8") - expected).max()
            raise DifferenceError("%s differs by %.1e" % (alias, largest))


def _check_strings(alias, value, expected):
    def text(each):
        return each.decode() if isinstance(each, bytes) else str(each)

    if value.shape != expected.shape or list(map(text, value.flat)) != list(map(text, expected.flat)):
        raise DifferenceError("%s differs" % alias)


def main(consumers):
    """Apply `consumers[COLUMN]` to every model folder named on standard input; a line of JSON for each."""
    column, answers = sys.argv[1], Path(sys.argv[2])
    for line in sys.stdin:
        model = Model(line.strip())
        error = _error(consumers[column], model)
        with open(str(answers), "a", encoding="utf-8") as file:
            file.write(json.dumps({"model": model.name, "error": error}) + "\n")


def _error(consumer, model):
    """None, or what went wrong: whatever a consumer raises is its answer, so everything is caught here."""
    try:
        consumer(model)
    except Exception as error:
        traceback.print_exc()
        return "%s: %s" % (type(error).__name__, error)
    return None
