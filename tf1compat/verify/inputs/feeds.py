"""The user's own values, brought to the signatures' inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from tf1compat.errors import FeedError, UnknownNameError, nearest
from tf1compat.graph.attributes import Array, DType
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, OutputBinding, SignaturePlan
from tf1compat.verify.inputs.cases import GIVEN, Case

#: One side of a signature.
Binding = TypeVar("Binding", InputBinding, OutputBinding)
_DEFAULT = "serving_default"


def given_cases(signatures: tuple[SignaturePlan, ...], feeds: Mapping[str, Any]) -> tuple[Case, ...]:
    """A case for each signature that is fed.

    Keys are aliases or tensor names of `serving_default`'s inputs, `signature/alias`, or the names of
    signatures with such a mapping for each. Raises FeedError for a key that names no input, an input that
    is not fed, and values that do not fit.
    """
    by_name = {each.name: each for each in signatures}
    sorted_out: dict[str, dict[str, Any]] = {}
    for signature, key, value in by_signature(by_name, feeds, lambda signature: signature.inputs):
        sorted_out.setdefault(signature, {})[key] = value
    return tuple(_case(by_name[name], values) for name, values in sorted_out.items())


def by_signature(
    by_name: Mapping[str, SignaturePlan],
    values: Mapping[str, Any],
    side: Callable[[SignaturePlan], Sequence[Binding]],
) -> Iterator[tuple[str, str, Any]]:
    """The signature, key and array of each value, in whichever of its forms it was given."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from ((_known(by_name, key), inner, each) for inner, each in value.items())
            continue
        signature, slash, alias = key.partition("/")
        if slash and signature in by_name and binding_of(side(by_name[signature]), alias) is not None:
            yield signature, alias, value
        else:
            yield _known(by_name, _DEFAULT), key, value


def _known(by_name: Mapping[str, SignaturePlan], signature: str) -> str:
    if signature not in by_name:
        raise FeedError(f"there is no signature '{signature}'{nearest(signature, by_name)}")
    return signature


def binding_of(bindings: Sequence[Binding], key: str) -> Binding | None:
    """The input or output of this alias or tensor name; None where there is none."""
    for each in bindings:
        if each.alias == key:
            return each
    try:
        tensor = TensorRef.parse(key)
    except UnknownNameError:
        return None
    return next((each for each in bindings if each.tensor == tensor), None)


def _case(signature: SignaturePlan, values: Mapping[str, Any]) -> Case:
    arrays: dict[str, Array] = {}
    for key, value in values.items():
        binding = binding_of(signature.inputs, key)
        if binding is None:
            aliases = [each.alias for each in signature.inputs]
            raise FeedError(
                f"'{key}' is no input of the signature '{signature.name}'{nearest(key, aliases)} "
                f"(its inputs are {', '.join(aliases)})"
            )
        arrays[binding.alias] = fitted(binding, value)
    missing = [f"'{each.alias}' ({_wanted(each)})" for each in signature.inputs if each.alias not in arrays]
    if missing:
        raise FeedError(f"the signature '{signature.name}' also needs {', '.join(missing)}")
    return Case(signature.name, GIVEN, MappingProxyType(arrays))


def fitted(binding: InputBinding, value: Any) -> Array:
    """The value as an array of the input's own type; raises FeedError where it does not fit."""
    array = np.asarray(value)
    if array.dtype.kind == "S":  # whose strings have lost the zeros at their ends
        array = np.asarray(value, object)
    cast = _cast(array, binding.dtype)
    if cast is None or not _fits(array.shape, binding.shape.dims):
        given = f"{array.dtype.name} {list(array.shape)}"
        raise FeedError(f"input '{binding.alias}' takes {_wanted(binding)}, but was given {given}")
    return cast


def _wanted(binding: InputBinding) -> str:
    return f"{binding.dtype} {binding.shape}"


def _cast(array: Array, dtype: DType) -> Array | None:
    """The array in another type of the same kind; None where the kinds differ or a value would change."""
    if dtype == "string":
        texts = [each.encode() if isinstance(each, str) else each for each in array.ravel().tolist()]
        are_bytes = all(isinstance(each, bytes) for each in texts)
        return np.array([*texts, b""], object)[:-1].reshape(array.shape) if are_bytes else None
    wanted = dtype.stand_in
    if wanted is None or wanted is np.object_ or array.dtype.kind not in "biufc":
        return None
    both_integers = array.dtype.kind in "iu" and dtype.is_integer
    if not both_integers and not np.can_cast(array.dtype, wanted, "same_kind"):
        return None
    cast: Array = array.astype(wanted)
    return cast if not dtype.is_integer or np.array_equal(cast, array) else None


def _fits(found: tuple[int, ...], wanted: tuple[int | None, ...] | None) -> bool:
    if wanted is None:
        return True
    pairs = zip(found, wanted, strict=False)
    return len(found) == len(wanted) and all(want in (None, have) for have, want in pairs)
