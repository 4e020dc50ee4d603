"""Where each state's initial value comes from: zeros, something fed, a variable, another network, or arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from tf1compat.analysis.pattern import source
from tf1compat.analysis.value_sources import ARRANGING, is_zero, value_sources
from tf1compat.discovery.findings import KeptState, Layer, Rnn, StateKind, StateOrigin
from tf1compat.graph.frames import ENTER, EXIT
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import data_operands

_DEPTH = 100  # how many ops may stand between a state and its origin


def with_origins(graph: Graph, rnns: Iterable[Rnn], trainable: Collection[str]) -> tuple[Rnn, ...]:
    """The networks, each layer saying where its initial states come from."""
    found = tuple(rnns)
    kept = {each.variable for each in find_kept_states(graph, found)}
    finals = frozenset(ref for rnn in found for ref in _finals(rnn))
    return tuple(_with_origins(_Origins(graph, finals, _finals(rnn), kept, trainable), rnn) for rnn in found)


def _finals(rnn: Rnn) -> frozenset[TensorRef]:
    return frozenset(ref for layer in rnn.layers for ref in layer.final_state.values() if ref is not None)


def _with_origins(origins: _Origins, rnn: Rnn) -> Rnn:
    return replace(rnn, layers=tuple(_layer(origins, each) for each in rnn.layers))


def _layer(origins: _Origins, layer: Layer) -> Layer:
    states = {part: ref for part, ref in layer.initial_state.items() if ref is not None}
    found = {part: origins.of(ref) for part, ref in states.items()}
    return replace(layer, initial_value=MappingProxyType(found))


@dataclass(frozen=True)
class _Origins:
    """Judges initial states of one network."""

    graph: Graph
    finals: frozenset[TensorRef]  # of all networks
    own: frozenset[TensorRef]
    kept: Collection[str]
    trainable: Collection[str]

    def of(self, ref: TensorRef) -> StateOrigin:
        """What a state is made of; `computed`, of itself, where that is nothing else."""
        if is_zero(self.graph, ref):
            return StateOrigin("zeros", ref)
        leaves = self._leaves(ref, _DEPTH)
        kinds = {each.kind for each in leaves}
        if len(kinds) == 1 and kinds != {"computed"}:
            return leaves[0] if len(set(leaves)) == 1 else StateOrigin(leaves[0].kind, ref)
        made_of_weights: StateKind = "weights" if self._is_made_of_weights(ref) else "computed"
        return StateOrigin(made_of_weights, ref)

    def _is_encoded(self, ref: TensorRef) -> bool:
        """Whether a tensor is the final state of another network."""
        return ref in self.finals and ref not in self.own

    def _leaves(self, ref: TensorRef, depth: int) -> tuple[StateOrigin, ...]:
        """What a tensor's values are taken from, unchanged; zeros added to them do not count."""
        found = self._through_finals(ref)
        node = self.graph.producer(found)
        leaf = self._leaf(found, node)
        if leaf is not None:
            return (leaf,)
        operands = self._parts(node) if depth else ()
        leaves = tuple(each for part in operands for each in self._leaves(part, depth - 1))
        return leaves or (StateOrigin("computed", found),)

    def _through_finals(self, ref: TensorRef) -> TensorRef:
        """The tensor behind what only hands it on, but not behind another network's final state."""
        for _ in range(_DEPTH):
            if self._is_encoded(ref):
                return ref
            node = self.graph.producer(ref)
            if node.op not in families.IDENTITY | families.STOP_GRADIENT | ENTER or not node.inputs:
                return source(self.graph, ref)
            ref = node.inputs[0]
        return ref

    def _leaf(self, ref: TensorRef, node: Node) -> StateOrigin | None:
        if self._is_encoded(ref):
            return StateOrigin("encoder", ref)
        if node.op in families.PLACEHOLDERS:
            return StateOrigin(
                "default" if node.op in families.PLACEHOLDER_WITH_DEFAULT else "placeholder", ref
            )
        if node.op in families.VARIABLES:
            keeps = node.name in self.kept or node.name not in self.trainable
            return StateOrigin("variable" if keeps else "weights", ref)
        return None

    def _parts(self, node: Node) -> tuple[TensorRef, ...]:
        if node.op in ARRANGING | families.CAST:
            return data_operands(node)[:1]
        if node.op in families.JOINING:
            return data_operands(node)
        if node.op in families.ADDITIONS:
            operands = tuple(each for each in node.inputs if not is_zero(self.graph, each))
            return operands if len(operands) == 1 else ()
        return ()

    def _is_made_of_weights(self, ref: TensorRef) -> bool:
        sources = {self.graph[name].op for name in value_sources(self.graph, ref)}
        return bool(sources & families.VARIABLES) and not sources & (
            families.PLACEHOLDERS | families.FEEDERS | EXIT | families.RANDOM
        )


# ------------------------------------------------------------------------------- states kept in variables


def find_kept_states(graph: Graph, rnns: Iterable[Rnn]) -> tuple[KeptState, ...]:
    """The variables that an RNN starts from and that what it ends with is assigned to, in the order of the file."""
    assigns: dict[str, list[str]] = {}
    networks = [(_starts(graph, rnn), _finals(rnn)) for rnn in rnns]
    for node in graph.nodes:
        if node.op in families.ASSIGN and len(node.inputs) > 1:
            variable = graph.producer(source(graph, node.inputs[0]))
            if any(variable.name in starts and _holds(graph, node, finals) for starts, finals in networks):
                assigns.setdefault(variable.name, []).append(node.name)
    return tuple(KeptState(variable, tuple(names)) for variable, names in assigns.items())


def _starts(graph: Graph, rnn: Rnn) -> frozenset[str]:
    """The variables behind a network's initial states."""
    initial = [ref for layer in rnn.layers for ref in layer.initial_state.values() if ref is not None]
    behind = frozenset(name for ref in initial for name in value_sources(graph, ref))
    return frozenset(name for name in behind if graph[name].op in families.VARIABLES)


def _holds(graph: Graph, assign: Node, finals: Collection[TensorRef]) -> bool:
    """Whether what is assigned is made of final states."""
    names = {ref.node for ref in finals}
    behind = ancestors(graph, [assign.inputs[1].node], control=False, stop=lambda node: node.name in names)
    return bool(behind & names)
