"""Write the graph and the weights of a Keras model, at inference, as a `.meta` and a V2 checkpoint.

    python -m tf1compat.workers.keras_graph REQUEST.json

Keras 3 does not read what Keras 1 and 2 wrote as they read it (cuDNN's weights, `reset_after`, nested layers);
tf_keras does.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

_PREDICT = "tensorflow/serving/predict"


def main() -> None:
    """The model of a request is where the request says."""
    request = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    tf.compat.v1.disable_v2_behavior()
    sys.path += request["places"]
    code = {name: getattr(importlib.import_module(module), name) for module, name in request["code"]}
    values = _values(request, code)
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        model = _model(request, code, session)
        for variable, value in zip(model.weights, values, strict=True):
            variable.load(value, session)
        _write(model, session, request["prefix"])


def _values(request: Mapping[str, Any], code: Mapping[str, Any]) -> list[Any]:
    """The weights as Keras reads them, in a graph of their own: reading leaves nodes behind."""
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        model = _model(request, code, session)
        model.load_weights(request["weights"])
        return list(session.run(model.weights))


def _model(request: Mapping[str, Any], code: Mapping[str, Any], session: Any) -> Any:
    import tf_keras

    if request["allow_lambda"]:
        tf_keras.src.saving.serialization_lib.enable_unsafe_deserialization()
    backend = tf_keras.src.backend
    backend.set_session(session)
    backend.set_learning_phase(0)
    with tf_keras.utils.custom_object_scope(code):
        model = tf_keras.models.model_from_config(request["config"], code)
    if not model.inputs:
        raise ValueError("the file does not say of what shape the model's input is")
    return model


def _write(model: Any, session: Any, prefix: str) -> None:
    graph = session.graph
    trainable = graph.get_collection_ref(tf.compat.v1.GraphKeys.TRAINABLE_VARIABLES)
    trainable[:] = model.trainable_weights
    saver = tf.compat.v1.train.Saver({each.op.name: each for each in model.weights})
    saver.save(session, prefix, write_meta_graph=False, write_state=False)
    described = tf.compat.v1.train.export_meta_graph(
        graph=graph, saver_def=saver.saver_def, clear_devices=True, strip_default_attrs=False
    )
    info = tf.compat.v1.saved_model.utils.build_tensor_info
    described.signature_def["serving_default"].CopyFrom(
        tf.compat.v1.saved_model.signature_def_utils.build_signature_def(
            {name: info(each) for name, each in zip(model.input_names, model.inputs, strict=True)},
            {name: info(each) for name, each in zip(model.output_names, model.outputs, strict=True)},
            _PREDICT,
        )
    )
    Path(f"{prefix}.meta").write_bytes(described.SerializeToString())


if __name__ == "__main__":
    main()
