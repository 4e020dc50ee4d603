"""Which results belong together: one application of weights to data, and all applications of the same weights.

Towers, and a network built once for training and once for testing, are applications of the same weights; what shares
no weights is a model of its own. Everything is told in one pass over the nodes behind the results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding
from tf1compat.discovery.outputs.networks.objectives import differentiated, scopes_through
from tf1compat.names import TensorRef
from tf1compat.ops.families import VARIABLES
from tf1compat.ops.registry import value_type


@dataclass(frozen=True)
class Application:
    """Results computed together from data by these variables, with the nodes in between."""

    flow: ForwardGraph
    heads: tuple[OutputFinding, ...]
    nodes: tuple[str, ...]
    variables: frozenset[str]

    @cached_property
    def differentiated(self) -> bool:
        """Whether training goes through it."""
        trained = differentiated(self.flow.graph)
        return any(name in trained for name in self.nodes)

    @cached_property
    def serves_loss(self) -> bool:
        """Whether its results are there for a loss alone, and training does not go through it, as for expectations."""
        ends = self.flow.leading_to(self.flow.losses)
        return not self.differentiated and all(each.tensor.node in ends for each in self.heads)

    @cached_property
    def gradients(self) -> frozenset[str]:
        """The scopes of the gradients that go back through it."""
        scopes = scopes_through(self.flow.graph)
        return frozenset().union(*(scopes.get(name, frozenset()) for name in self.nodes))

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """Its variables, in the order in which they are first applied."""
        return tuple(dict.fromkeys(one for name in self.nodes for one in _variables_at(self.flow, name)))

    @property
    def place(self) -> tuple[str, str]:
        """The device that it was put on, and its first result's name."""
        first = self.heads[0].tensor.node
        return self.flow.graph[first].device, first

    @cached_property
    def sources(self) -> frozenset[TensorRef]:
        """What it is fed with."""
        behind = self.flow.behind(each.tensor for each in self.heads)
        return frozenset(each for each in self.flow.sources if each.node in behind)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The roles of its results."""
        return tuple(sorted(each.role for each in self.heads))


class _Sets:
    """Disjoint sets of names, joined pair by pair."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def root(self, name: str) -> str:
        parents = self._parents
        while (parent := parents.setdefault(name, name)) != name:
            parents[name] = parents[parent]
            name = parent
        return name

    def join(self, first: str, second: str) -> None:
        self._parents[self.root(second)] = self.root(first)


def find_applications(flow: ForwardGraph, outputs: Sequence[OutputFinding]) -> tuple[Application, ...]:
    """The results, grouped by what they share on the way from the data, in the order of the file.

    A result that is made of variables alone goes with the first application of these variables.
    """
    graph = flow.graph
    behind = flow.behind(each.tensor for each in outputs)
    flesh = (behind & flow.computed) - flow.weights
    sets = _Sets()
    for name in flesh:
        for ref in graph[name].inputs:
            if ref.node in flesh:
                sets.join(name, ref.node)
    nodes: dict[str, list[str]] = {}
    for node in graph.in_order(flesh):
        nodes.setdefault(sets.root(node.name), []).append(node.name)
    heads: dict[str, list[OutputFinding]] = {}
    for each in outputs:
        heads.setdefault(sets.root(each.tensor.node), []).append(each)
    made = [
        Application(flow, tuple(heads[root]), tuple(each), _variables(flow, each))
        for root, each in nodes.items()
        if root in heads
    ]
    loose = [each for root, group in heads.items() if root not in nodes for each in group]
    return _with_loose(flow, made, loose)


def _variables(flow: ForwardGraph, nodes: Iterable[str]) -> frozenset[str]:
    """The variables that are applied at these nodes, however they are read, cut and joined before."""
    return frozenset(one for name in nodes for one in _variables_at(flow, name))


def _variables_at(flow: ForwardGraph, name: str) -> Iterator[str]:
    todo = [ref.node for ref in flow.graph[name].inputs if ref.node in flow.weights]
    for each in todo:
        todo += [
            ref.node for ref in flow.graph[each].inputs if ref.node in flow.weights and ref.node not in todo
        ]
    yield from (each for each in dict.fromkeys(todo) if flow.graph[each].op in VARIABLES)


def _with_loose(
    flow: ForwardGraph, made: list[Application], loose: list[OutputFinding]
) -> tuple[Application, ...]:
    """The applications with each result that is made of variables alone beside those that use them."""
    for head in loose:
        own = frozenset(name for name in flow.behind([head.tensor]) if flow.graph[name].op in VARIABLES)
        place = next((at for at, each in enumerate(made) if own & each.variables), None)
        if place is None:
            made.append(Application(flow, (head,), (head.tensor.node,), own))
        else:
            each = made[place]
            made[place] = Application(flow, (*each.heads, head), each.nodes, each.variables)
    return tuple(made)


def by_shared_weights(applications: Sequence[Application]) -> list[tuple[Application, ...]]:
    """The applications in groups that share weights; a whole number or a single figure, as a step count, is none."""
    sets = _Sets()
    for number, each in enumerate(applications):
        for name in each.variables:
            if _is_weight(each.flow, name):
                sets.join(f"variable {name}", f"application {number}")
    found: dict[str, list[Application]] = {}
    for number, each in enumerate(applications):
        found.setdefault(sets.root(f"application {number}"), []).append(each)
    return [tuple(each) for each in found.values()]


def _is_weight(flow: ForwardGraph, name: str) -> bool:
    ref = TensorRef(name)
    return value_type(flow.graph, ref).is_floating and flow.graph[name].shape().rank != 0
