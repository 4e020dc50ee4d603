"""What the toolkit costs against what a user would do without it: `python -m benchmarks [MODEL]`.

Each line is a ratio measured in one run, the two sides in turn, so that a machine whose speed drifts does not decide.
The ratio is the median of the pairs' ratios; below 1 the toolkit is faster.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from tabulate import tabulate

MODEL = Path(__file__).parent.parent / "fixtures" / "char_rnn" / "tf1.15.5"
PAIRS = 5

#: How users look into a checkpoint without the toolkit: import the graph with TensorFlow, list its operations.
_BY_HAND = """
import sys
import tensorflow as tf
with tf.Graph().as_default() as graph:
    tf.compat.v1.train.import_meta_graph(sys.argv[1] + "/model.meta")
for operation in graph.get_operations():
    if operation.type in ("Placeholder", "Exit", "Softmax"):
        print(operation.name, operation.type, [output.shape for output in operation.outputs])
"""


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Median seconds of each side, and the median of the pairs' ratios; one call of each goes before."""
    ours()
    theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(PAIRS)]
    mine, other = zip(*pairs, strict=True)
    return statistics.median(mine), statistics.median(other), statistics.median(a / b for a, b in pairs)


def command(*arguments: str) -> Callable[[], object]:
    """A whole process, its output read and thrown away."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def looking_into(model: Path) -> tuple[float, float, float]:
    """`tf1compat inspect` against a script that imports the graph with TensorFlow."""
    return compared(command("-m", "tf1compat", "inspect", str(model)), command("-c", _BY_HAND, str(model)))


def running(model: Path, length: int, batch: int, *, jit: bool) -> tuple[float, float, float]:
    """The migrated model against the original graph in a `tf.compat.v1` Session, one call of `length` steps."""
    import tf1compat

    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder, tf1compat.restore(model) as legacy:
        migrated = tf1compat.load(
            str(tf1compat.migrate(model, Path(folder) / "migrated", verify=False, jit=jit).output)
        )
        inputs = migrated.signatures["serving_default"].inputs
        feeds = {
            "x": random.normal(size=(length, batch, inputs["x"].shape[-1])).astype(np.float32),
            "init_state": random.normal(size=(2, batch, inputs["init_state"].shape[-1])).astype(np.float32),
        }
        (rnn,) = legacy.rnns.values()
        return compared(
            lambda: migrated.run(["probabilities", "rnn_state_c", "rnn_state_h"], feeds),
            lambda: legacy.run(["probabilities", *rnn.final_state], feeds),
        )


def main() -> None:
    """Print the table."""
    model = Path(sys.argv[1]) if len(sys.argv) > 1 else MODEL
    rows = [("inspect, against import_meta_graph in a script", *looking_into(model))]
    for length, batch in ((1, 1), (50, 16), (200, 32)):
        for jit in (False, True):
            title = f"{length} steps, batch {batch}{', --jit' if jit else ''}, against a v1 Session"
            rows.append((title, *running(model, length, batch, jit=jit)))
    print(tabulate(rows, headers=("what", "ours, s", "theirs, s", "ratio"), floatfmt=".4g"))


if __name__ == "__main__":
    main()
