"""What a walk knows of operands: all that the rules of `ops.axes` may ask."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tf1compat.analysis.constants import constant
from tf1compat.analysis.shapes.dimensions import has_symbol, size_of
from tf1compat.analysis.shapes.sizes import integers_of, vector_of
from tf1compat.analysis.shapes.walk import Vector, Walk
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.axes import AxisMap, Origin, SizeOf, axes_of
from tf1compat.ops.families import TILE


@dataclass(frozen=True)
class Known:
    """The facts of one walk."""

    walk: Walk

    def rank(self, ref: TensorRef) -> int | None:
        """The number of axes of a tensor."""
        return self.walk.rank(ref)

    def size(self, ref: TensorRef, axis: int) -> int | None:
        """How many entries the author had along an axis; None for a symbol of one, which is no axis of one entry."""
        dims = self.walk.of(ref)
        dim = dims[axis] if dims is not None and axis < len(dims) else None
        found = None if dim is None else size_of(dim, self.walk.numbers)
        return None if found == 1 and has_symbol(dim) else found

    def constant(self, ref: TensorRef) -> Array | None:
        """The value of a tensor that cannot be anything else, whatever is fed."""
        value = constant(self.walk.graph, ref)
        return integers_of(self.walk, ref) if value is None else value

    def is_size(self, sizes: TensorRef, entry: int, ref: TensorRef, axis: int) -> bool:
        """Whether an entry of a tensor of sizes is how many entries another tensor has along an axis."""
        vector, dims = vector_of(self.walk, sizes), self.walk.of(ref)
        if vector is None or dims is None or entry >= len(vector) or axis >= len(dims):
            return False
        return vector[entry] is not None and vector[entry] == dims[axis]

    def count(self, ref: TensorRef) -> int | None:
        """How many sizes a tensor of sizes holds."""
        vector = vector_of(self.walk, ref)
        if vector is not None:
            return len(vector)
        dims = self.walk.of(ref)
        if dims == ():
            return 1
        return size_of(dims[0], {}) if dims is not None and len(dims) == 1 and dims[0] is not None else None


def axis_map(walk: Walk, node: Node) -> AxisMap | None:
    """What a node does to the axes of its operands, as far as a walk knows them."""
    found = axes_of(node, Known(walk))
    if found is None or node.op not in TILE:
        return found
    times = vector_of(walk, node.inputs[1]) or ()
    outputs = tuple(
        None if each is None else tuple(_once(origin, times) for origin in each) for each in found.outputs
    )
    return replace(found, outputs=outputs)


def _once(origin: Origin, times: Vector) -> Origin:
    """What is repeated once is as it was."""
    once = (
        isinstance(origin.size, SizeOf) and origin.size.entry < len(times) and times[origin.size.entry] == ()
    )
    return Origin("equal", origin.of) if once and origin.kind == "repeated" else origin
