"""Which dimensions of its inputs a dimension of an op's output equals, by what the op does to axes.

The output's dimension equals all those that are given wherever they are equal among themselves; where they differ
(broadcasting), nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.graph.attributes import Array
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.axes import Origin, axes_of
from tf1compat.ops.axes.elementwise import UNARY
from tf1compat.ops.families import ADD_N, BIAS_ADDITION, REVERSE, RUNNING_SUM, SOFTMAX
from tf1compat.ops.values import known_scalar

_SAME = ("equal", "broadcast", "either")
#: Ops that hand all axes on, also of tensors whose rank the file does not say.
_HANDING_ON = UNARY | SWITCH | BIAS_ADDITION | SOFTMAX | RUNNING_SUM | REVERSE
_MERGING = MERGE | ADD_N


class Dimension(NamedTuple):
    """One axis of a tensor."""

    tensor: TensorRef
    axis: int


def equal_dimensions(graph: Graph, dimension: Dimension) -> tuple[Dimension, ...]:
    """The input dimensions that this one equals; nothing where the op is not known, or the file says too little."""
    node = graph.producer(dimension.tensor)
    found = axes_of(node, _Recorded(graph))
    if found is None:
        return _handed_on(node, dimension.axis)
    index = min(dimension.tensor.index, len(found.outputs) - 1)
    origins = found.outputs[index]
    if origins is None or not 0 <= dimension.axis < len(origins):
        return ()
    return _same(graph, node, origins[dimension.axis])


def _handed_on(node: Node, axis: int) -> tuple[Dimension, ...]:
    if node.op in _MERGING:
        return tuple(Dimension(ref, axis) for ref in node.inputs)
    return (Dimension(node.inputs[0], axis),) if node.op in _HANDING_ON and node.inputs else ()


def _same(graph: Graph, node: Node, origin: Origin) -> tuple[Dimension, ...]:
    """The axes that have the size of one: of those that all agree, the first is enough; of those that are broadcast,
    the ones with more than one entry."""
    if origin.kind not in _SAME:
        return ()
    found = [Dimension(node.inputs[each.operand], each.axis) for each in origin.of]
    if origin.kind == "broadcast":
        if any(graph.static_shape(ref).rank is None for ref in node.inputs):
            return ()
        found = [each for each in found if (graph.static_shape(each.tensor).dims or ())[each.axis] != 1]
    return tuple(found[:1] if origin.kind == "equal" else found)


@dataclass(frozen=True)
class _Recorded:
    """What the file says of operands, for the rules of axes."""

    graph: Graph

    def rank(self, ref: TensorRef) -> int | None:
        return self.graph.static_shape(ref).rank

    def size(self, ref: TensorRef, axis: int) -> int | None:
        dims = self.graph.static_shape(ref).dims
        return dims[axis] if dims is not None and axis < len(dims) else None

    def constant(self, ref: TensorRef) -> Array | None:
        value = constant(self.graph, ref)
        scalar = known_scalar(self.graph, ref) if value is None else None
        return value if scalar is None else np.asarray(scalar)

    def is_size(self, sizes: TensorRef, entry: int, ref: TensorRef, axis: int) -> bool:
        return False

    def count(self, ref: TensorRef) -> int | None:
        dims = self.graph.static_shape(ref).dims
        return 1 if dims == () else dims[0] if dims is not None and len(dims) == 1 else None
