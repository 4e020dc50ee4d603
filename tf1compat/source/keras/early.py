"""Configurations of Keras 1 in the words of Keras 2.

Source: keras/legacy/interfaces.py of Keras 2.2.4, which says for each layer what its arguments were called before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tf1compat.source.keras.config import layers_of

_CLASSES: Mapping[str, str] = {
    "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D",
    "Deconvolution2D": "Conv2DTranspose", "SeparableConvolution2D": "SeparableConv2D",
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "border_mode": "padding", "subsample": "strides", "subsample_length": "strides", "bias": "use_bias", "p": "rate",
    "nb_filter": "filters", "filter_length": "kernel_size", "pool_length": "pool_size", "stride": "strides",
    "inner_activation": "recurrent_activation", "dropout_W": "dropout", "dropout_U": "recurrent_dropout",
    "sigma": "stddev", "atrous_rate": "dilation_rate", "length": "size",
}  # fmt: skip
#: How weights began and were kept, which has no part in what is computed, and how a product is laid out.
_LEFT = frozenset(
    {
        "init", "inner_init", "forget_bias_init", "W_regularizer", "b_regularizer", "U_regularizer", "W_constraint",
        "b_constraint", "U_constraint", "weights", "consume_less", "mode", "gamma_init", "beta_init",
        "activity_regularizer", "batch_input_dtype", "output_shape_type", "nb_row", "nb_col", "dim_ordering",
        "kernel_dim1", "kernel_dim2", "kernel_dim3",
    }
)  # fmt: skip
#: What the size of a layer is called, by its class.
_UNITS = frozenset({"Dense", "TimeDistributedDense", "LSTM", "GRU", "SimpleRNN"})
_LAYOUTS: Mapping[str, str | None] = {"tf": "channels_last", "th": "channels_first", "default": None}
_INPUT, _FED_TYPE, _FED_SHAPE = "InputLayer", "input_dtype", "batch_input_shape"
_MERGE = "Merge"
#: What a merge computes, by its mode.
_MERGES: Mapping[str, str] = {
    "sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum", "dot": "Dot",
}  # fmt: skip


def of_second_version(entry: dict[str, Any]) -> dict[str, Any]:
    """A layer of Keras 1 as Keras 2 describes it; what has no such form is left as it is, and Keras says so."""
    class_name, own = entry["class_name"], entry.get("config")
    if layers_of(entry):
        return _model(entry)
    if not isinstance(own, dict):
        return entry
    if class_name == _MERGE:
        return _merge(entry, own)
    if class_name == "BatchNormalization" and own.get("mode", 0) != 0:
        return {**entry, "class_name": f"BatchNormalization of mode {own['mode']}"}
    config = {_WORDS.get(key, key): value for key, value in own.items() if key not in _LEFT}
    if class_name in _UNITS and "output_dim" in config:
        config["units"] = config.pop("output_dim")
    sides = [
        own[key] for key in ("kernel_dim1", "kernel_dim2", "kernel_dim3", "nb_row", "nb_col") if key in own
    ]
    if sides:
        config["kernel_size"] = sides
    if class_name == _INPUT and _FED_TYPE in config:
        config["dtype"] = config.pop(_FED_TYPE)
    if class_name == "Embedding":
        config.pop("dropout", None)
    layout = _LAYOUTS.get(str(own.get("dim_ordering")))
    if layout is not None:
        config["data_format"] = layout
    return {**entry, "class_name": _CLASSES.get(class_name, class_name), "config": config}


def _model(entry: dict[str, Any]) -> dict[str, Any]:
    """A model whose layers are converted: the type of what a sequence is fed is that of an input before its first."""
    layers = [{**each, "config": dict(each.get("config") or {})} for each in layers_of(entry)]
    first = layers[0]
    fed_type, *_ = (each["config"].pop(_FED_TYPE, None) for each in layers)
    if entry["class_name"] == "Sequential" and fed_type is not None and _FED_SHAPE in first["config"]:
        fed = {
            "name": f"{first['config'].get('name')}_input",
            "dtype": fed_type,
            _FED_SHAPE: first["config"][_FED_SHAPE],
        }
        layers = [{"class_name": _INPUT, "config": fed}, *layers]
    own = entry["config"]
    return {**entry, "config": {**own, "layers": layers} if isinstance(own, dict) else layers}


def _merge(entry: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    kind = _MERGES.get(str(own.get("mode")))
    if kind is None or own.get("mode_type") not in (None, "raw"):
        return {**entry, "class_name": f"Merge of mode {own.get('mode')}"}
    config = {key: own[key] for key in ("name", "trainable") if key in own}
    if kind == "Concatenate":
        config["axis"] = own.get("concat_axis", -1)
    if kind == "Dot":
        config["axes"] = own.get("dot_axes", -1)
    return {**entry, "class_name": kind, "config": config}
