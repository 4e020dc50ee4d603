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
