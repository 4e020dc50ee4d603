"""Scores that a loss ranks: what two examples get of the same weights, of which one is to be the better.

The difference of the two, their softmax or the chance that the first is better are steps of the loss: at inference
there is one example, and its score is the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.head import Head, Search
from tf1compat.discovery.outputs.result import may_result
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import (
    ADDITIONS,
    CONSTANT,
    JOINING,
    MULTIPLICATION,
    NEGATION,
    RESHAPES,
    SUBTRACTION,
    VARIABLES,
)
from tf1compat.ops.registry import data_operands

_RANKING = SUBTRACTION | ADDITIONS | JOINING
#: What stands between a score and its comparison: a margin, a sign, a factor, an axis.
_BETWEEN = SUBTRACTION | ADDITIONS | MULTIPLICATION | NEGATION | RESHAPES


@dataclass(frozen=True)
class Ranking:
    """Where a loss ranks scores. `better`: the one that was computed first; `steps`: what is made of the comparison."""

    better: TensorRef
    others: tuple[TensorRef, ...]
    steps: frozenset[str]


def find_rankings(flow: ForwardGraph) -> tuple[Ranking, ...]:
    """The comparisons of scores by the same weights of different examples, each of which only a loss reads."""
    in_losses = flow.behind(map(TensorRef, flow.losses)) if flow.losses else frozenset[str]()
    found: list[Ranking] = []
    for node in flow.graph.in_order(in_losses - flow.before_parameters - flow.inside_loops):
        if (
            node.op in _RANKING
            and node.name in flow.computed
            and not any(node.name in each.steps for each in found)
        ):
            scores = _scores(flow, node)
            if len(scores) > 1 and _are_alike(flow, scores):
                ordered = sorted(scores, key=lambda ref: flow.graph.places[ref.node])
                found.append(Ranking(ordered[0], tuple(ordered[1:]), flow.ahead([node.name])))
    return tuple(found)


def find_ranked(search: Search) -> Iterator[Head]:
    """The score that is to be the better one: all scores of a ranking are computed alike."""
    for each in find_rankings(search.flow):
        yield Head(
            each.better, "value", "a score that a loss ranks above others of the same weights", predicts=False
        )


def _scores(flow: ForwardGraph, node: Node) -> list[TensorRef]:
    """The different scores that a node compares; none where one of its operands is something else."""
    found = [_score(flow, ref) for ref in data_operands(node)]
    if not all(is_score(flow, ref) for ref in found):
        return []
    return list(dict.fromkeys(found))


def _score(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """A score before a margin, a sign or a factor."""
    while True:
        node = flow.graph.producer(ref)
        if node.op not in _BETWEEN or node.name in flow.parametric:
            return source(flow.graph, ref)
        made = [each for each in node.inputs if each.node in flow.computed]
        others = [each for each in node.inputs if each.node not in flow.computed]
        if len(made) != 1 or not all(flow.graph.producer(each).op in CONSTANT for each in others):
            return ref
        ref = made[0]


def is_score(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a tensor is one figure for each example."""
    dims = flow.graph.static_shape(ref).dims
    if dims is None or not may_result(flow, flow.graph.producer(ref)):
        return False
    return len(dims) == 1 or (len(dims) == 2 and dims[1] == 1)


def _are_alike(flow: ForwardGraph, scores: list[TensorRef]) -> bool:
    """Whether the same weights made all scores, each of examples that the others are not of."""
    behind = [flow.behind([ref]) for ref in scores]
    weights = [frozenset(name for name in each if flow.graph[name].op in VARIABLES) for each in behind]
    if not weights[0] or any(each != weights[0] for each in weights):
        return False
    own = [frozenset(ref for ref in flow.sources if ref.node in each) for each in behind]
    return all(mine - other for mine in own for other in own if mine is not other)
