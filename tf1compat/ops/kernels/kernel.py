"""The form of a kernel, and what kernels share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TypeAlias

from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.ops.registry import attribute

Values: TypeAlias = Sequence[Array]
Kernel: TypeAlias = Callable[[Node, Values], Array | tuple[Array, ...]]
#: How many entries a constant may be computed to have; no shape, order, table or mask that authors write has as many.
MOST_ENTRIES = 2**24


def integer(node: Node, name: str) -> int:
    """The value of an int attribute, or its default."""
    value = attribute(node, name)
    return value if isinstance(value, int) else 0


def integers(node: Node, name: str) -> tuple[int, ...]:
    """The value of a `list(int)` attribute, or its default."""
    value = attribute(node, name)
    return tuple(each for each in value if isinstance(each, int)) if isinstance(value, tuple) else ()


def sizes(value: Array) -> tuple[int, ...]:
    """The sizes that a tensor of integers says; raises ValueError where a tensor of them is too large to compute."""
    found = tuple(int(each) for each in value.ravel())
    if prod(found) > MOST_ENTRIES:
        raise ValueError(f"a constant of {prod(found)} entries is not computed")
    return found
