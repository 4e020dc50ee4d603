"""Which layers Keras cannot make without code of others: found before Keras sees the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tf1compat.source.keras.config import CONTAINERS, Described, objects
from tf1compat.source.keras.description import CodeNeeded
from tf1compat.source.keras.known import (
    ACTIVATION_KEYS,
    ACTIVATIONS,
    LAMBDA,
    LAYERS,
    OTHERS,
    is_pure_function,
)

_MODULES = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")


def code_needed(config: Mapping[str, Any], given: Collection[str] = ()) -> tuple[CodeNeeded, ...]:
    """What of a model needs code that is not of Keras, less what is `given` by name; a Lambda, by its layer's name."""
    found = dict.fromkeys(need for each in objects(dict(config)) for need in _needs(each))
    return tuple(each for each in found if not {each.layer, *names_of(each.name)} & set(given))


def names_of(class_name: str) -> tuple[str, str]:
    """The names that a class goes by: as it was registered (`package>Name`), and its own."""
    return class_name, class_name.rpartition(">")[2]


def _needs(described: Described) -> Iterator[CodeNeeded]:
    layer, name = described.layer or described.class_name, described.class_name
    if name == LAMBDA:
        yield CodeNeeded(layer, LAMBDA, in_file=True)
    elif name not in LAYERS | OTHERS | CONTAINERS or not _is_of_keras(described.entry):
        yield CodeNeeded(layer, name)
    config = described.config if isinstance(described.config, dict) else {}
    for key in ACTIVATION_KEYS:
        function = config.get(key)
        if isinstance(function, str) and function not in ACTIVATIONS:
            yield CodeNeeded(layer, function)
    function = config.get("function")
    if (
        name != LAMBDA
        and function is not None
        and not (isinstance(function, str) and is_pure_function(function))
    ):
        yield CodeNeeded(layer, str(function))


def _is_of_keras(entry: Mapping[str, Any]) -> bool:
    """Whether the module that an entry names, if it does, is one of Keras."""
    module = entry.get("module")
    return module is None or (
        isinstance(module, str) and any(f"{module}.".startswith(f"{each}.") for each in _MODULES)
    )


def reason_of_need(needed: CodeNeeded) -> str:
    """What is the matter with a layer."""
    if needed.in_file:
        return f"the layer '{needed.layer}' is a {LAMBDA}, whose code the file holds as Python bytecode"
    return f"the layer '{needed.layer}' needs '{needed.name}', which is not of Keras"


def remedy_of_need(needed: CodeNeeded) -> str:
    """What to do about a layer."""
    if needed.in_file:
        given = f"give its function with --custom-objects MODULE:{needed.layer}"
        return f"{given}, or run what the file holds with --allow {LAMBDA}"
    return f"give it with --custom-objects MODULE:{names_of(needed.name)[1]}"
