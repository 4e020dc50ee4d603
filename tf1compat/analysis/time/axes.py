"""How time lies in each tensor of a recurrent model, as far as every step is still computed by itself.

A tensor may be without time, hold the steps along an axis, hold what is left of them after the last one, or have
mixed them. What each op does with them stands in `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tf1compat.analysis.time.rules import gathered, rule
from tf1compat.analysis.time.steps import COUNTED, LAST, MIXED, STILL, Steps
from tf1compat.graph.frames import EXIT
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import topological
from tf1compat.names import TensorRef
from tf1compat.ops.families import SHAPES


@dataclass(frozen=True)
class Network:
    """One network as time sees it: where its steps come in, what it gives for each, and what it ends with."""

    expected: tuple[
        tuple[TensorRef, Steps], ...
    ]  # what goes in: how the steps must lie to be taken one at a time
    outputs: Mapping[TensorRef, Steps]
    finals: frozenset[TensorRef]


class TimeAxes:
    """The steps in every tensor, given where they are in the inputs and where the networks stand."""

    def __init__(
        self,
        graph: Graph,
        given: Mapping[TensorRef, Steps],
        networks: Iterable[Network],
        lengths: frozenset[str] = frozenset(),
    ) -> None:
        self.graph = graph
        self.lengths = lengths  # nodes that give the sequences' lengths
        self._found: dict[TensorRef, Steps] = dict(given)
        self._fixed = frozenset(given)
        self._networks = {ref: network for network in networks for ref in (*network.outputs, *network.finals)}
        self._named: dict[str, list[TensorRef]] = {}
        for ref in self._networks:
            self._named.setdefault(ref.node, []).append(ref)
        for node in topological(graph):
            self._visit(node)

    def of(self, ref: TensorRef) -> Steps:
        """How the steps lie in a tensor."""
        return self._found.get(ref) or self._found.get(TensorRef(ref.node), STILL)

    def _visit(self, node: Node) -> None:
        ref = TensorRef(node.name)
        if ref not in self._fixed:
            self._found[ref] = self._judged(node)
        for each in self._named.get(node.name, ()):
            self._found[each] = self._of_network(each)

    def _of_network(self, ref: TensorRef) -> Steps:
        network = self._networks[ref]
        if not self.is_steady(network):
            return MIXED
        return network.outputs.get(ref, LAST)

    def is_steady(self, network: Network) -> bool:
        """Whether each step of a network sees its own part of the data and nothing else of the sequence."""
        return all(_meets(self.of(ref), steps) for ref, steps in network.expected)

    def _judged(self, node: Node) -> Steps:
        if node.op in SHAPES:
            return STILL
        if node.op in EXIT:
            return MIXED
        operands = [self.of(each) for each in node.inputs]
        kinds = {each.kind for each in operands}
        if "mixed" in kinds:
            return MIXED
        if kinds <= {"still", "counted"}:
            return COUNTED if "counted" in kinds else STILL
        if node.op in ("Gather", "GatherV2", "GatherNd"):
            return gathered(self, node)
        if "along" not in kinds and "flat" not in kinds:
            return MIXED if "counted" in kinds else LAST
        if kinds & {"last", "counted"}:
            return MIXED  # what the whole sequence comes to reaches every step
        return rule(node)(self, node)

    def rank(self, ref: TensorRef) -> int | None:
        return self.graph.static_shape(ref).rank

    def axis(self, value: float | None, rank: int | None) -> int | None:
        """An axis counted from the front, if it can be."""
        if value is None or value >= 0:
            return None if value is None else int(value)
        return None if rank is None else int(value) + rank


def _meets(found: Steps, wanted: Steps) -> bool:
    return found == wanted or (wanted == STILL and found == COUNTED)
