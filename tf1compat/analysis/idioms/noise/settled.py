"""Draws whose numbers change nothing: all that is made of them is one number in the end, whatever is drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.idioms.noise.ranges import Ranges
from tf1compat.analysis.idioms.noise.sites import Noise, find_noise, is_lost
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import SHAPES
from tf1compat.ops.values import Assumed


@dataclass(frozen=True)
class Settled:
    """Draws whose numbers change nothing, and the first tensors made of any draw that are one number."""

    draws: frozenset[str]
    points: Mapping[TensorRef, float]


def find_settled(
    graph: Graph,
    given: Assumed = MappingProxyType({}),
    *,
    ignored: Collection[str] = frozenset(),
    outputs: Collection[TensorRef] = frozenset(),
) -> Settled:
    """What is settled once these tensors have these values; what the `ignored` nodes read does not count."""
    draws, points = set[str](), dict[TensorRef, float]()
    ranges = Ranges(graph, given)
    for noise in find_noise(graph):
        for draw in noise.draws:
            ends = dict(_ends(graph, noise, draw, ranges, ignored, outputs))
            points.update((ref, value) for ref, value in ends.items() if value is not None)
            if None not in ends.values():
                draws.add(draw)
    return Settled(frozenset(draws), MappingProxyType(points))


def _ends(
    graph: Graph,
    noise: Noise,
    draw: str,
    ranges: Ranges,
    ignored: Collection[str],
    outputs: Collection[TensorRef],
) -> Iterator[tuple[TensorRef, float | None]]:
    """Where the numbers of a draw end: in one number, or, without such, where they meet a value."""
    todo, seen = [TensorRef(draw)], {TensorRef(draw)}
    while todo:
        ref = todo.pop()
        point = ranges.point(ref)
        if point is not None:
            yield ref, point
            continue
        if ref in outputs:
            yield ref, None
        for use in graph.uses.get(ref, ()):
            node = graph[use.node]
            made = [
                TensorRef(node.name, index)
                for index in range(2)
                if TensorRef(node.name, index) in noise.alone
            ]
            fresh = [each for each in made if each not in seen]
            todo.extend(fresh)
            seen.update(fresh)
            ends = node.op in SHAPES or node.name in ignored or is_lost(graph, node)
            if not made and not ends:
                yield ref, None
