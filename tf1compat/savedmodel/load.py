"""A migrated model, loaded: run like a Session by aliases, without the source files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.errors import FeedError, SourceError, nearest, reason_of
from tf1compat.graph.attributes import Array
from tf1compat.savedmodel.eager import eagerly


@dataclass(frozen=True)
class LoadedSignature:
    """One entry point. Call it with arrays by alias; it gives arrays by alias.

    `inputs` and `outputs` are `tf.TensorSpec`s by alias (None for an unknown dimension).
    """

    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    function: Any

    def __call__(self, **feeds: Any) -> dict[str, Array]:
        """Run it; raises FeedError naming the alias whose value is missing, unknown or does not fit."""
        import tensorflow as tf

        self._check_names(feeds)
        with eagerly():
            tensors = {alias: self._tensor(tf, alias, value) for alias, value in feeds.items()}
            try:
                results = self.function(**tensors)
            except tf.errors.OpError as error:
                raise FeedError(f"signature '{self.name}': {reason_of(error)}") from error
            return {alias: results[alias].numpy() for alias in self.outputs}

    def _check_names(self, feeds: Mapping[str, Any]) -> None:
        unknown = [name for name in feeds if name not in self.inputs]
        missing = [name for name in self.inputs if name not in feeds]
        if unknown:
            hint = nearest(unknown[0], self.inputs)
            raise FeedError(
                f"signature '{self.name}' has no input '{unknown[0]}'{hint or _listed(self.inputs)}"
            )
        if missing:
            spec = self.inputs[missing[0]]
            raise FeedError(
                f"signature '{self.name}' needs a value for '{missing[0]}' ({spec.dtype.name} {spec.shape})"
            )

    def _tensor(self, tf: Any, alias: str, value: Any) -> Any:
        spec = self.inputs[alias]
        try:
            tensor = tf.constant(value, spec.dtype)
        except (TypeError, ValueError) as error:
            array = np.asarray(value, dtype=object if isinstance(value, str) else None)
            raise FeedError(f"'{alias}' is {spec.dtype.name}, found {array.dtype}") from error
        if not spec.shape.is_compatible_with(tensor.shape):
            raise FeedError(f"'{alias}' has the shape {spec.shape}, found {tensor.shape}")
        return tensor


def _listed(names: Mapping[str, Any]) -> str:
    return f"; it has {', '.join(map(repr, names))}" if names else "; it has no inputs"


class MigratedModel:
    """A SavedModel that was written by `migrate`, run by aliases: `model.run(["probabilities"], {"x": batch})`."""

    def __init__(self, directory: str | Path) -> None:
        import tensorflow as tf

        self.path = Path(directory)
        if not (self.path / "saved_model.pb").is_file():
            raise SourceError(
                f"'{directory}' is not a SavedModel directory: there is no saved_model.pb in it"
            )
        try:
            #: What `tf.saved_model.load` gives.
            with eagerly():
                self.saved_model = tf.saved_model.load(str(self.path))
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise SourceError(f"'{directory}' cannot be loaded: {reason_of(error)}") from error
        self.signatures: Mapping[str, LoadedSignature] = MappingProxyType(_signatures(self.saved_model))

    @property
    def variables(self) -> tuple[Any, ...]:
        """The `tf.Variable`s, under their TF1 names."""
        return tuple(getattr(self.saved_model, "variables", ()))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those that the author trained."""
        return tuple(getattr(self.saved_model, "trainable_variables", ()))

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The class names in the order of the output neurons; None for a model without labels."""
        labels = getattr(self.saved_model, "labels", None)
        if labels is None:
            return None
        with eagerly():
            return tuple(each.decode() for each in labels().numpy())

    def predict(self, signature: str, feeds: Mapping[str, Any]) -> dict[str, Array]:
        """All outputs of one signature by alias; raises FeedError."""
        return self._signature(signature)(**feeds)

    def run(
        self, fetches: Any, feeds: Mapping[str, Any] | None = None, *, signature: str | None = None
    ) -> Any:
        """Like `Session.run`, by aliases: a list for a list, a dict for a dict, an array for one alias.

        Without `signature`, the first one is taken that has all the outputs and exactly the inputs.
        Raises FeedError.
        """
        given = dict(feeds or {})
        wanted = _flat(fetches)
        chosen = self._signature(signature) if signature is not None else self._fitting(wanted, given)
        unknown = [alias for alias in wanted if alias not in chosen.outputs]
        if unknown:
            hint = nearest(unknown[0], chosen.outputs) or _listed(chosen.outputs)
            raise FeedError(f"signature '{chosen.name}' has no output '{unknown[0]}'{hint}")
        return _arranged(fetches, chosen(**given))

    def _signature(self, name: str) -> LoadedSignature:
        if name not in self.signatures:
            hint = nearest(name, self.signatures) or _listed(self.signatures).replace("inputs", "signatures")
            raise FeedError(f"'{self.path}' has no signature '{name}'{hint}")
        return self.signatures[name]

    def _fitting(self, wanted: Sequence[str], feeds: Mapping[str, Any]) -> LoadedSignature:
        by_outputs = [each for each in self.signatures.values() if set(wanted) <= set(each.outputs)]
        exact = [each for each in by_outputs if set(each.inputs) == set(feeds)]
        return (exact or by_outputs or list(self.signatures.values()))[0]


def _signatures(loaded: Any) -> dict[str, LoadedSignature]:
    """`serving_default` first; then the others, from the signatures or, in a model that was loaded and saved again
    (which keeps only the default one), from the functions of the same names."""
    functions = dict(loaded.signatures)
    for name in dir(loaded):
        concrete = getattr(getattr(loaded, name), "concrete_functions", None)
        if concrete and not name.startswith("_") and name not in functions and _gives_aliases(concrete[0]):
            functions[name] = concrete[0]
    names = sorted(functions, key=lambda name: (name != "serving_default", name))
    return {name: _signature(name, functions[name]) for name in names}


def _gives_aliases(function: Any) -> bool:
    return isinstance(function.structured_outputs, Mapping)


def _signature(name: str, function: Any) -> LoadedSignature:
    positional, keywords = function.structured_input_signature
    inputs = {spec.name: spec for spec in positional} | dict(keywords)
    return LoadedSignature(name, inputs, dict(function.structured_outputs), function)


def _flat(fetches: Any) -> list[str]:
    if isinstance(fetches, str):
        return [fetches]
    if isinstance(fetches, Mapping):
        return [alias for each in fetches.values() for alias in _flat(each)]
    if isinstance(fetches, Sequence):
        return [alias for each in fetches for alias in _flat(each)]
    raise FeedError(f"a fetch is an alias or a list or dict of them, found {type(fetches).__name__}")


def _arranged(fetches: Any, results: Mapping[str, Array]) -> Any:
    if isinstance(fetches, str):
        return results[fetches]
    if isinstance(fetches, Mapping):
        return {key: _arranged(each, results) for key, each in fetches.items()}
    return type(fetches)(_arranged(each, results) for each in fetches)
