"""A Keras model described by its configuration and the shapes of its weights; nothing is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from tf1compat.graph.attributes import DType, Shape
from tf1compat.source.keras.code import code_needed
from tf1compat.source.keras.config import layers_of, name_of
from tf1compat.source.keras.description import KerasDescription, KerasInput, KerasLayer
from tf1compat.source.keras.hdf5 import KerasFile

_INPUT = "InputLayer"
_SHAPE = "batch_input_shape"
#: Of a configuration, what is told otherwise, or has no part in what the layer computes.
_UNTOLD = frozenset(
    {"name", "trainable", "dtype", "layers", "layer", "function", "defaults", "closure", _SHAPE}
)
_TRAINING = ("_initializer", "_regularizer", "_constraint")


def described(file: KerasFile, config: Mapping[str, Any], given: tuple[str, ...] = ()) -> KerasDescription:
    """The model of a configuration, with the weights of a file; `given`: the code that the user has, by name."""
    listed = layers_of(config)
    reads = dict(_reads(config, listed))
    fed = tuple(_inputs(config, listed))
    return KerasDescription(
        file.keras_version,
        file.backend,
        tuple(_layer(each, reads, file) for each in listed),
        fed,
        _outputs(config, listed),
        code_needed(config, given),
    )


def _layer(entry: Mapping[str, Any], reads: Mapping[str, tuple[str, ...]], file: KerasFile) -> KerasLayer:
    name, own = name_of(entry), _own(entry)
    told = {
        key: value
        for key, value in own.items()
        if key not in _UNTOLD and not key.endswith(_TRAINING) and value is not None
    }
    return KerasLayer(
        str(entry.get("class_name", "")),
        name,
        reads.get(name, ()),
        tuple(other for other, read in reads.items() if name in read),
        _shape(own),
        file.weights.get(name, ()),
        own.get("trainable", True) is not False,
        MappingProxyType(told),
    )


def _own(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    own = entry.get("config")
    return own if isinstance(own, dict) else {}


def _shape(own: Mapping[str, Any]) -> Shape | None:
    stated = own.get(_SHAPE)
    if not isinstance(stated, list) or not all(each is None or isinstance(each, int) for each in stated):
        return None
    return Shape(tuple(stated))


def _reads(
    config: Mapping[str, Any], listed: list[Mapping[str, Any]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The layers that each layer reads."""
    if not _is_sequence(config):
        for each in listed:
            read = dict.fromkeys(_named_in(each.get("inbound_nodes")))
            yield name_of(each), tuple(read)
        return
    before: tuple[str, ...] = ()
    for each in listed:
        yield name_of(each), before
        before = (name_of(each),)


def _is_sequence(config: Mapping[str, Any]) -> bool:
    return not isinstance(config.get("config"), dict) or "output_layers" not in _own(config)


def _named_in(nodes: Any) -> Iterator[str]:
    """The layers in a list of `[name, node, tensor, ...]`, however deep."""
    if isinstance(nodes, dict):
        nodes = list(nodes.values())
    if not isinstance(nodes, list):
        return
    if len(nodes) >= 3 and isinstance(nodes[0], str) and all(isinstance(each, int) for each in nodes[1:3]):
        if nodes[1] >= 0:
            yield nodes[0]
        nodes = nodes[3:]
    for each in nodes:
        yield from _named_in(each)


def _inputs(config: Mapping[str, Any], listed: list[Mapping[str, Any]]) -> Iterator[KerasInput]:
    by_name = {name_of(each): each for each in listed}
    if not _is_sequence(config):
        for name in _named_in(_own(config).get("input_layers")):
            yield _fed(name, _own(by_name.get(name, {})))
    elif listed:
        first = listed[0]
        own = _own(first)
        while own.get(_SHAPE) is None and (layers_of(first) or isinstance(own.get("layer"), dict)):
            first = (layers_of(first) or [own["layer"]])[0]
            own = _own(first)
        name = name_of(listed[0])
        yield _fed(name if listed[0].get("class_name") == _INPUT else f"{name}_input", own)


def _fed(name: str, own: Mapping[str, Any]) -> KerasInput:
    stated = own.get("dtype", own.get("input_dtype"))
    return KerasInput(name, DType(stated if isinstance(stated, str) else "float32"), _shape(own) or Shape())


def _outputs(config: Mapping[str, Any], listed: list[Mapping[str, Any]]) -> tuple[str, ...]:
    if not _is_sequence(config):
        return tuple(_named_in(_own(config).get("output_layers")))
    return (name_of(listed[-1]),) if listed else ()
