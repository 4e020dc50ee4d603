"""Where random numbers meet a value: what is made of draws and scalars alone, followed to the ops at which it does.

    x * floor(keep + uniform(shape(x)))         a factor, which leaves x as it is where it is 1
    x + 0.1 * normal(shape(x))                  a term, which does where it is 0
    where(uniform(shape(x)) < keep, x, zeros)   a choice, which does where it takes x
    cond(uniform([]) < keep, block, identity)   a branch, which does where a block with weights is computed, or none
    sparse_retain(x, uniform(n) < keep)         a selection, which does where all is retained

Noise is a group of draws that come together, with all such places; at each of them the value stays as it is with
`wanted`. Draws that go anywhere else (a generator's noise, a class by its scores) are the model's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tf1compat.analysis.idioms.noise.numbers import loop_invariant
from tf1compat.analysis.idioms.noise.older import applies_weights, older_of
from tf1compat.analysis.idioms.noise.ranges import Ranges
from tf1compat.analysis.idioms.noise.scalars import COMPUTED, DRAWS_OF_NOISE, is_scalar
from tf1compat.analysis.value_sources import ARRANGING, is_zero
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.frames import EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node, Use
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pointwise import QUOTIENTS, STEPS
from tf1compat.ops.registry import data_operands
from tf1compat.ops.values import scalar

Kind = Literal["factor", "term", "choice", "branch", "selection", "other"]

_HANDING_ON = families.TRANSPARENT | SWITCH | EXIT | NEXT_ITERATION


@dataclass(frozen=True)
class Site:
    """An op at which random numbers meet a value."""

    drawn: TensorRef  # made of draws and scalars alone
    node: str
    kind: Kind
    kept: TensorRef | None = None  # the value; None where nothing tells which it is
    wanted: float | None = None  # the number with which the value stays as it is
    instead: TensorRef | None = None  # of a choice: what may stand in the value's place


@dataclass(frozen=True)
class Noise:
    """Draws that come together, all tensors that are made of them and of scalars alone, and their sites."""

    draws: frozenset[str]
    alone: frozenset[TensorRef]
    steps: frozenset[TensorRef]  # those of them that jump from value to value, as masks do
    sites: tuple[Site, ...]

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes of the noise itself, and those at which it meets a value."""
        return frozenset(ref.node for ref in self.alone) | frozenset(site.node for site in self.sites)


@cached_on_graph
def find_noise(graph: Graph) -> tuple[Noise, ...]:
    """Every group of draws of a graph, in the order of the file."""
    walk = _Walk(graph)
    for node in graph.nodes:
        if node.op in DRAWS_OF_NOISE:
            walk.follow(TensorRef(node.name), frozenset({node.name}))
    return walk.groups()


