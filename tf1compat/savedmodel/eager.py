"""Eager execution, wherever the caller stands: old projects call from inside a v1 graph or session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tf1compat.errors import Tf1CompatError
from tf1compat.savedmodel.private import eager_mode


@contextmanager
def eagerly() -> Iterator[None]:
    """What is inside runs eagerly, also within `with graph.as_default()`.

    Raises Tf1CompatError in a program that has turned TensorFlow 2's behaviour off.
    """
    import tensorflow as tf

    if not tf.compat.v1.control_flow_v2_enabled():
        raise Tf1CompatError(
            "TensorFlow 2's behaviour is turned off in this program (tf.compat.v1.disable_v2_behavior() or "
            "disable_control_flow_v2()); write and run TF2 SavedModels in a program without that call"
        )
    with eager_mode():
        yield
