"""The parts of a graph that only training, saving and watching need, found by what their nodes do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tf1compat.analysis.gradients import (
    SUMMARIES,
    all_gradient_scopes,
    features_by_gradient,
    gradient_scopes,
    in_gradient,
    scopes_of_features,
    updates,
)
from tf1compat.graph.attributes import DType
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.edges import all_ahead, names_at, places_of
from tf1compat.graph.frames import EXIT, MERGE
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants, order, resolve, topological
from tf1compat.names import TensorRef
from tf1compat.ops import families

#: `SigmoidGrad`, `TensorArrayGradV3`, and what gives back to a gradient's loop what the forward loop pushed.
_GRADIENT_OP = re.compile(r"Grad(V\d+)?\Z|StackPop(V2)?\Z")
_CHECKS = families.IS_INITIALIZED | {"ReportUninitializedVariables"}
_KEPT = families.VARIABLES | families.PLACEHOLDERS | EXIT


@cached_on_graph
def find_training_nodes(graph: Graph) -> frozenset[str]:
    """Names of the optimizer, gradient, saver, summary and initializer nodes."""
    gradients = _gradient_nodes(graph)
    derived = descendants(graph, gradients, stop=lambda node: node.op in families.VARIABLES)
    performed = frozenset(node.name for node in graph.nodes if _performs(graph, node))
    results = frozenset(node.name for node in graph.nodes if node.op in MERGE and _only_updated(graph, node))
    kept = frozenset(node.name for node in graph.nodes if _keeps_for_gradients(graph, node))
    training = derived | _only_serving(graph, performed | kept, gradients) | results
    return training | _groups(graph, training)


def _gradient_nodes(graph: Graph) -> frozenset[str]:
    """The nodes in gradients' scopes, and those whose op is a gradient by itself."""
    features = features_by_gradient(graph)
    return frozenset(
        node.name
        for node in graph.nodes
        if (_GRADIENT_OP.search(node.op) or in_gradient(graph, node)) and node.name not in features
    )


def _performs(graph: Graph, node: Node) -> bool:
    if node.op in families.IDENTITY:  # the Saver's result: the filename, after everything is written
        return any(graph[name].op in families.SAVER for name in node.control_inputs)
    return updates(node) or node.op in families.SAVER | _CHECKS or node.op.endswith(SUMMARIES)


def _only_updated(graph: Graph, merge: Node) -> bool:
    """Whether a branch point hands on what an update left behind, and nobody reads it."""
    if merge.name in graph.uses_of_node:
        return False
    return any(_follows_update(graph, graph.producer(ref)) for ref in merge.inputs)


def _keeps_for_gradients(graph: Graph, node: Node) -> bool:
    """Whether a branch point hands on what a gradient may want of the branch that was taken."""
    return node.op in MERGE and all(graph.producer(ref).op in families.OPTIONALS for ref in node.inputs)


def _follows_update(graph: Graph, node: Node) -> bool:
    """Whether a node is an update, or reads what one left behind."""
    if node.op not in families.READ_VARIABLE:
        return updates(node)
    before = (*(ref.node for ref in node.inputs), *node.control_inputs)
    return any(updates(graph[name]) for name in before)


def _only_serving(graph: Graph, performed: frozenset[str], gradients: frozenset[str]) -> frozenset[str]:
    """The performed nodes with what is there for their sake alone; the fed and the stored stay out.

    What a summary or a metric looks at is not there for its sake, and a loss never is. A gradient that only asks for a
    shape does not count.
    """
    nodes, ahead = graph.nodes, all_ahead(graph)
    shapes = places_of(graph, (name for name in gradients if graph[name].op in families.SHAPES))
    found = places_of(graph, performed)
    losses = places_of(graph, find_losses(graph))
    weights = _weights(graph)
    taking = {
        place for place in found if not _looks_on(nodes[place]) or _adds_to(graph, nodes[place], weights)
    }
    for place in reversed(order(graph)):
        readers = [each for each in ahead[place] if each not in shapes]
        if readers and taking.issuperset(readers) and place not in losses and _may_serve(nodes[place]):
            found.add(place)
            taking.add(place)
    return names_at(graph, found)


def _weights(graph: Graph) -> frozenset[str]:
    """The variables that layers multiply by, and those that are added to what they give."""
    multiply = families.MATRIX_PRODUCTS | families.CONVOLUTIONS
    layers = [node for node in graph.nodes if node.op in multiply]
    uses = (use for node in layers for use in graph.uses_of_node.get(node.name, ()))
    shifted = (
        graph[use.node] for use in uses if graph[use.node].op in families.ADDITIONS | families.BIAS_ADDITION
    )
    read = {
        resolve(graph, ref, families.TRANSPARENT | families.READ_VARIABLE)
        for node in (*layers, *shifted)
        for ref in node.inputs
    }
    return frozenset(ref.node for ref in read if graph[ref.node].op in families.VARIABLES)


def _adds_to(graph: Graph, node: Node, weights: frozenset[str]) -> bool:
    """Whether a node adds to a weight of the model, as training by hand does: what a metric counts is none."""
    return node.op in families.ASSIGN_ADD and resolve(graph, node.inputs[0]).node in weights


def _looks_on(node: Node) -> bool:
    return node.op.endswith(SUMMARIES) or node.op in families.ASSIGN_ADD


def _may_serve(node: Node) -> bool:
    if node.op in families.PLACEHOLDERS:
        return node.dtype("dtype") == DType("string")  # the Saver's filename
    return node.op not in _KEPT


def _groups(graph: Graph, training: frozenset[str]) -> frozenset[str]:
    """NoOps that wait for training parts, and groups of such groups."""
    found: set[str] = set()
    for node in topological(graph):
        waits = node.op in families.NO_OP and any(
            each in training or each in found for each in node.control_inputs
        )
        if waits:
            found.add(node.name)
    return frozenset(found)


def find_losses(graph: Graph) -> tuple[str, ...]:
    """The nodes that gradients start from, in the order of the file."""
    starts: set[str] = set()
    for forward in gradient_scopes(graph).values():
        before = [ref.node for name in forward for ref in graph[name].inputs]
        starts |= forward - ancestors(graph, before, control=False)
    starts |= set(_figures_of_features(graph))
    return tuple(node.name for node in graph.nodes if node.name in starts and node.op not in EXIT)


def _figures_of_features(graph: Graph) -> Iterator[str]:
    """The figures that are there for nothing but a gradient that is computed with."""
    features, scopes = features_by_gradient(graph), all_gradient_scopes(graph)
    for name in frozenset().union(*(scopes[scope] for scope in scopes_of_features(graph))):
        readers = {use.node for use in graph.uses_of_node.get(name, ())}
        if graph.static_shape(TensorRef(name)).rank == 0 and readers <= features:
            yield name
