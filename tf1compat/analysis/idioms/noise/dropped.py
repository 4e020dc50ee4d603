"""What noise was applied to: a value before dropout, or before noise was added to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.idioms.noise.scalars import is_scalar
from tf1compat.analysis.idioms.noise.sites import find_noise
from tf1compat.analysis.pattern import (
    ANYTHING,
    Captures,
    Mismatch,
    Outcome,
    Pattern,
    capture,
    furthest,
    match,
    op,
    source,
)
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS, SCALING, SELECTIONS, SUBTRACTION

_APPLYING = SCALING | ADDITIONS | SELECTIONS | SUBTRACTION
#: As TensorFlow's own functions apply a mask, wherever that comes from.
_MASKED = op("Mul", op(SCALING, capture("value"), ANYTHING), op(frozenset({"Floor", "Cast"})))


def undropped(graph: Graph, ref: TensorRef) -> TensorRef | None:
    """What noise was applied to, before it was scaled; None where none was."""
    masked = match(_MASKED, graph, ref)
    if not isinstance(masked, Mismatch):
        return masked["value"]
    ref = source(graph, ref)
    kept = _kept(graph).get(ref.node) or _share(graph, ref)
    if kept is not None:
        return _before_scaling(graph, source(graph, kept))
    scaled = _before_scaling(graph, ref)
    return undropped(graph, scaled) if scaled != ref and scaled.node in _kept(graph) else None


@cached_on_graph
def _kept(graph: Graph) -> Mapping[str, TensorRef]:
    """By op at which noise meets a value, that value, if it is the one that stays."""
    sites = (site for noise in find_noise(graph) for site in noise.sites)
    return MappingProxyType({
        site.node: site.kept
        for site in sites
        if site.kept is not None and (site.kind in ("term", "choice") or site.wanted == 1)
    })  # fmt: skip


def _share(graph: Graph, ref: TensorRef) -> TensorRef | None:
    """The new state of which a random share is added to one of the old."""
    node = graph.producer(ref)
    kept = _kept(graph) if node.op in ADDITIONS else {}
    shares = [each for each in node.inputs if each.node in kept]
    mixed = len(shares) == 1 and all(each.node in _shares(graph) for each in node.inputs)
    return kept[shares[0].node] if mixed else None


@cached_on_graph
def _shares(graph: Graph) -> frozenset[str]:
    sites = [(site, noise) for noise in find_noise(graph) for site in noise.sites]
    lost = [noise for site, noise in sites if site.kind == "factor" and site.wanted == 0]
    return frozenset(site.node for noise in lost for site in noise.sites)


def _before_scaling(graph: Graph, ref: TensorRef) -> TensorRef:
    node = graph.producer(ref)
    if node.op not in SCALING or not is_scalar(graph, node.inputs[1]) or is_scalar(graph, node.inputs[0]):
        return ref
    return source(graph, node.inputs[0])


def dropped_forms(graph: Graph, ref: TensorRef) -> list[TensorRef]:
    """What noise makes of a tensor, everywhere where it is applied to it; scaled, where it is scaled after it."""
    found = list(_forms(graph, ref))
    inner = {each for form in found for each in graph.producer(form).inputs}
    return [each for each in found if each not in inner]


def _forms(graph: Graph, ref: TensorRef) -> Iterator[TensorRef]:
    todo, seen = [(ref, 0)], {ref}
    for each, steps in todo:
        for use in graph.uses.get(each, ()):
            made = TensorRef(use.node)
            if graph[use.node].op not in _APPLYING or made in seen:
                continue
            seen.add(made)
            if undropped(graph, made) == source(graph, ref):
                yield made
            if steps < 1:
                todo.append((made, steps + 1))


@dataclass(frozen=True)
class _Dropped:
    """Fits what `value` fits, with noise applied to it or not."""

    value: Pattern

    @property
    def roots(self) -> None:
        return None

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        inner = undropped(graph, ref)
        outcomes = [self.value.fit(graph, each, known) for each in (ref, inner) if each is not None]
        solutions = [each for outcome in outcomes if not isinstance(outcome, Mismatch) for each in outcome]
        misses = [each for each in outcomes if isinstance(each, Mismatch)]
        return tuple(solutions) or furthest(misses)


def dropped(value: Pattern) -> Pattern:
    """The value, with noise applied to it or not."""
    return _Dropped(value)
