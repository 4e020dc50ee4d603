"""What arithmetic makes of random numbers: the walk that an interval analysis and a look at quantiles share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import MappingProxyType

import numpy as np

from tf1compat.analysis.idioms.noise.scalars import COMPUTED, operands
from tf1compat.analysis.value_sources import ARRANGING
from tf1compat.graph.attributes import Array
from tf1compat.graph.frames import MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pointwise import POINTWISE
from tf1compat.ops.registry import data_operands
from tf1compat.ops.values import Assumed, Evaluation, constant

#: No normal number is drawn beyond.
BEYOND = 10.0
_DEPTH = 64
_NOTHING: Assumed = MappingProxyType({})


def loop_invariant(graph: Graph, merge: Node) -> TensorRef | None:
    """What a loop variable begins with, if each turn hands it on as it is."""
    back = [each for each in merge.inputs if graph.producer(each).op in NEXT_ITERATION]
    first = [each for each in merge.inputs if each not in back]
    through = families.TRANSPARENT | SWITCH | NEXT_ITERATION
    if len(back) != 1 or len(first) != 1:
        return None
    behind = back[0]
    while graph.producer(behind).op in through:
        behind = graph.producer(behind).inputs[0]
    return first[0] if behind.node == merge.name else None


class Numbers(ABC):
    """Numbers that a tensor's entries may be; those of a tensor without random numbers are its one value."""

    def __init__(self, graph: Graph, given: Assumed = _NOTHING) -> None:
        self._graph = graph
        self._evaluation = Evaluation(graph, given)
        self._found: dict[TensorRef, Array | None] = {}

    def of(self, ref: TensorRef, depth: int = _DEPTH) -> Array | None:
        """The numbers; None where they depend on what is fed, or are not known."""
        if ref not in self._found:
            found = self._numbers(ref, depth) if depth else None
            if found is None and depth < _DEPTH:
                return None  # nearer to the start it may be in reach
            self._found[ref] = found
        return self._found[ref]

    def _numbers(self, ref: TensorRef, depth: int) -> Array | None:
        value = self._evaluation.entry(ref)
        if value is not None:
            return self._alone(float(value)) if np.asarray(value).dtype.kind in "biuf" else None
        node = self._graph.producer(ref)
        if node.op in families.RANDOM:
            return self._drawn(node)
        if node.op in families.MULTINOMIAL:
            return self._classes(node)
        if node.op in families.FILLS_LIKE:
            return self._alone(float(node.op in families.ONES_LIKE))
        behind = self._handed_on(node)
        if behind is not None:
            return self.of(behind, depth - 1)
        return self._computed(node, depth)

    def _handed_on(self, node: Node) -> TensorRef | None:
        """The operand whose numbers a node gives on, whatever it arranges them in."""
        if node.op in MERGE:
            return loop_invariant(self._graph, node) or self._live(node)
        if node.op in families.FILL:
            return node.inputs[1]
        if node.op in families.TRANSPARENT and node.inputs:
            return node.inputs[0]
        return data_operands(node)[0] if node.op in ARRANGING else None

    def _live(self, merge: Node) -> TensorRef | None:
        live = [each for each in merge.inputs if not self._evaluation.is_dead(each)]
        return live[0] if len(live) == 1 else None

    def _computed(self, node: Node, depth: int) -> Array | None:
        if node.op in families.SELECTIONS:
            return self._selected(node, depth)
        if node.op not in COMPUTED and node.op not in families.JOINING:
            return None
        numbers = []
        for each in operands(node):
            operand = self.of(each, depth - 1)
            if operand is None:
                return None
            numbers.append(operand)
        with np.errstate(all="ignore"):
            found = self._made(node, numbers)
        return found if found is not None and not np.isnan(found).any() else None

    def _made(self, node: Node, numbers: list[Array]) -> Array | None:
        if node.op in families.JOINING:
            return self._together(numbers)
        return self._cast(node, numbers[0]) if node.op in families.CAST else self._applied(node.op, numbers)

    def _selected(self, node: Node, depth: int) -> Array | None:
        condition = self.of(node.inputs[0], depth - 1)
        if condition is None:
            return None
        if condition.min() == condition.max():
            return self.of(node.inputs[1 if condition[0] else 2], depth - 1)
        sides = [self.of(each, depth - 1) for each in node.inputs[1:]]
        return None if sides[0] is None or sides[1] is None else self._either(condition, sides[0], sides[1])

    @abstractmethod
    def _alone(self, value: float) -> Array: ...

    @abstractmethod
    def _drawn(self, node: Node) -> Array | None: ...

    @abstractmethod
    def _classes(self, node: Node) -> Array | None: ...

    @abstractmethod
    def _applied(self, op: str, operands: list[Array]) -> Array | None: ...

    @abstractmethod
    def _together(self, operands: list[Array]) -> Array: ...

    @abstractmethod
    def _cast(self, node: Node, operand: Array) -> Array | None: ...

    @abstractmethod
    def _either(self, condition: Array, one: Array, other: Array) -> Array | None: ...


def in_type(node: Node, numbers: Array) -> Array | None:
    """The numbers after a cast, as far as that cuts off fractions."""
    kind = node.dtype("DstT")
    if kind is None or kind.numpy is None:
        return None
    return np.trunc(numbers) if np.dtype(kind.numpy).kind in "iu" else numbers


def chances_of(graph: Graph, node: Node) -> Array | None:
    """The chance of each class of a draw by scores, where all rows have the same."""
    found = _array(graph, node.inputs[0])
    if found is None or not found.ndim or not found.size:
        return None
    scores = found.reshape(-1, found.shape[-1])
    if bool((scores != scores[0]).any()):
        return None
    powers = np.exp(scores[0] - scores[0].max())
    return np.asarray(powers / powers.sum())


def _array(graph: Graph, ref: TensorRef) -> Array | None:
    """A constant with its last axis as it is, or a function of one operand of it."""
    ref = resolve(graph, ref, families.TRANSPARENT | families.EXPAND_DIMS | families.RESHAPE)
    value = constant(graph, ref)
    node = graph.producer(ref)
    if value is not None or node.op not in POINTWISE or len(node.inputs) != 1:
        return None if value is None else value.astype(float)
    operand = _array(graph, node.inputs[0])
    return None if operand is None else np.asarray(POINTWISE[node.op](operand), float)
