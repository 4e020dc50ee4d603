"""What TensorFlow Serving offers a signature as: `tf.saved_model.save` calls every one a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tf1compat.graph.protos.saved_models import with_methods


def set_methods(directory: Path, methods: Mapping[str, str]) -> None:
    """The signatures of a SavedModel have these method names (`tensorflow/serving/classify`)."""
    if not methods:
        return
    path = directory / "saved_model.pb"
    path.write_bytes(with_methods(path.read_bytes(), methods))
