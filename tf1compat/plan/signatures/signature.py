"""Signatures as users write them: `NAME(alias=tensor, ...) -> alias=tensor, ...`, or the same as a value."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tf1compat.errors import PlanError, UnknownNameError
from tf1compat.names import TensorRef, leaf

_FORM = re.compile(
    r"\s*(?P<name>[A-Za-z_]\w*)\s*\((?P<inputs>[^()]*)\)\s*->\s*(?P<outputs>.+?)\s*\Z", re.DOTALL
)
#: Names that the parameters of a `tf.function` cannot have: it would take itself for a method.
_RESERVED = frozenset({"self"})
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Signature:
    """One entry point: tensor names by alias. The `:0` of a tensor name may be left out.

    An input may be any tensor of the graph, not only a placeholder: the graph is cut there.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


def parse_signature(text: str) -> tuple[str, Signature]:
    """Read the text form; an alias that is left out is the node's last path component.

    Raises PlanError for anything else, and for an alias that is given twice.
    """
    match = _FORM.match(text)
    if match is None:
        raise PlanError(
            [f"'{text}' is not a signature; write NAME(alias=tensor, ...) -> alias=tensor, ..., "
             "for instance: serving_default(x=x:0) -> probabilities=Softmax:0"]
        )  # fmt: skip
    inputs = _bindings(match["inputs"], match["name"])
    return match["name"], Signature(inputs, _bindings(match["outputs"], match["name"]))


def _bindings(text: str, signature: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        alias, equals, tensor = part.partition("=")
        tensor = (tensor if equals else alias).strip()
        alias = alias.strip() if equals else alias_of(tensor)
        if alias in found:
            raise PlanError([f"signature '{signature}': the alias '{alias}' is given twice"])
        found[alias] = tensor
    return found


def alias_of(tensor: str) -> str:
    """The alias that a tensor name gives by itself: its node's last path component, as an identifier."""
    try:
        name = leaf(TensorRef.parse(tensor).node)
    except UnknownNameError as error:
        raise PlanError([str(error)]) from error
    return plain_alias(name)


def plain_alias(text: str) -> str:
    """`text` with every character that an alias may not hold replaced."""
    plain = re.sub(r"\W", "_", text, flags=re.ASCII)
    plain = plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"
    return plain + "_" if keyword.iskeyword(plain) or plain in _RESERVED else plain


def alias_problem(alias: str) -> str | None:
    """What is wrong with an alias, or None: it becomes a keyword argument of the signature."""
    if not _ALIAS.match(alias) or keyword.iskeyword(alias) or alias in _RESERVED:
        return f"'{alias}' cannot be an alias; use letters, digits and '_', no Python keyword, and not 'self'"
    return None
