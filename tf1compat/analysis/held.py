"""Examples that the graph itself holds: constants that `input_fn` returned, data that was loaded into variables.

A graph that nothing else feeds has its examples where the first weights are applied. What is taken out of the data by
a number that is drawn, fed or counted is an example in its place. Zeros and other uniform values, figures that examples
are scaled by, sizes and axes are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tf1compat.analysis.training import find_losses
from tf1compat.graph.attributes import Shape, TensorValue
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import dtype_of, operands

#: Operands that say how to arrange, and no values of examples.
_ARRANGING = frozenset({
    "shape", "axis", "perm", "begin", "end", "strides", "multiples", "paddings", "reduction_indices", "dim", "dims",
    "split_dim", "concat_dim", "depth", "on_value", "off_value", "size_splits", "a_indices", "a_values", "a_shape",
    "dense_shape", "output_shape", "flow_in", "flow", "table_handle", "handle", "default_value", "seq_lens",
})  # fmt: skip
#: What keeps a variable as it is.
_KEEPING = (
    families.READ_VARIABLE | families.ASSIGN | families.IS_INITIALIZED | families.SAVER | families.VARIABLE_SHAPE
)  # fmt: skip
_OPEN = families.PLACEHOLDERS | families.FEEDERS
_CHANCE = families.DRAWS | families.RANDOM
_PICKING = families.GATHER | families.SLICES


@cached_on_graph
def held_variables(graph: Graph) -> frozenset[str]:
    """The variables that data was put into: by the program, or from a constant that is not uniform; never changed."""
    return frozenset(
        node.name for node in graph.nodes if node.op in families.VARIABLES and _holds(graph, node)
    )


def _holds(graph: Graph, variable: Node) -> bool:
    uses = [(graph[use.node], use.position) for use in graph.uses_of_node.get(variable.name, ())]
    kept = all(node.op in _KEEPING | _PICKING for node, position in uses if position == 0)
    written = [node.inputs[1] for node, _ in uses if node.op in families.ASSIGN and len(node.inputs) > 1]
    values = [each for each in (_source(graph, ref) for ref in written) if each.op not in families.RESTORE]
    filled = bool(values) and all(each.op in families.PLACEHOLDER or _is_data(each) for each in values)
    return kept and filled and variable.shape().rank != 0


def _source(graph: Graph, ref: TensorRef) -> Node:
    node = graph.producer(ref)
    while node.op in families.TRANSPARENT and node.inputs:
        node = graph.producer(node.inputs[0])
    return node


def _is_data(node: Node) -> bool:
    """Whether a constant is an array of more than one value."""
    value = node.attrs.get("value")
    if node.op not in families.CONSTANT or not isinstance(value, TensorValue):
        return False
    array = value.array
    return array.ndim > 0 and array.size > 1 and bool(np.any(array != array.flat[0]))


@dataclass(frozen=True)
class Held:
    """What a graph holds, walked back from where its weights are applied."""

    graph: Graph
    training: Collection[str]

    def examples(self) -> tuple[TensorRef, ...]:
        """The examples of a graph that nothing feeds, then the labels beside them; nothing of any other graph."""
        meeting = self._meeting
        if not meeting or not meeting.isdisjoint(descendants(self.graph, self._fed())):
            return ()
        first = self._first_operands()
        found = list(self._leaves(first))
        count = self._count(found)
        rows = [ref for ref in found if self._rows(ref) == count]
        labels = [
            ref
            for ref in self._leaves(TensorRef(name) for name in find_losses(self.graph))
            if self._rows(ref) == count and ref not in found
        ]
        return (*rows, *labels) if count is not None and count > 1 else ()

    @cached_property
    def _data(self) -> frozenset[str]:
        """The variables that hold examples, told from weights by an optimizer that changes these."""
        return held_variables(self.graph) if self._changed else frozenset()

    @cached_property
    def _changed(self) -> frozenset[str]:
        return frozenset(
            node.name
            for node in self.graph.nodes
            if node.op in families.VARIABLES
            and any(self._changes(use.node) for use in self.graph.uses_of_node.get(node.name, ()))
        )

    def _changes(self, name: str) -> bool:
        return name in self.training and self.graph[name].op not in _KEEPING

    @cached_property
    def _weights(self) -> frozenset[str]:
        """The variables that are weights, and what only reads them."""
        found = {node.name for node in self.graph.nodes if node.op in families.VARIABLES} - self._data
        todo = list(found)
        while todo:
            for use in self.graph.uses_of_node.get(todo.pop(), ()):
                if self.graph[use.node].op in families.READ_VARIABLE and use.node not in found:
                    found.add(use.node)
                    todo.append(use.node)
        return frozenset(found)

    @cached_property
    def _meeting(self) -> frozenset[str]:
        """The forward nodes that weights are applied by."""
        users = {use.node for each in self._weights for use in self.graph.uses_of_node.get(each, ())}
        return frozenset(users - self._weights).difference(self.training)

    def _fed(self) -> Iterator[str]:
        """What is fed, by placeholders or a pipeline, other than single figures."""
        for node in self.graph.nodes:
            if node.op in _OPEN and self.graph.static_shape(TensorRef(node.name)).rank != 0:
                yield node.name

    def _first_operands(self) -> list[TensorRef]:
        """What weights are applied to that no weights come before."""
        nodes = self.graph.in_order(self._meeting)
        others = dict.fromkeys(ref for node in nodes for ref in node.inputs if ref.node not in self._weights)
        return [ref for ref in others if self._behind(ref).isdisjoint(self._weights)]

    def _behind(self, ref: TensorRef) -> frozenset[str]:
        return ancestors(self.graph, [ref.node], control=False)

    def _leaves(self, starts: Iterable[TensorRef]) -> Iterator[TensorRef]:
        """The data behind tensors, in the order of the file."""
        found, todo, seen = set[TensorRef](), list(starts), set[TensorRef]()
        while todo:
            ref = todo.pop()
            node = self.graph.producer(ref)
            if ref in seen or node.name in self._weights or node.name in self.training:
                continue
            seen.add(ref)
            if self._is_leaf(node):
                found.add(self._as_read(ref))
            else:
                todo += _values(node)
        order = {
            node.name: place for place, node in enumerate(self.graph.in_order({each.node for each in found}))
        }
        yield from sorted(found, key=lambda each: order[each.node])

    def _is_leaf(self, node: Node) -> bool:
        return node.name in self._data or _is_data(node) or self._picks(node)

    def _picks(self, node: Node) -> bool:
        """Whether a node takes a part of the data by numbers that are drawn, fed or counted."""
        if node.op not in _PICKING or len(node.inputs) < 2:
            return False
        data, index = self._behind(node.inputs[0]), frozenset().union(*map(self._behind, node.inputs[1:]))
        whole = all(self.graph[name].op not in _OPEN | _CHANCE and name not in self._weights for name in data)
        held = any(name in self._data or _is_data(self.graph[name]) for name in data)
        return (
            whole
            and held
            and any(self.graph[name].op in _OPEN | _CHANCE or name in self._weights for name in index)
        )

    def _as_read(self, ref: TensorRef) -> TensorRef:
        """A variable's value by the one op that reads it."""
        if ref.node not in self._data:
            return ref
        uses = [each.node for each in self.graph.uses_of_node.get(ref.node, ())]
        reads = [name for name in uses if self.graph[name].op in families.READ_VARIABLE]
        return TensorRef(reads[0]) if len(reads) == 1 else ref

    def _rows(self, ref: TensorRef) -> int | None:
        dims = self._shape(ref).dims
        return dims[0] if dims else None

    def _shape(self, ref: TensorRef) -> Shape:
        """A tensor's static shape, a variable's where its value is read."""
        node = self.graph.producer(ref)
        read = node.op in families.READ_VARIABLE and self.graph.static_shape(ref).rank is None
        return self._shape(node.inputs[0]) if read else self.graph.static_shape(ref)

    def _count(self, refs: list[TensorRef]) -> int | None:
        """How many examples there are: the rows of what has the most axes, numbers and texts before choices."""
        whole = [ref for ref in refs if not dtype_of(self.graph, ref).is_integer] or refs
        ranked = [(self._shape(ref).rank or 0, self._rows(ref) or 0) for ref in whole]
        return max(ranked)[1] if ranked else None


def _values(node: Node) -> Iterator[TensorRef]:
    """What a node computes with, less what only says how."""
    named = operands(node)
    for name, refs in named.items():
        if name not in _ARRANGING:
            yield from refs
    if not named:
        yield from node.inputs
