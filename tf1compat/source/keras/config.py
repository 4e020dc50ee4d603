"""The configuration of a Keras model, walked: every object that Keras would make of it, and the layer that it is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: The classes whose configuration lists layers.
CONTAINERS = frozenset({"Sequential", "Model", "Functional", "Graph"})


@dataclass(frozen=True)
class Described:
    """An object of the configuration: its class, its own configuration, and the layer that it is, or is in."""

    class_name: str
    config: Any
    layer: str
    entry: Mapping[str, Any]


def objects(value: Any, layer: str = "") -> Iterator[Described]:
    """Every object in a configuration, outer ones first; one that is no layer is said to be in the layer around it."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each, layer)
    elif isinstance(value, dict):
        class_name = value.get("class_name")
        if isinstance(class_name, str):
            layer = name_of(value) or layer
            yield Described(class_name, value.get("config"), layer, value)
        for each in value.values():
            yield from objects(each, layer)


def name_of(entry: Mapping[str, Any]) -> str:
    """The name of a layer: as a graph of layers lists it, else its own; empty for what has none."""
    config = entry.get("config")
    names = (entry.get("name"), config.get("name") if isinstance(config, dict) else None)
    return next((each for each in names if isinstance(each, str)), "")


def layers_of(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The layers of a model, as they are listed; of what is no model, none."""
    config = entry.get("config")
    listed = config.get("layers", []) if isinstance(config, dict) else config
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def changed(value: Any, change: Any) -> Any:
    """A configuration in which `change`, given each object from the inside out, says what stands in its place."""
    if isinstance(value, list):
        return [changed(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    inside = {key: changed(each, change) for key, each in value.items()}
    return change(inside) if isinstance(inside.get("class_name"), str) else inside
