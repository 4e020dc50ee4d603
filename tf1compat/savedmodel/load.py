"""A migrated model, loaded: run like a Session by aliases, without the source files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.errors import FeedError, SourceError, nearest, reason_of
from tf1compat.graph.attributes import Array
from tf1compat.plan.model import ExampleFeature
from tf1compat.plan.stepping.start import START
from tf1compat.savedmodel.arrays import array_of, tensor_of
from tf1compat.savedmodel.eager import eagerly
from tf1compat.savedmodel.examples import serialized_examples
from tf1compat.savedmodel.record import check_op_libraries, features_of
from tf1compat.savedmodel.start import BATCH_AXES, ZERO_STATE


@dataclass(frozen=True)
class LoadedSignature:
    """One entry point. Call it with arrays by alias; it gives arrays by alias.

    `inputs` and `outputs` are `tf.TensorSpec`s by alias (None for an unknown dimension).
    """

    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    function: Any
    start: StartStates | None = None  # gives the states that are left out
    computed: frozenset[str] = frozenset()  # the states that the signature `start` computes
    #: what the model parses from inputs that are serialized Examples, by alias
    features: Mapping[str, Sequence[ExampleFeature]] = field(default_factory=dict)

    def __call__(self, **feeds: Any) -> dict[str, Array]:
        """Run it; states that are not given begin as the original's do.

        In the place of serialized Examples their features may be given, by key.
        Raises FeedError naming the alias whose value is missing, unknown or does not fit.
        """
        import tensorflow as tf

        if self.start is not None:
            feeds = self.start.completed(feeds, self.inputs)
        feeds = self._with_examples(feeds)
        self._check_names(feeds)
        with eagerly():
            tensors = {alias: self._tensor(alias, value) for alias, value in feeds.items()}
            try:
                results = self.function(**tensors)
            except tf.errors.OpError as error:
                raise FeedError(f"signature '{self.name}': {reason_of(error)}") from error
            return {alias: array_of(results[alias]) for alias in self.outputs}

    def _with_examples(self, feeds: Mapping[str, Any]) -> dict[str, Any]:
        """The feeds with Examples made of those features that are given instead."""
        plain = {name: value for name, value in feeds.items() if name not in self.inputs}
        missing = [alias for alias in self.features if alias not in feeds]
        if len(missing) != 1 or not plain:
            return dict(feeds)
        others = {name: value for name, value in feeds.items() if name not in plain}
        return {**others, missing[0]: serialized_examples(self.features[missing[0]], plain)}

    def takes(self, names: Iterable[str]) -> bool:
        """Whether these are what it takes, features of serialized Examples among them."""
        keys = {each.key for features in self.features.values() for each in features}
        return bool(keys) and set(names) <= keys | set(self.inputs)

    def _check_names(self, feeds: Mapping[str, Any]) -> None:
        unknown = [name for name in feeds if name not in self.inputs]
        missing = [name for name in self.inputs if name not in feeds]
        if unknown:
            hint = nearest(unknown[0], self.inputs)
            raise FeedError(
                f"signature '{self.name}' has no input '{unknown[0]}'{hint or _listed(self.inputs)}"
            )
        if missing:
            begun = self.start.aliases if self.start is not None else ()
            missing.sort(key=lambda name: name in begun)
            spec = self.inputs[missing[0]]
            hint = f"; the signature '{START}' computes it" if missing[0] in self.computed else ""
            raise FeedError(
                f"signature '{self.name}' needs a value for '{missing[0]}' ({spec.dtype.name} {spec.shape}){hint}"
            )

    def _tensor(self, alias: str, value: Any) -> Any:
        spec = self.inputs[alias]
        try:
            tensor = tensor_of(value, spec.dtype)
        except (TypeError, ValueError) as error:
            array = np.asarray(value, dtype=object if isinstance(value, str) else None)
            raise FeedError(f"'{alias}' is {spec.dtype.name}, found {array.dtype}") from error
        if not spec.shape.is_compatible_with(tensor.shape):
            raise FeedError(f"'{alias}' has the shape {spec.shape}, found {tensor.shape}")
        return tensor


@dataclass(frozen=True)
class StartStates:
    """The states with which a step begins, and the axis of the examples in its other inputs."""

    function: Any  # of the batch size
    axes: Mapping[str, int]

    @property
    def aliases(self) -> tuple[str, ...]:
        """The states that it gives."""
        return tuple(self.function.structured_outputs)

    def of(self, batch_size: int) -> dict[str, Array]:
        """The states for so many examples; raises FeedError where there cannot be so many."""
        import tensorflow as tf

        with eagerly():
            try:
                found = self.function(batch_size=tf.constant(batch_size, tf.int32))
            except (tf.errors.OpError, ValueError, TypeError) as error:
                raise FeedError(
                    f"there is no state for a batch of {batch_size!r}: {reason_of(error)}"
                ) from error
            return {alias: array_of(tensor) for alias, tensor in sorted(found.items())}

    def completed(self, feeds: Mapping[str, Any], inputs: Collection[str]) -> dict[str, Any]:
        """The feeds, with those inputs that are states and not given, if others tell how many examples there are."""
        missing = [alias for alias in self.aliases if alias in inputs and alias not in feeds]
        batch = self._batch(feeds)
        states = self.of(batch) if missing and batch is not None else {}
        return {**feeds, **{alias: states[alias] for alias in missing if alias in states}}

    def _batch(self, feeds: Mapping[str, Any]) -> int | None:
        for alias, axis in self.axes.items():
            shape = np.shape(feeds[alias]) if alias in feeds else ()
            if axis < len(shape):
                return int(shape[axis])
        return None


def _listed(names: Mapping[str, Any]) -> str:
    return f"; it has {', '.join(map(repr, names))}" if names else "; it has no inputs"


class MigratedModel:
    """A SavedModel that was written by `migrate`, run by aliases: `model.run(["probabilities"], {"x": batch})`."""

    def __init__(self, directory: str | Path, op_libraries: Iterable[str] = ()) -> None:
        import tensorflow as tf

        self.path = Path(directory)
        if not (self.path / "saved_model.pb").is_file():
            raise SourceError(
                f"'{directory}' is not a SavedModel directory: there is no saved_model.pb in it"
            )
        from tf1compat.restore.op_libraries import load_op_libraries

        given = tuple(op_libraries)
        plan = check_op_libraries(self.path, given)
        load_op_libraries(given)
        try:
            #: What `tf.saved_model.load` gives.
            with eagerly():
                self.saved_model = tf.saved_model.load(str(self.path))
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise SourceError(f"'{directory}' cannot be loaded: {reason_of(error)}") from error
        self._start = _start_of(self.saved_model)
        features = features_of(plan)
        found = {
            name: replace(each, features=features.get(name, {}))
            for name, each in _signatures(self.saved_model, self._start).items()
        }
        self.signatures: Mapping[str, LoadedSignature] = MappingProxyType(found)

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

    def zero_state(self, batch_size: int) -> dict[str, Array]:
        """The states with which the original begins, for so many examples, by the aliases of `step`.

        Raises FeedError where the model has no such state.
        """
        if self._start is None:
            raise FeedError(
                f"'{self.path}' has no zero_state: it carries no state that a batch size is enough for"
            )
        return self._start.of(batch_size)

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
        by_features = [each for each in by_outputs if each.takes(feeds)]
        return (exact or by_features or by_outputs or list(self.signatures.values()))[0]


def _start_of(loaded: Any) -> StartStates | None:
    functions = [_only_function(loaded, name) for name in (ZERO_STATE, BATCH_AXES)]
    if None in functions:
        return None
    with eagerly():
        axes = {alias: int(axis) for alias, axis in functions[1]().items()}
    return StartStates(functions[0], axes)


def _only_function(loaded: Any, name: str) -> Any:
    concrete = getattr(getattr(loaded, name, None), "concrete_functions", None)
    return concrete[0] if concrete else None


def _signatures(loaded: Any, start: StartStates | None) -> dict[str, LoadedSignature]:
    """`serving_default` first; then the others, from the signatures or, in a model that was loaded and saved again
    (which keeps only the default one), from the functions of the same names."""
    functions = dict(loaded.signatures)
    for name in dir(loaded):
        concrete = getattr(getattr(loaded, name), "concrete_functions", None)
        is_signature = not name.startswith("_") and name not in (*functions, ZERO_STATE, BATCH_AXES)
        if concrete and is_signature and _gives_aliases(concrete[0]):
            functions[name] = concrete[0]
    names = sorted(functions, key=lambda name: (name != "serving_default", name))
    computed = frozenset(functions[START].structured_outputs) if START in functions else frozenset()
    return {name: _signature(name, functions[name], start, computed) for name in names}


def _gives_aliases(function: Any) -> bool:
    return isinstance(function.structured_outputs, Mapping)


def _signature(
    name: str, function: Any, start: StartStates | None, computed: frozenset[str]
) -> LoadedSignature:
    positional, keywords = function.structured_input_signature
    inputs = {spec.name: spec for spec in positional} | dict(keywords)
    takes = start is not None and any(alias in inputs for alias in start.aliases)
    return LoadedSignature(
        name, inputs, dict(function.structured_outputs), function, start if takes else None, computed
    )


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
