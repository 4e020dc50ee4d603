"""Shared libraries that hold ops of the author's own, loaded into this process."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import tensorflow as tf

from tf1compat.errors import RestoreError, reason_of


def load_op_libraries(paths: Iterable[str | Path]) -> None:
    """The ops of these libraries are registered; raises RestoreError for one that this TensorFlow cannot load."""
    for path in paths:
        try:
            tf.load_op_library(str(path))
        except (tf.errors.OpError, RuntimeError, OSError) as error:
            raise RestoreError(
                f"the op library '{path}' cannot be loaded by TensorFlow {tf.__version__}: {reason_of(error)}; "
                "build it against this TensorFlow"
            ) from error