class _Walk:
    """What is made of draws alone, by the draws."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._ranges = Ranges(graph)
        self._alone: dict[TensorRef, frozenset[str]] = {}

    def follow(self, start: TensorRef, draws: frozenset[str]) -> None:
        """Adds a tensor, and what is made of it, of those known before, and of scalars alone."""
        todo = [(start, draws)]
        while todo:
            ref, draws = todo.pop()
            known = self._alone.get(ref, frozenset())
            if draws <= known:
                continue
            self._alone[ref] = known | draws
            for use in self._graph.uses.get(ref, ()):
                node = self._graph[use.node]
                if self._stays_alone(node, use):
                    behind = self._behind(node)
                    todo.extend((each, behind) for each in self._results(node))

    def _behind(self, node: Node) -> frozenset[str]:
        return frozenset(name for each in node.inputs for name in self._alone.get(each, ()))

    def _results(self, node: Node) -> Iterator[TensorRef]:
        yield TensorRef(node.name)
        for use in self._graph.uses_of_node.get(node.name, ()):
            ref = self._graph[use.node].inputs[use.position]
            if ref.index:
                yield ref

    def _stays_alone(self, node: Node, use: Use) -> bool:
        """Whether what a node makes of a tensor that is made of draws alone is so, too."""
        if node.op in _HANDING_ON:
            return use.position == 0
        if node.op in MERGE:
            return loop_invariant(self._graph, node) is not None or self._others_alone(node, use)
        if node.op in ARRANGING:
            return node.inputs[use.position] == data_operands(node)[0]
        if node.op in families.JOINING:
            return all(each in self._alone or is_scalar(self._graph, each) for each in data_operands(node))
        if node.op in families.SELECTIONS or node.op in COMPUTED:
            return self._others_alone(node, use) and not is_lost(self._graph, node)
        return False

    def _others_alone(self, node: Node, use: Use) -> bool:
        threshold = node.op in STEPS or self._is_stepped(node)
        return all(
            each in self._alone or is_scalar(self._graph, each, threshold=threshold)
            for at, each in enumerate(node.inputs)
            if at != use.position
        )

    def _is_stepped(self, node: Node) -> bool:
        """Whether all that is made of a node is a step: what it adds to random numbers is a threshold."""
        readers = [self._graph[use.node].op for use in self._graph.uses_of_node.get(node.name, ())]
        return bool(readers) and all(each in STEPS for each in readers)

    def groups(self) -> tuple[Noise, ...]:
        """The noise of draws that come together."""
        sites = [each for ref in self._alone for each in self._sites(ref)]
        together = _joined([*self._alone.values(), *self._mixed(sites)])
        groups: dict[str, int] = {name: at for at, draws in enumerate(together) for name in draws}
        alone: list[list[TensorRef]] = [[] for _ in together]
        for ref, draws in self._alone.items():
            alone[groups[next(iter(draws))]].append(ref)
        met: list[list[Site]] = [[] for _ in together]
        for each in sites:
            met[groups[next(iter(self._alone[each.drawn]))]].append(each)
        return tuple(
            Noise(draws, frozenset(refs), frozenset(filter(self._jumps, refs)), tuple(places))
            for draws, refs, places in zip(together, alone, met, strict=True)
        )

    def _jumps(self, ref: TensorRef) -> bool:
        node = self._graph.producer(ref)
        kind = node.dtype("DstT")
        cut = node.op in families.CAST and kind is not None and kind.is_integer
        return node.op in STEPS or node.op in families.MULTINOMIAL | families.UNIFORM_INT or cut

    def _mixed(self, sites: Iterable[Site]) -> Iterator[frozenset[str]]:
        """The draws that meet at one op."""
        by_node: dict[str, frozenset[str]] = {}
        for each in sites:
            by_node[each.node] = by_node.get(each.node, frozenset()) | self._alone[each.drawn]
        yield from by_node.values()

    def _sites(self, ref: TensorRef) -> Iterator[Site]:
        for use in self._graph.uses.get(ref, ()):
            node = self._graph[use.node]
            ends = node.op in families.SHAPES or is_lost(self._graph, node)
            if not ends and not any(each in self._alone for each in self._results(node)):
                site = self._site(ref, node, use.position)
                if site is not None:
                    yield site

    def _site(self, ref: TensorRef, node: Node, position: int) -> Site | None:
        """What random numbers do at a node; None where another site at it says so."""
        if node.op in families.SELECTIONS:
            if position == 0:
                return self._choice(ref, node)
            return None if node.inputs[0] in self._alone else Site(ref, node.name, "other")
        if node.op in families.MULTIPLICATION or (node.op in QUOTIENTS and position == 1):
            return self._blended(ref, node, node.inputs[1 - position]) or Site(
                ref, node.name, "factor", node.inputs[1 - position], 1.0
            )
        if node.op in families.SUMS or (
            node.op in families.SUBTRACTION | families.BIAS_ADDITION and position == 1
        ):
            kept = node.inputs[1 - position] if len(node.inputs) == 2 else None
            return Site(ref, node.name, "term", kept, 0.0)
        if node.op in SWITCH and position == 1:
            return self._branch(ref, node)
        if node.op in families.WHERE:
            return Site(ref, node.name, "selection", None, 1.0)
        return Site(ref, node.name, "other")

    def _branch(self, ref: TensorRef, switch: Node) -> Site | None:
        """A branch that applies weights, where the other one hands on what it is given; else the one that hands it on.

        None where neither hands on what this switch is given.
        """
        for index in (0, 1):
            todo = [TensorRef(switch.name, index)]
            for each in todo:
                for use in self._graph.uses.get(each, ()):
                    node = self._graph[use.node]
                    if node.op in families.TRANSPARENT:
                        todo.append(TensorRef(node.name))
                    elif node.op in MERGE:
                        others = [other for other in node.inputs if other != each]
                        computes = any(applies_weights(self._graph, other) for other in others)
                        return Site(ref, switch.name, "branch", None, float(index != computes))
        return None

    def _choice(self, ref: TensorRef, node: Node) -> Site:
        """A choice between a value and what holds none, or between a new state and the old one."""
        spare = [self._holds_no_value(each) for each in node.inputs[1:]]
        if spare[0] == spare[1]:
            spare = older_of(self._graph, *node.inputs[1:])
        if spare[0] == spare[1]:
            return Site(ref, node.name, "other")
        kept, instead = node.inputs[1:][:: -1 if spare[0] else 1]
        return Site(ref, node.name, "choice", kept, float(not spare[0]), instead)

    def _holds_no_value(self, ref: TensorRef) -> bool:
        return is_zero(self._graph, ref) or ref in self._alone or self._ranges.of(ref) is not None

    def _blended(self, ref: TensorRef, node: Node, value: TensorRef) -> Site | None:
        """A factor of an old state, or of the new one, where random shares of both are added."""
        for use in self._graph.uses.get(TensorRef(node.name), ()):
            total = self._graph[use.node]
            if total.op not in families.ADDITIONS or total.inputs[1 - use.position] in self._alone:
                continue
            other = self._graph.producer(total.inputs[1 - use.position])
            shares = (
                [each for each in other.inputs if self._is_share(each, ref)]
                if other.op in families.MULTIPLICATION
                else []
            )
            if len(shares) == 1:
                beside = other.inputs[1 - other.inputs.index(shares[0])]
                older = older_of(self._graph, value, beside)
                if older[0] == older[1]:
                    return Site(ref, node.name, "other")
                return Site(ref, node.name, "factor", value, float(not older[0]))
        return None

    def _is_share(self, ref: TensorRef, beside: TensorRef) -> bool:
        """Whether a tensor is made of the draws that another one is made of, and is another."""
        return ref != beside and ref in self._alone and self._alone[ref] == self._alone[beside]


def _joined(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The sets, those that have a member in common made one."""
    found: dict[str, frozenset[str]] = {}
    for each in sets:
        whole = each.union(*(found[name] for name in each if name in found))
        found.update(dict.fromkeys(whole, whole))
    return list(dict.fromkeys(found.values()))


def is_lost(graph: Graph, node: Node) -> bool:
    """Whether a node multiplies with a tensor of zeros, as a network's first state is."""
    return node.op in families.MULTIPLICATION and any(
        scalar(graph, each) is None and is_zero(graph, each) for each in node.inputs
    )


def is_drawn(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is made of random numbers and of scalars alone."""
    return ref in _all_drawn(graph)


@cached_on_graph
def _all_drawn(graph: Graph) -> frozenset[TensorRef]:
    return frozenset(ref for each in find_noise(graph) for ref in each.alone)
