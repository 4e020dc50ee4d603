"""Gradients in a graph: those that training follows, and those that the forward part computes with.

Scopes are not trusted by their names alone: a scope counts as a gradient's only when its children are named
after forward ops with `_grad` at the end, as `tf.gradients` makes them. An author's own `gradients` does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from types import MappingProxyType

from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants, resolve
from tf1compat.names import TensorRef, strip_number
from tf1compat.ops import families
from tf1compat.ops.updates import is_update

SUMMARIES = ("Summary", "SummaryV2")


@cached_on_graph
def gradient_scopes(graph: Graph) -> Mapping[str, frozenset[str]]:
    """Each scope of gradients that training follows, with the forward ops that it goes back through."""
    features = scopes_of_features(graph)
    return MappingProxyType(
        {scope: forward for scope, forward in all_gradient_scopes(graph).items() if scope not in features}
    )


@cached_on_graph
def all_gradient_scopes(graph: Graph) -> Mapping[str, frozenset[str]]:
    """Each scope that `tf.gradients` made, with the forward ops that it goes back through."""
    found: dict[str, set[str]] = {}
    for node in graph.nodes:
        for scope, child in _below_gradients(node.name):
            forward = _differentiated(graph, scope, child)
            if forward is not None:
                found.setdefault(scope, set()).add(forward)
    return MappingProxyType({scope: frozenset(forward) for scope, forward in found.items()})


def _below_gradients(name: str) -> Iterator[tuple[str, list[str]]]:
    """Every way to read a node's name as a scope `.../gradients` and the components below it."""
    if "gradients" not in name:
        return
    components = name.split("/")
    for index, each in enumerate(components[:-1]):
        if strip_number(each) == "gradients":
            yield "/".join(components[: index + 1]), components[index + 1 :]


def _differentiated(graph: Graph, scope: str, components: list[str]) -> str | None:
    """The forward op that a gradient is named after, under whatever prefix an import gave both."""
    prefixes = ["", *(prefix + "/" for prefix in accumulate(scope.split("/")[:-1], "{}/{}".format))]
    for child in accumulate(components, "{}/{}".format):
        if child.endswith("_grad"):
            for prefix in prefixes:
                if prefix + child[:-5] in graph:
                    return prefix + child[:-5]
    return None


# ------------------------------------------------------------------------ gradients that the forward part computes with


@cached_on_graph
def _members(graph: Graph) -> Mapping[str, frozenset[str]]:
    """The nodes of each scope of gradients."""
    scopes, found = all_gradient_scopes(graph), dict[str, set[str]]()
    for node in graph.nodes if scopes else ():
        for scope, _ in _below_gradients(node.name):
            if scope in scopes:
                found.setdefault(scope, set()).add(node.name)
    return MappingProxyType({scope: frozenset(nodes) for scope, nodes in found.items()})


@cached_on_graph
def scopes_of_features(graph: Graph) -> frozenset[str]:
    """The scopes whose gradients become a part of what is predicted, as a step along them from the data does."""
    members = _members(graph)
    inside = frozenset().union(*members.values())
    return frozenset(scope for scope, nodes in members.items() if _is_feature(graph, nodes, inside))


@cached_on_graph
def features_by_gradient(graph: Graph) -> frozenset[str]:
    """The nodes of such gradients, as far as something is computed of them."""
    members, found = _members(graph), set[str]()
    for scope in scopes_of_features(graph):
        nodes = members[scope]
        read = [
            name for name in nodes if any(use.node not in nodes for use in graph.uses_of_node.get(name, ()))
        ]
        found |= ancestors(graph, read, control=False) & nodes
    return frozenset(found)


def _is_feature(graph: Graph, nodes: frozenset[str], inside: frozenset[str]) -> bool:
    """Whether gradients meet data on the way to a result that is more than a figure, and change no weight."""
    starts = {use.node for name in nodes for use in graph.uses_of_node.get(name, ())} - inside
    if not starts or any(_is_by_weight(graph, name, inside) for name in nodes):
        return False
    reached = descendants(graph, starts, stop=lambda node: node.name in inside) - inside
    own = reached | inside
    meeting = {name for name in reached if not updates(graph[name]) and _meets_data(graph, name, own)}
    before = (
        descendants(graph, starts, stop=lambda node: node.name in inside or node.name in meeting) - inside
    )
    changes = any(updates(graph[name]) or _changes_weights(graph, name, own) for name in before - meeting)
    return bool(meeting) and not changes and any(_is_result(graph, name) for name in reached)


def _is_by_weight(graph: Graph, name: str, inside: frozenset[str]) -> bool:
    """Whether a gradient that is read outside is one by a variable: it has the shape of one that its op reads."""
    shape = graph.static_shape(TensorRef(name))
    if not shape.rank or all(use.node in inside for use in graph.uses_of_node.get(name, ())):
        return False
    forward = (
        each for scope, child in _below_gradients(name) if (each := _differentiated(graph, scope, child))
    )
    read = (resolve(graph, ref, families.TRANSPARENT) for each in forward for ref in graph[each].inputs)
    return any(graph[ref.node].op in families.VARIABLES and graph[ref.node].shape() == shape for ref in read)


def _others(graph: Graph, name: str, own: frozenset[str]) -> list[str]:
    """What else than gradients a node is computed of, figures left out."""
    given = (ref for ref in graph[name].inputs if ref.node not in own)
    return [
        ref.node for ref in given
        if graph.static_shape(ref).rank != 0 and graph[ref.node].op not in families.CONSTANT
    ]  # fmt: skip


def _changes_weights(graph: Graph, name: str, own: frozenset[str]) -> bool:
    """Whether a node moves weights along their gradient, in a tensor of its own."""
    adds = graph[name].op in families.ADDITIONS | families.SUBTRACTION
    return adds and any(not _fed(graph) & {each} for each in _others(graph, name, own))


def _meets_data(graph: Graph, name: str, own: frozenset[str]) -> bool:
    return not _fed(graph).isdisjoint(_others(graph, name, own))


@cached_on_graph
def _fed(graph: Graph) -> frozenset[str]:
    """What depends on something else than variables and constants."""
    known = families.VARIABLES | families.CONSTANT
    return descendants(graph, [node.name for node in graph.nodes if not node.inputs and node.op not in known])


def _is_result(graph: Graph, name: str) -> bool:
    """Whether nothing reads a tensor that is more than a figure."""
    node = graph[name]
    figure = (
        graph.static_shape(TensorRef(name)).rank == 0
        or node.op in families.NO_OP
        or node.op.endswith(SUMMARIES)
        or updates(node)
    )
    return not figure and not graph.uses_of_node.get(name)


def updates(node: Node) -> bool:
    """Whether a node changes a variable, or what gathers gradients for one."""
    return is_update(node.op) or "AccumulatorApply" in node.op


def in_gradient(graph: Graph, node: Node) -> bool:
    """Whether a node stands in a scope of gradients."""
    scopes = all_gradient_scopes(graph)
    return any(scope in scopes for scope, _ in _below_gradients(node.name))
