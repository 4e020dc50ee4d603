"""The one place where TensorFlow's private names are used, each with the reason."""

from __future__ import annotations

from typing import Any


def op_definition(op: str) -> Any:
    """The registered OpDef of an op, or None.

    Private, because no public name tells an op's output names, which FunctionDefs spell out
    (tensorflow/core/framework/function.proto), nor the defaults of its attributes.
    """
    from tensorflow.python.framework import op_def_registry

    return op_def_registry.get(op)


def eager_mode() -> Any:
    """A context manager inside which operations run eagerly.

    Private, because the public `tf.init_scope` does not lift out of a `tf.Graph` that a user entered, which is
    where the programs of TF1 users stand.
    """
    from tensorflow.python.eager import context

    return context.eager_mode()
