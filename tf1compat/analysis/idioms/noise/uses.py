"""What is made of a scalar, and what it is made of: whether it does anything but govern noise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.scalars import is_scalar
from tf1compat.analysis.idioms.noise.sites import Noise
from tf1compat.analysis.pattern import source
from tf1compat.analysis.training import find_training_nodes
from tf1compat.analysis.value_sources import value_sources
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pointwise import QUOTIENTS
from tf1compat.ops.values import scalar

_AFFINE = (
    families.ADDITIONS | families.SUBTRACTION | families.MULTIPLICATION | families.NEGATION | frozenset(QUOTIENTS)
)  # fmt: skip
_SHAPING = families.RESHAPES | families.CAST
_STEPS = 10  # ops between a rate and what a mask makes of the value
_OPTIMIZES = re.compile(r"(Resource)?(Sparse)?Apply")


def is_learned(graph: Graph, node: Node) -> bool:
    """Whether an optimizer changes a variable."""
    return node.name in _learned(graph)


@cached_on_graph
def _learned(graph: Graph) -> frozenset[str]:
    updates = (node for node in graph.nodes if _OPTIMIZES.match(node.op))
    return frozenset(ref.node for node in updates for ref in node.inputs)


def depends_on_model(graph: Graph, ref: TensorRef) -> bool:
    """Whether a scalar is worked out from examples, or from what was learned."""
    behind = (graph[name] for name in value_sources(graph, ref))
    return any(
        node.op in families.FEEDERS
        or (node.op in families.VARIABLES and is_learned(graph, node))
        or (node.op in families.PLACEHOLDERS and not holds_scalars(graph, TensorRef(node.name)))
        for node in behind
    )


def holds_scalars(graph: Graph, ref: TensorRef) -> bool:
    """Whether a placeholder is a scalar, or a list of such, as the rates of several layers are, taken one by one."""
    if graph.static_shape(ref).rank != 1:
        return is_scalar(graph, ref, threshold=True)
    taken = {use.node for use in graph.uses.get(ref, ())}
    return all(
        graph[name].op in families.STRIDED_SLICE and graph.static_shape(TensorRef(name)).rank == 0
        for name in taken - find_training_nodes(graph)
    )


def is_used_beside(flow: ForwardGraph, noise: Noise, near: frozenset[str], ref: TensorRef) -> bool:
    """Whether a scalar that governs noise is made use of beside it, for what soon meets the noise, as a scale does."""
    own = frozenset(each.node for each in noise.alone)
    reached = readers_of(flow, ref)
    for _ in range(_STEPS):
        reached -= own
        if reached & near:
            return True
        reached = {use.node for each in reached for use in flow.graph.uses_of_node.get(each, ())}
        reached -= flow.training
    return False


def only_governs(flow: ForwardGraph, near: frozenset[str], ref: TensorRef) -> bool:
    """Whether nothing is made of a scalar but noise and what is near it: all that is, soon meets it."""
    readers = readers_of(flow, ref)
    for _ in range(_STEPS):
        readers -= near
        ends = {name for name in readers if name not in flow.graph.uses_of_node}
        if not all(is_scalar(flow.graph, TensorRef(name)) for name in ends):
            return False
        following = {use.node for name in readers for use in flow.graph.uses_of_node.get(name, ())}
        readers = following - flow.training
    return not readers


def bases_of(graph: Graph, ref: TensorRef) -> list[TensorRef]:
    """The scalars that one is worked out from by shifts and scales, as `1 - p` is, in loops and branches and before
    them; the last one is where that begins."""
    found = [source(graph, ref)]
    while (before := _before(graph, graph.producer(found[-1]))) is not None:
        found.append(source(graph, before))
    return found


def constants_before(graph: Graph, bases: Iterable[TensorRef]) -> Iterator[TensorRef]:
    """The constants by which scalars are shifted and scaled on the way to what they become."""
    for ref in bases:
        node = graph.producer(ref)
        for each in node.inputs if node.op in _AFFINE else ():
            if graph.producer(source(graph, each)).op in families.CONSTANT:
                yield source(graph, each)


def _before(graph: Graph, node: Node) -> TensorRef | None:
    if node.op in SWITCH or node.op in _SHAPING:
        return node.inputs[0]
    if node.op in families.SUBTRACTION and scalar(graph, node.inputs[0]) == 1.0:
        return node.inputs[1]
    unknown = [each for each in node.inputs if scalar(graph, each) is None] if node.op in _AFFINE else []
    inverts = node.op in QUOTIENTS and unknown != list(node.inputs[:1])
    return unknown[0] if len(unknown) == 1 and not inverts else None


def readers_of(flow: ForwardGraph, ref: TensorRef) -> set[str]:
    """The forward nodes that read a scalar, or one less it."""
    graph = flow.graph
    uses = [use for each in _same(graph, ref) for use in graph.uses.get(each, ())]
    passing = families.TRANSPARENT | SWITCH | _SHAPING
    return {
        use.node
        for use in uses
        if not (graph[use.node].op in passing or _is_complement(graph, graph[use.node], use.position))
        and use.node not in flow.training
    }


def _same(graph: Graph, ref: TensorRef) -> list[TensorRef]:
    """The tensor, what only hands it on, and what is one less it."""
    found = [ref]
    for each in found:
        for use in graph.uses.get(each, ()):
            node = graph[use.node]
            passes = node.op in families.TRANSPARENT | SWITCH | _SHAPING or _is_complement(
                graph, node, use.position
            )
            results = [TensorRef(use.node, index) for index in range(2 if node.op in SWITCH else 1)]
            found.extend(each for each in results if passes and each not in found)
    return found


def _is_complement(graph: Graph, node: Node, position: int) -> bool:
    return node.op in families.SUBTRACTION and position == 1 and scalar(graph, node.inputs[0]) == 1.0
