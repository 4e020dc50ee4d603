"""The parts of noise: what its tensors are made of, and the scalars that decide it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tf1compat.analysis.idioms.noise.scalars import operands
from tf1compat.analysis.idioms.noise.sites import Noise
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


def made_of(
    graph: Graph, noise: Noise, starts: Iterable[TensorRef], until: Collection[TensorRef] = ()
) -> list[TensorRef]:
    """The tensors of noise that these are made of, and these, breadth first; none behind those given last."""
    found = list(dict.fromkeys(starts))
    for ref in found:
        behind = () if ref in until else operands(graph.producer(ref))
        found.extend(each for each in behind if each in noise.alone and each not in found)
    return found


def scalars(graph: Graph, noise: Noise) -> list[TensorRef]:
    """The scalars that decide noise: where it jumps, those that random numbers are held against; nearest first."""
    sites = made_of(graph, noise, (site.drawn for site in noise.sites))
    starts = [each for each in sites if each in noise.steps] or sites
    coming_in = (each for ref in made_of(graph, noise, starts) for each in operands(graph.producer(ref)))
    return [each for each in dict.fromkeys(coming_in) if each not in noise.alone]
