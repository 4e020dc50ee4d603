"""Where the open dimensions of a TensorArray's elements can be read off before its loop begins.

What a loop writes has the batch of what enters the loop. A list that is made with that batch, instead of an unknown
one, is a plain tensor to the converters for which a list has to be one (TensorFlow Lite, ONNX).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeAlias

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.attributes import DType
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH, frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import topological
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_branch_switch
from tf1compat.rewrite.arrays.dimension_rules import Dimension, equal_dimensions
from tf1compat.rewrite.emit import INT, Emitter

#: A dimension outside the loop, or a number that the file tells.
Origin: TypeAlias = Dimension | int
#: The dimensions that an array's element has on an axis, for the node that reads the element.
Elements = Callable[[Node, int], tuple[Dimension, ...]]
_UNKNOWN = DType.of_number(0)


class ElementDimensions:
    """Follows dimensions out of the loops of one graph."""

    def __init__(self, graph: Graph, elements: Elements) -> None:
        self._graph = graph
        self._elements = elements

    def origins(self, array: Node, written: Iterable[Dimension]) -> tuple[Origin, ...]:
        """What all the written dimensions equal, as known where the array is made; nothing where that is not known.

        Several origins are one dimension wherever they are equal when the graph runs.
        """
        if self._levels[array.name]:
            return ()
        home = self._place(array.name)
        found: dict[Origin, None] = {}
        todo, seen = list(written), set[Dimension]()
        while todo:
            dimension = todo.pop()
            if dimension in seen:
                continue
            seen.add(dimension)
            origin = self._origin(dimension, home)
            if origin is not None:
                found[origin] = None
                continue
            steps = self._steps(dimension)
            if not steps:
                return ()
            todo.extend(steps)
        usable = all(isinstance(each, int) or self._is_ready(each, array) for each in found)
        return tuple(found) if usable else ()

    def beside(self, node: Node, array: Node) -> bool:
        """Whether what is computed where an array is made can be read by a node as it is."""
        same = self._place(node.name) == self._place(array.name)
        return same and not self._levels[node.name] and not self._levels[array.name]

    def _origin(self, dimension: Dimension, home: tuple[str, ...]) -> Origin | None:
        dims = self._graph.static_shape(dimension.tensor).dims
        known = dims[dimension.axis] if dims is not None and dimension.axis < len(dims) else None
        if known is not None:
            return known
        return dimension if self._place(dimension.tensor.node) == home else None

    def _steps(self, dimension: Dimension) -> tuple[Dimension, ...]:
        node = self._graph.producer(dimension.tensor)
        return self._elements(node, dimension.axis) or equal_dimensions(self._graph, dimension)

    def _is_ready(self, origin: Dimension, array: Node) -> bool:
        """Whether a tensor has a value wherever the array is made, and does not depend on the array."""
        if self._levels[origin.tensor.node] or dtype_of(self._graph, origin.tensor) == _UNKNOWN:
            return False
        return not self._depends(origin.tensor.node, array.name)

    def _depends(self, node: str, other: str) -> bool:
        todo, seen = [node], set[str]()
        while todo:
            current = todo.pop()
            if current == other:
                return True
            if current in seen or self._order[current] < self._order[other]:
                continue
            seen.add(current)
            todo += self._before(self._graph[current])
        return False

    def _before(self, node: Node) -> Iterable[str]:
        names = (*(ref.node for ref in node.inputs), *node.control_inputs)
        return (name for name in names if self._graph[name].op not in NEXT_ITERATION)

    def _place(self, name: str) -> tuple[str, ...]:
        """The loops in which a node's value is seen."""
        inside = self._frames.get(name, ())
        return inside[:-1] if self._graph[name].op in EXIT else inside

    @cached_property
    def _frames(self) -> dict[str, tuple[str, ...]]:
        return frame_of_nodes(self._graph)

    @cached_property
    def _sorted(self) -> tuple[Node, ...]:
        return topological(self._graph)

    @cached_property
    def _order(self) -> dict[str, int]:
        return {node.name: number for number, node in enumerate(self._sorted)}

    @cached_property
    def _levels(self) -> dict[str, int]:
        """How many conditionals each node is inside of."""
        levels: dict[str, int] = {}
        for node in self._sorted:
            before = max((levels.get(name, 0) for name in self._before(node)), default=0)
            levels[node.name] = max(0, before + self._change_of_level(node))
        return levels

    def _change_of_level(self, node: Node) -> int:
        if node.op in SWITCH:
            return int(is_branch_switch(self._graph, node))
        if node.op in MERGE:
            opens = {self._graph.producer(ref).op for ref in node.inputs}
            return 0 if opens & (ENTER | NEXT_ITERATION) else -1
        return 0


def emit_dimension(graph: Graph, emit: Emitter, origins: tuple[Origin, ...]) -> TensorRef:
    """A scalar: what all the origins are; -1, which means any, where they differ."""
    values = [_value(graph, emit, each) for each in origins]
    first, *others = values
    if not others:
        return first
    same = [emit("Equal", first, each, T=INT) for each in others]
    agree = same[0]
    for each in same[1:]:
        agree = emit("LogicalAnd", agree, each)
    return emit("SelectV2", agree, first, emit.constant(-1), T=INT)


def _value(graph: Graph, emit: Emitter, origin: Origin) -> TensorRef:
    if isinstance(origin, int):
        return emit.constant(origin)
    return emit.dimension(origin.tensor, origin.axis, dtype_of(graph, origin.tensor))
