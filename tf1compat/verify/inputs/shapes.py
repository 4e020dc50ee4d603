"""Shapes with symbols: which of a graph's unknown dimensions are one, and which must have a size.

Every unknown dimension of an input gets a symbol. A walk from the inputs to the outputs carries the symbols
along, and each op that demands equal sizes (MatMul, Concat, addition, ...) makes its symbols one, or gives
them a size.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tf1compat.graph.attributes import Array, TensorValue
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT, FILL, VARIABLE_HANDLE

#: A size, a symbol, or nothing known.
Dim = int | str | None
#: None for an unknown rank.
Dims = tuple[Dim, ...] | None


@dataclass
class Symbols:
    """Symbols that were found equal to each other or to a size (a union-find)."""

    parent: dict[str, Dim] = field(default_factory=dict)
    at_least: dict[str, int] = field(default_factory=dict)

    def find(self, dim: Dim) -> Dim:
        """The size that a symbol stands for, or the symbol that stands for all its equals."""
        while isinstance(dim, str) and self.parent.get(dim) is not None:
            dim = self.parent[dim]
        return dim

    def unify(self, first: Dim, second: Dim) -> None:
        """Note that two dimensions are equal; what is already known stays."""
        first, second = self.find(first), self.find(second)
        if first is None or second is None or first == second:
            return
        if isinstance(first, str):
            self.parent[first] = second
        elif isinstance(second, str):
            self.parent[second] = first

    def unify_all(self, first: Dims, second: Dims) -> None:
        """Note that two shapes are equal, if their ranks are."""
        if first is not None and second is not None and len(first) == len(second):
            for one, other in zip(first, second, strict=True):
                self.unify(one, other)

    def demand(self, dim: Dim, least: int) -> None:
        """Note that a dimension is this large or larger."""
        dim = self.find(dim)
        if isinstance(dim, str):
            self.at_least[dim] = max(least, self.at_least.get(dim, 0))

    def found(self, dims: Dims) -> Dims:
        """A shape with each symbol replaced by what it stands for."""
        return None if dims is None else tuple(self.find(dim) for dim in dims)


@dataclass
class Walk:
    """The shapes found so far, by tensor."""

    graph: Graph
    symbols: Symbols
    dims: dict[TensorRef, Dims]
    elements: dict[str, Dims] = field(default_factory=dict)  # of TensorArrays, by the node that makes them

    def of(self, ref: TensorRef) -> Dims:
        """The shape of a tensor, as far as it is known."""
        known = self.dims.get(ref)
        if known is None and self.graph.producer(ref).op in VARIABLE_HANDLE:
            return self.graph.producer(ref).shape().dims  # of the variable, not of its handle
        return known if known is not None else self.graph.static_shape(ref).dims

    def constant(self, ref: TensorRef) -> Array | None:
        """The value of a tensor that a constant gives, else None."""
        node = self.graph.producer(resolve(self.graph, ref))
        if node.op in FILL:  # the default strides of `tf.strided_slice`
            sizes, filling = (self.constant(each) for each in node.inputs)
            return None if sizes is None or filling is None else np.broadcast_to(filling, sizes)
        value = node.attrs.get("value")
        return value.array if node.op in CONSTANT and isinstance(value, TensorValue) else None

    def integers(self, ref: TensorRef) -> tuple[int, ...] | None:
        """A constant as a flat tuple of ints, else None."""
        value = self.constant(ref)
        return None if value is None else tuple(int(each) for each in value.ravel())

    def array_node(self, handle: TensorRef) -> str:
        """The node that makes the TensorArray behind a handle."""
        return resolve(self.graph, handle).node
