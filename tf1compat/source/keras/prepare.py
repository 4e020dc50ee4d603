"""The configuration as Keras is to build it: for inference, with the layers that run on any machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from tf1compat.source.keras.code import names_of
from tf1compat.source.keras.config import changed, layers_of, name_of
from tf1compat.source.keras.early import of_second_version
from tf1compat.source.keras.known import LAMBDA, LAYERS

#: What a configuration says of how weights begin and are kept: they are read, and training is over.
_BEGINS, _KEPT = "_initializer", ("_regularizer", "_constraint")
#: The layers of cuDNN, and those that compute the same from the same weights, which Keras rearranges as it reads them.
_ANYWHERE: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "CuDNNLSTM": ("LSTM", {"recurrent_activation": "sigmoid", "activation": "tanh"}),
    "CuDNNGRU": ("GRU", {"recurrent_activation": "sigmoid", "activation": "tanh", "reset_after": True}),
}
_FED_SHAPE, _BUILT_SHAPE = "batch_input_shape", "build_input_shape"


def prepared(config: Mapping[str, Any], keras_version: str, given: Collection[str]) -> Mapping[str, Any]:
    """What Keras builds the model of; a Lambda that code is `given` for, by its layer's name, calls that."""
    entry: dict[str, Any] = dict(config)
    if keras_version.startswith("1."):
        entry = changed(entry, of_second_version)
    return _with_input(changed(entry, partial(_for_inference, set(given))))


def _for_inference(given: set[str], entry: dict[str, Any]) -> dict[str, Any]:
    own = entry.get("config")
    if not isinstance(own, dict):
        return entry
    class_name, further = _ANYWHERE.get(entry["class_name"], (entry["class_name"], {}))
    if class_name == LAMBDA and name_of(entry) in given:
        further = {"function": name_of(entry), "function_type": "function"}
    elif class_name in LAYERS and not given & set(names_of(class_name)):
        own = {key: _at_rest(key, value) for key, value in own.items()}
    return {**entry, "class_name": class_name, "config": {**own, **further}}


def _at_rest(key: str, value: Any) -> Any:
    if key.endswith(_BEGINS):
        return "zeros"
    return None if key.endswith(_KEPT) else value


def _with_input(entry: dict[str, Any]) -> dict[str, Any]:
    """The model with the shape that it was fed at its first layer, where tf.keras wrote it beside the layers."""
    own, layers = entry.get("config"), layers_of(entry)
    if not isinstance(own, dict) or own.get(_BUILT_SHAPE) is None or not layers:
        return entry
    first = dict(layers[0])
    config = first.get("config")
    if not isinstance(config, dict) or _FED_SHAPE in config:
        return entry
    first["config"] = {_FED_SHAPE: own[_BUILT_SHAPE], **config}
    return {**entry, "config": {**own, "layers": [first, *layers[1:]]}}
