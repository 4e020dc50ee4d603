"""What a Keras file says of its model: layers, inputs, outputs and weights, before anything is built."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tf1compat.graph.attributes import DType, Shape


@dataclass(frozen=True)
class StoredWeight:
    """An array of a layer, under the name that Keras gave to its variable."""

    name: str
    dtype: DType
    shape: Shape

    @property
    def elements(self) -> int:
        return math.prod(each or 0 for each in self.shape.dims or ())


@dataclass(frozen=True)
class KerasLayer:
    """A layer: its class, its name, the layers that it reads and those that read it.

    `shape`: of what is fed to it, where the file states that. `attributes`: what its configuration says, in JSON.
    """

    kind: str
    name: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    shape: Shape | None = None
    weights: tuple[StoredWeight, ...] = ()
    trainable: bool = True
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def parameters(self) -> int:
        return sum(each.elements for each in self.weights)


@dataclass(frozen=True)
class KerasInput:
    """What the model is fed with, by the name that Keras gives to its placeholder."""

    name: str
    dtype: DType
    shape: Shape


@dataclass(frozen=True)
class CodeNeeded:
    """A layer that Keras cannot make by itself: its class or a function is not of Keras, or its code is in the file.

    `name`: what is needed; `in_file`: whether the file has it as Python bytecode.
    """

    layer: str
    name: str
    in_file: bool = False


@dataclass(frozen=True)
class KerasDescription:
    """A Keras model as its files describe it; `outputs` names the layers that give its outputs."""

    keras_version: str
    backend: str
    layers: tuple[KerasLayer, ...]
    inputs: tuple[KerasInput, ...]
    outputs: tuple[str, ...]
    code_needed: tuple[CodeNeeded, ...] = ()
