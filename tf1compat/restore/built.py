"""A graph that the author's own code builds again, for a checkpoint whose graph is in no file."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tf1compat.errors import RestoreError, SourceError, reason_of

#: The code that builds a graph; it may give the tensors to serve: outputs by alias, or inputs and outputs.
Builder = Callable[[], Any]
#: What building code fails with where it does not fit this release, or has a mistake.
_FAILURES = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError, OSError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip
_NAME = re.compile(r"([\w.]+):(\w+)")


def named_builder(name: str) -> Builder:
    """The function that `module:function` names, looked for in the current folder too; raises SourceError."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise SourceError(f"a builder is given as module:function, not '{name}'")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    _use_legacy_keras()
    try:
        found = getattr(importlib.import_module(parts[1]), parts[2])
    except (ImportError, AttributeError) as error:
        raise SourceError(f"the builder '{name}' cannot be imported: {reason_of(error)}") from error
    if not callable(found):
        raise SourceError(f"the builder '{name}' is no function: {type(found).__name__}")
    return found  # type: ignore[no-any-return]


def built_graph(build: Builder) -> bytes:
    """The MetaGraphDef, serialized, of what a function builds in a `tf.compat.v1` graph; what the function gives to
    serve is the signature `serving_default`.

    Old Keras layers and cells are those of `tf_keras`, as long as TensorFlow was not imported before. Raises
    RestoreError with the reason of the function's own failure.
    """
    _use_legacy_keras()
    import tensorflow as tf

    graph = tf.Graph()
    with graph.as_default():
        try:
            given = build()
        except (*_FAILURES, tf.errors.OpError) as error:
            raise RestoreError(f"the builder failed: {type(error).__name__}: {reason_of(error)}") from error
        saved = tf.compat.v1.global_variables()
        saver = tf.compat.v1.train.Saver().as_saver_def() if saved else None
        meta = tf.compat.v1.train.export_meta_graph(saver_def=saver)
    inputs, outputs = _sides(given)
    if outputs:
        entry = meta.signature_def["serving_default"]
        for side, tensors in ((entry.inputs, inputs), (entry.outputs, outputs)):
            for alias, tensor in tensors.items():
                side[alias].name = getattr(tensor, "name", str(tensor))
    return bytes(meta.SerializeToString(deterministic=True))


def _sides(given: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What a builder gives to serve; nothing where it gives nothing of that kind."""
    if isinstance(given, Mapping):
        return {}, given
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(each, Mapping) for each in given):
        return given
    return {}, {}


def _use_legacy_keras() -> None:
    """`tf.layers` and `rnn_cell` work only with `tf_keras`, which TensorFlow takes if it is asked before its import."""
    if "tensorflow" not in sys.modules and importlib.util.find_spec("tf_keras") is not None:
        os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
