"""Statistics that the forward pass of a training graph itself moves, and that an output reads.

    moved = AssignSub(low, (low - Min(hidden)) * 0.1);  y = FakeQuantWithMinMaxVars(hidden, moved, ...)
    →   y = FakeQuantWithMinMaxVars(hidden, low, ...)

An evaluation graph writes none of them, and reads what training left: ranges of quantisation, normalisers of
observations, codebooks, centers, the vectors of spectral norms.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tf1compat.analysis.batch_norm.averages import UPDATES
from tf1compat.analysis.constants import constant
from tf1compat.analysis.dead import find_dead
from tf1compat.analysis.effects import Write, find_effects
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import Average
from tf1compat.graph.model import Node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import value_type


def find_followed(
    flow: ForwardGraph,
    outputs: Iterable[TensorRef],
    given: Mapping[TensorRef, Any],
    kept: Collection[str],
    is_saved: Callable[[str], bool],
) -> tuple[Average, ...]:
    """The writes behind outputs that follow statistics, each with its variable; `kept` are states, which are none.

    `given`: tensors that are frozen or fed; `is_saved` knows which variables the checkpoint has.
    """
    graph = flow.graph
    needed = find_effects(graph, outputs, {each.node for each in given}).needed
    dead = find_dead(graph, given) if needed else None
    own = [
        each
        for each in needed
        if dead is not None
        and each.node not in dead.nodes
        and UPDATES.fullmatch(graph[each.node].op)
        and each.variable not in kept
        and is_saved(each.variable)
    ]
    judge = _Judge(flow)
    followed = [each for each in own if judge.follows(each)]
    counts = [each for each in own if each not in followed and judge.counts(each)] if followed else []
    return tuple(Average(TensorRef(each.node), each.variable) for each in (*followed, *counts))


@dataclass(frozen=True)
class _Written:
    """What the value of a write is made of."""

    variables: frozenset[str]
    statistics: bool  # what examples or weights were reduced to, the axis of the examples first
    sizes: bool  # how many examples there are
    examples: bool  # examples themselves: then it is a state, or data that is kept


@dataclass(frozen=True)
class _Judge:
    """Tells statistics from states, counters and data, by what is written."""

    flow: ForwardGraph

    def follows(self, write: Write) -> bool:
        """Whether a write follows a statistic: mixes it into what is there, or keeps the last one in training.

        What training makes of other weights alone it follows, too.
        """
        made = self._written(write)
        mixed = write.variable in made.variables or self.flow.graph[write.node].op not in families.ASSIGN
        if made.examples or not (mixed or self.flow.losses):
            return False
        of_weights = bool(self.flow.losses and made.variables - {write.variable} and not made.sizes)
        return made.statistics or of_weights

    def counts(self, write: Write) -> bool:
        """Whether a write adds up how many examples there were, as a number that others are divided by."""
        made = self._written(write)
        floating = value_type(self.flow.graph, TensorRef(write.variable)).is_floating
        return made.sizes and floating and not made.examples

    def _written(self, write: Write) -> _Written:
        graph = self.flow.graph
        todo, seen = list(graph[write.node].inputs[1:]), set[TensorRef]()
        variables, statistics, sizes, examples = set[str](), False, False, False
        while todo:
            ref = todo.pop()
            node = graph.producer(ref)
            if ref in seen:
                continue
            seen.add(ref)
            if ref in self._sources:
                examples = True
            elif node.op in families.VARIABLES:
                variables.add(node.name)
            elif node.op in families.SHAPES:
                sizes = sizes or node.name in self._fed
            elif self._reduces(node):
                statistics = True
            else:
                todo.extend(node.inputs)
        return _Written(frozenset(variables), statistics, sizes, examples)

    def _reduces(self, node: Node) -> bool:
        """Whether the first axis of examples, or of weights, is gone in what a node gives."""
        graph = self.flow.graph
        if not any(ref.node in self._felt or ref.node in self.flow.weights for ref in node.inputs):
            return False
        if node.op in families.ENTRY_REDUCTIONS:
            return _loses_first(
                node, constant(graph, node.inputs[1]), graph.static_shape(node.inputs[0]).rank
            )
        if node.op in families.MATRIX_PRODUCTS:
            turned = node.attrs.get("transpose_b") is True or node.attrs.get("adj_y") is True
            return node.inputs[1].node in self._felt and not turned
        return node.op in families.L2_LOSS | families.SEGMENT_REDUCTIONS

    @cached_property
    def _sources(self) -> frozenset[TensorRef]:
        return frozenset(self.flow.sources)

    @cached_property
    def _felt(self) -> frozenset[str]:
        """The nodes in whose values examples are felt."""
        starts = {ref.node for ref in self.flow.sources}
        return (
            descendants(self.flow.graph, starts, stop=lambda node: node.op in families.SHAPES) - self._sizes
        )

    @cached_property
    def _sizes(self) -> frozenset[str]:
        return frozenset(node.name for node in self.flow.graph.nodes if node.op in families.SHAPES)

    @cached_property
    def _fed(self) -> frozenset[str]:
        """The nodes that examples lead to, be it by their number alone."""
        return descendants(self.flow.graph, {ref.node for ref in self.flow.sources})


def _loses_first(node: Node, axes: Any, rank: int | None) -> bool:
    """Whether a reduction runs over the first axis; over axes that nothing tells, it may."""
    if axes is None or rank == 0:
        return True
    along = {int(axis) for axis in axes.reshape(-1)}
    return 0 in along or (rank is not None and -rank in along)
