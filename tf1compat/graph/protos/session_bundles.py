"""The signatures of a session bundle: messages of TensorFlow Serving's first manifest, described here.

Source: tensorflow/contrib/session_bundle/manifest.proto, of TensorFlow 0.12 to 1.x. All fields are messages, numbered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

COLLECTION = "serving_signatures"
_PACKAGE = "tf1compat.serving"
_MANY = "*"
#: The fields of each message, as `name type`; a `map<string, X>` is a list of entries with a key and a value.
_MESSAGES: Mapping[str, tuple[str, ...]] = {
    "TensorBinding": ("tensor_name string",),
    "RegressionSignature": ("input TensorBinding", "output TensorBinding"),
    "ClassificationSignature": ("input TensorBinding", "classes TensorBinding", "scores TensorBinding"),
    "BindingEntry": ("key string", "value TensorBinding"),
    "GenericSignature": ("map BindingEntry*",),
    "Signature": (
        "regression_signature RegressionSignature", "classification_signature ClassificationSignature",
        "generic_signature GenericSignature",
    ),
    "SignatureEntry": ("key string", "value Signature"),
    "Signatures": ("default_signature Signature", "named_signatures SignatureEntry*"),
}  # fmt: skip


def _signatures_message() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="tf1compat/session_bundle_manifest.proto", package=_PACKAGE, syntax="proto3"
    )
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, fields in _MESSAGES.items():
        made = file.message_type.add(name=name)
        for number, text in enumerate(fields, start=1):
            title, kind = text.split()
            added = made.field.add(name=title, number=number, label=kinds.LABEL_OPTIONAL)
            if kind.endswith(_MANY):
                added.label = kinds.LABEL_REPEATED
            if kind == "string":
                added.type = kinds.TYPE_STRING
            else:
                added.type, added.type_name = kinds.TYPE_MESSAGE, f".{_PACKAGE}.{kind.removesuffix(_MANY)}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Signatures"))


_SIGNATURES = _signatures_message()


@dataclass(frozen=True)
class Served:
    """What one signature takes and gives: tensor names by alias."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)


def served_by(collection: Any, is_fed: Callable[[str], bool]) -> dict[str, Served]:
    """The signatures of a bundle by name, in the words that TensorFlow turned them into when SavedModels came.

    The default is `serving_default`; the pair of named ones `inputs` and `outputs` is `predict`, or the default where
    there is none. A list of tensors that says nothing of them is told apart by what is fed.
    """
    found: dict[str, Served] = {}
    for each in collection.any_list.value:
        manifest = _SIGNATURES()
        try:
            manifest.ParseFromString(each.value)
        except message.DecodeError:
            continue
        named = {entry.key: entry.value for entry in manifest.named_signatures}
        if manifest.HasField("default_signature"):
            found["serving_default"] = _served(manifest.default_signature, is_fed)
        if {"inputs", "outputs"} <= named.keys():
            pair = [_bindings(named.pop(side).generic_signature) for side in ("inputs", "outputs")]
            found["predict" if _is_whole(found.get("serving_default")) else "serving_default"] = Served(*pair)
        found.update((name, _served(signature, is_fed)) for name, signature in sorted(named.items()))
    return {name: each for name, each in found.items() if _is_whole(each)}


def _is_whole(served: Served | None) -> bool:
    return served is not None and bool(served.inputs) and bool(served.outputs)


def _served(signature: Any, is_fed: Callable[[str], bool]) -> Served:
    if signature.HasField("regression_signature"):
        each = signature.regression_signature
        return Served(_named(inputs=each.input), _named(outputs=each.output))
    if signature.HasField("classification_signature"):
        each = signature.classification_signature
        return Served(_named(inputs=each.input), _named(classes=each.classes, scores=each.scores))
    every = _bindings(signature.generic_signature)
    fed = {alias: name for alias, name in every.items() if is_fed(name)}
    return Served(fed, {alias: name for alias, name in every.items() if alias not in fed})


def _named(**bindings: Any) -> dict[str, str]:
    return {alias: each.tensor_name for alias, each in bindings.items() if each.tensor_name}


def _bindings(generic: Any) -> dict[str, str]:
    return {
        entry.key: entry.value.tensor_name for entry in sorted(generic.map, key=lambda each: str(each.key))
    }
