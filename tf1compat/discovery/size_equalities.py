"""What a number that is fed is the size of: an axis of something else that is fed, by the ops that put both together.

range(max_len) < lengths[:, None], times embedded[batch, time, units]   max_len is the second axis of the words
reshape(rows, [batch_size, trace_length, units])                        trace_length is the rows over batch_size
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import prod

from tf1compat.analysis.constants import constant
from tf1compat.analysis.shapes.facts import axis_map
from tf1compat.analysis.shapes.walk import Changes, Walk
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.axes import Axis, Origin, SizeOf
from tf1compat.ops.registry import data_operands

_HANDING_ON = families.TRANSPARENT | families.CAST
_DEPTH = 24
_MOST = 400


@dataclass(frozen=True)
class FedSize:
    """A number is how many entries a tensor has along an axis, or that over what else the axis is made of."""

    of: TensorRef
    axis: int
    over: TensorRef | None = None


def size_of_fed(
    graph: Graph, name: str, fed: Collection[TensorRef], outside: Collection[str]
) -> FedSize | None:
    """What a number that is fed is the size of, if that is `fed`; nodes `outside` of the forward part say nothing."""
    return next(_Sizes(graph, name, frozenset(fed), frozenset(outside)).found(), None)


@dataclass(frozen=True)
class _Sizes:
    graph: Graph
    name: str
    fed: frozenset[TensorRef]
    outside: frozenset[str]

    def found(self) -> Iterator[FedSize]:
        """Every axis of what is fed that is as long as the number says, the first that is met first."""
        todo: list[tuple[TensorRef, int]] = []
        for node, position, entry in self._reads():
            if node.op in families.RESHAPE and position == 1:
                yield from self._parted(node, entry)
            else:
                todo += self._made(node, position, entry)
        for ref, axis in todo:
            if len(todo) > _MOST:
                return
            for use in self.graph.uses.get(ref, ()):
                if use.node not in self.outside:
                    partners, after = self._meeting(self.graph[use.node], Axis(use.position, axis))
                    yield from (each for place in partners for each in self._fed(*place))
                    todo += [each for each in after if each not in todo]

    def _reads(self) -> Iterator[tuple[Node, int, int]]:
        """The nodes that read the number, at which operand, and as which of the entries there."""
        todo = [(TensorRef(self.name), 0)]
        for ref, entry in todo:
            for use in self.graph.uses.get(ref, ()):
                node = self.graph[use.node]
                place = self._handed_on(node, ref, use.position, entry)
                if place is not None:
                    todo.append((TensorRef(node.name), place))
                elif node.name not in self.outside:
                    yield node, use.position, entry

    def _handed_on(self, node: Node, ref: TensorRef, position: int, entry: int) -> int | None:
        """At which place the number stands in what a node makes of it."""
        if node.op in _HANDING_ON or (node.op in families.RESHAPES and position == 0):
            return entry
        if node.op not in families.JOINING or ref not in data_operands(node):
            return None
        before = data_operands(node)[: data_operands(node).index(ref)]
        if node.op in families.PACK:
            return len(before)
        sizes = [_product(self.graph.static_shape(each).dims or (None,)) for each in before]
        return None if None in sizes else entry + sum(each for each in sizes if each is not None)

    def _made(self, node: Node, position: int, entry: int) -> list[tuple[TensorRef, int]]:
        """The axes that a node makes as long as the number says."""
        if node.op in families.RANGE:
            counts = (
                position == 1 and _is(self.graph, node.inputs[0], 0) and _is(self.graph, node.inputs[2], 1)
            )
            return [(TensorRef(node.name), 0)] if counts else []
        return [
            (TensorRef(node.name, index), axis)
            for index, axis, origin in self._origins(node)
            if origin.kind == "new" and origin.size == SizeOf(position, entry)
        ]

    def _meeting(
        self, node: Node, own: Axis
    ) -> tuple[list[tuple[TensorRef, int]], list[tuple[TensorRef, int]]]:
        """The axes of other operands that have to be as long as one of a node's, and those that come out of it."""
        partners, after = [], []
        for index, axis, origin in self._origins(node):
            if own in origin.of and origin.kind in ("equal", "broadcast"):
                partners += [(node.inputs[each.operand], each.axis) for each in origin.of if each != own]
                after.append((TensorRef(node.name, index), axis))
        return partners, after

    def _origins(self, node: Node) -> Iterator[tuple[int, int, Origin]]:
        found = axis_map(Walk(self.graph, {}, Changes()), node)
        for index, origins in enumerate(found.outputs if found is not None else ()):
            yield from ((index, axis, origin) for axis, origin in enumerate(origins or ()))

    def _fed(self, ref: TensorRef, axis: int, depth: int = _DEPTH) -> Iterator[FedSize]:
        """The axis of what is fed that an axis is, made without the number."""
        ref = resolve(self.graph, ref)
        dims = self.graph.static_shape(ref).dims
        if ref in self.fed:
            if dims is not None and axis < len(dims) and dims[axis] is None:
                yield FedSize(ref, axis)
            return
        node = self.graph.producer(ref)
        if not depth or self.name in ancestors(self.graph, [ref.node], control=False):
            return
        if node.op in families.RESHAPE:
            if axis == 0 and self._keeps_rows(node):
                yield from self._fed(node.inputs[0], 0, depth - 1)
            return
        for index, at, origin in self._origins(node):
            if (index, at) == (ref.index, axis) and origin.kind in ("equal", "broadcast"):
                for each in origin.of:
                    yield from self._fed(node.inputs[each.operand], each.axis, depth - 1)

    def _keeps_rows(self, node: Node) -> bool:
        """Whether a Reshape only rearranges what follows the first axis."""
        before, after = (self.graph.static_shape(ref).dims for ref in (node.inputs[0], TensorRef(node.name)))
        if not before or not after or before[0] is not None or after[0] is not None:
            return False
        return None not in before[1:] and _product(before[1:]) == _product(after[1:])

    def _parted(self, node: Node, entry: int) -> Iterator[FedSize]:
        """The rows that a Reshape parts by this number and at most one other, which is what they are over."""
        before, packed = self.graph.static_shape(node.inputs[0]).dims, self.graph.producer(node.inputs[1])
        if not before or None in before[1:] or packed.op not in families.PACK:
            return
        sizes = [constant(self.graph, each) for each in packed.inputs]
        others = [each for at, each in enumerate(packed.inputs) if sizes[at] is None and at != entry]
        known = [int(each.item()) for each in sizes if each is not None]
        if len(others) > 1 or entry == 0 or min(known, default=1) < 1 or prod(known) != _product(before[1:]):
            return
        over = resolve(self.graph, others[0]) if others else None
        for each in self._fed(node.inputs[0], 0):
            yield FedSize(each.of, each.axis, over)


def _product(dims: tuple[int | None, ...]) -> int | None:
    known = [each for each in dims if each is not None]
    return prod(known) if len(known) == len(dims) else None


def _is(graph: Graph, ref: TensorRef, number: int) -> bool:
    value = constant(graph, ref)
    return value is not None and value.size == 1 and value.item() == number
