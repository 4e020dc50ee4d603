"""Which loss each variable is trained on: what tells a generator from its discriminator, and an actor from a critic."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.gradients import gradient_scopes
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH, resolve, topological
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.updates import is_update

_NONE: frozenset[str] = frozenset()


@cached_on_graph
def objectives(graph: Graph) -> Mapping[str, frozenset[str]]:
    """By variable, the nodes whose gradients it is changed by; variables that no gradient changes are left out."""
    scopes, starts = gradient_scopes(graph), _starts(graph)
    carried: dict[str, frozenset[str]] = {}
    found: dict[str, frozenset[str]] = {}
    for node in topological(graph) if scopes else ():
        scope = _scope_among(node.name, scopes)
        if scope is not None:
            carried[node.name] = starts[scope]
        elif is_update(node.op) and node.inputs:
            _record_change(graph, node, carried, found)
        else:
            _carry(node, carried)
    return MappingProxyType(found)


def _carry(node: Node, carried: dict[str, frozenset[str]]) -> None:
    """What a clipped or averaged gradient is made of, it is a gradient of; a variable's value is none."""
    if node.op in families.VARIABLES:
        return
    own = [carried[ref.node] for ref in node.inputs if ref.node in carried]
    if own:
        carried[node.name] = own[0].union(*own[1:])


def _record_change(
    graph: Graph, node: Node, carried: dict[str, frozenset[str]], found: dict[str, frozenset[str]]
) -> None:
    gradients = _NONE.union(*(carried.get(ref.node, _NONE) for ref in node.inputs[1:]))
    variable = graph.producer(resolve(graph, node.inputs[0], PASS_THROUGH))
    if gradients and variable.op in families.VARIABLES:
        found[variable.name] = found.get(variable.name, _NONE) | gradients


def _starts(graph: Graph) -> dict[str, frozenset[str]]:
    """By gradient scope, the nodes that it starts from: those that none of its other nodes reads."""
    return {
        scope: frozenset(
            name
            for name in forward
            if not any(use.node in forward for use in graph.uses_of_node.get(name, ()))
        )
        for scope, forward in gradient_scopes(graph).items()
    }


def _scope_among(name: str, scopes: Mapping[str, frozenset[str]]) -> str | None:
    """The gradient scope that a node stands in, the outermost one."""
    if "gradients" not in name:
        return None
    end = name.find("/")
    while end >= 0:
        if name[:end] in scopes:
            return name[:end]
        end = name.find("/", end + 1)
    return None


@cached_on_graph
def differentiated(graph: Graph) -> frozenset[str]:
    """The forward nodes that some gradient goes back through."""
    return frozenset().union(*gradient_scopes(graph).values())


@cached_on_graph
def scopes_through(graph: Graph) -> Mapping[str, frozenset[str]]:
    """By forward node, the scopes of the gradients that go back through it."""
    found: dict[str, set[str]] = {}
    for scope, forward in gradient_scopes(graph).items():
        for name in forward:
            found.setdefault(name, set()).add(scope)
    return MappingProxyType({name: frozenset(scopes) for name, scopes in found.items()})


def following_variables(graph: Graph) -> frozenset[str]:
    """The variables that are assigned from other variables alone."""
    return frozenset(followed_variables(graph))


@cached_on_graph
def followed_variables(graph: Graph) -> Mapping[str, frozenset[str]]:
    """The variables that are assigned from other variables alone, as those of a target network are, each with these."""
    found: dict[str, frozenset[str]] = {}
    sources = _made_of_variables(graph)
    for node in graph.nodes:
        if node.op in families.ASSIGNMENTS and len(node.inputs) > 1:
            variable = resolve(graph, node.inputs[0]).node
            others = sources.get(node.inputs[1].node, _NONE) - {variable}
            if others and graph[variable].op in families.VARIABLES:
                found[variable] = found.get(variable, _NONE) | others
    return MappingProxyType(found)


#: What a target network's new value is computed by: a copy, or a weighted mean of the old and the new one.
_MIXING = (
    PASS_THROUGH | families.ADDITIONS | families.MULTIPLICATION | families.READ_RESOURCE | families.SUBTRACTION
)  # fmt: skip


def _made_of_variables(graph: Graph) -> dict[str, frozenset[str]]:
    """By node, the variables of which it is a copy or a mixture."""
    found: dict[str, frozenset[str]] = {}
    for node in topological(graph):
        if node.op in families.VARIABLES:
            found[node.name] = frozenset({node.name})
        elif node.op in _MIXING:
            own = [found[ref.node] for ref in node.inputs if ref.node in found]
            given = [ref for ref in node.inputs if ref.node in found or _is_share(graph, ref)]
            if own and len(given) == len(node.inputs) and len(own[0].union(*own[1:])) <= len(node.inputs):
                found[node.name] = own[0].union(*own[1:])
    return found


def _is_share(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is a number by which old and new are weighed, a constant or one that is fed."""
    node = graph.producer(ref)
    return node.op in families.CONSTANT or (
        node.op in families.PLACEHOLDERS and graph.static_shape(ref).rank == 0
    )


def judged_against(flow: ForwardGraph) -> list[TensorRef]:
    """What losses take for labels, as far as no variable came in between."""
    against = [
        node.inputs[1].node
        for node in flow.graph.nodes
        if node.op in families.ENTROPIES and len(node.inputs) > 1 and node.name not in flow.training
    ]
    against += _classes_held(flow)
    found = flow.leading_to(name for name in against if name not in flow.computed)
    return [each for each in flow.sources if each.node in found and flow.graph.static_shape(each).rank != 0]


def _classes_held(flow: ForwardGraph) -> list[str]:
    """The one-hot classes by which losses weigh what was made for each class."""
    in_losses = flow.behind(map(TensorRef, flow.losses)) if flow.losses else frozenset[str]()
    steps = flow.graph.in_order(in_losses - flow.before_parameters)
    weighed = (ref.node for node in steps if node.op in families.MULTIPLICATION for ref in node.inputs)
    return [name for name in weighed if flow.graph[name].op in families.ONE_HOT]
