"""What one network makes for another to judge: a generator's images, an actor's actions.

Two networks are told apart by their objectives: the first is trained on a loss of its own, through the second. What
lies behind the place where the second's variables are applied to the first's result judges what was made; only
training looks at it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.forms import REARRANGING, as_named
from tf1compat.discovery.outputs.head import Head, Search
from tf1compat.discovery.outputs.networks.objectives import objectives
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, topological
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONCATENATIONS, CONSTANT, CONVOLUTIONS, SUBTRACTION, VARIABLES
from tf1compat.ops.registry import data_operands

_NONE: frozenset[str] = frozenset()
Losses = frozenset[str]


@dataclass(frozen=True)
class Generated:
    """Tensors that one network makes for another, the nodes that judge them, and the variables of both networks."""

    tensors: tuple[TensorRef, ...] = ()
    judging: frozenset[str] = frozenset()
    judges: frozenset[str] = frozenset()
    makers: frozenset[str] = frozenset()


def find_generated(flow: ForwardGraph) -> Generated:
    """What is made for another network's variables to judge; nothing where all is trained on the same losses."""
    trained = objectives(flow.graph)
    if len(set(trained.values())) < 2:
        return Generated()
    behind = _losses_behind(flow, trained)
    borders = dict(_borders(flow, trained, behind))
    made = _unmixed(flow, [each for each in dict.fromkeys(borders.values()) if each.node in flow.computed])
    tensors = tuple(as_named(flow, flow.graph.producer(each)) for each in made)
    return Generated(
        tensors,
        flow.reached(made) & flow.ahead(borders),
        judges=_variables(flow, _weights_at(flow, borders)),
        makers=_variables(flow, [each.node for each in made]),
    )


def _unmixed(flow: ForwardGraph, made: list[TensorRef]) -> list[TensorRef]:
    """What is made, less mixtures of it with what is real, of which a critic's slope is taken."""
    behind = {each: flow.behind([each]) for each in made}

    def is_mixture(each: TensorRef, of: TensorRef) -> bool:
        between = behind[each] & flow.ahead([of.node])
        return each != of and bool(between) and (between - {of.node}).isdisjoint(flow.parametric)

    return [each for each in made if not any(is_mixture(each, of) for of in made)]


def _weights_at(flow: ForwardGraph, nodes: Iterable[str]) -> list[str]:
    """What is applied at these nodes."""
    return [ref.node for name in nodes for ref in flow.graph[name].inputs if ref.node in flow.weights]


def _variables(flow: ForwardGraph, nodes: Iterable[str]) -> frozenset[str]:
    """The variables that these nodes are computed from."""
    return frozenset(name for name in ancestors(flow.graph, nodes) if flow.graph[name].op in VARIABLES)


def find_made(search: Search) -> Iterator[Head]:
    """What one network makes for another to judge."""
    for each in find_generated(search.flow).tensors:
        yield Head(each, "value", "one network makes it for another to judge, as a generator does")


def find_shown(search: Search) -> Iterator[Head]:
    """What is shown to a fixed network, whose filters are constants and whose features only a loss reads."""
    flow = search.flow
    in_losses = flow.behind(map(TensorRef, flow.losses)) if flow.losses else frozenset[str]()
    for node in flow.graph.in_order(in_losses - flow.before_parameters - flow.inside_loops):
        if node.op in CONVOLUTIONS and flow.graph.producer(source(flow.graph, node.inputs[1])).op in CONSTANT:
            ref = _before_centring(flow, node.inputs[0])
            if ref.node in flow.predicted and _is_first(flow, ref):
                yield Head(ref, "value", "it is shown to a fixed network, whose features only a loss reads")


def _before_centring(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """What was made, before the mean of the fixed network's own data was taken off."""
    node = flow.graph.producer(ref)
    constant = (
        node.op in SUBTRACTION and flow.graph.producer(source(flow.graph, node.inputs[1])).op in CONSTANT
    )
    return node.inputs[0] if constant else ref


def _is_first(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether no constant filter is behind a tensor since the last variable was applied."""
    todo, seen = [ref.node], set[str]()
    while todo:
        name = todo.pop()
        node = flow.graph[name]
        if name in seen or name in flow.parametric or name not in flow.computed:
            continue
        seen.add(name)
        if node.op in CONVOLUTIONS:
            return False
        todo.extend(each.node for each in node.inputs)
    return True


def _losses_behind(flow: ForwardGraph, trained: Mapping[str, Losses]) -> dict[str, frozenset[Losses]]:
    """By forward node outside gradients, the objectives of the variables that it is computed from."""
    found: dict[str, frozenset[Losses]] = {}
    for node in topological(flow.graph):
        if node.name in flow.training:
            continue
        if node.op in VARIABLES:
            found[node.name] = frozenset({trained[node.name]}) if node.name in trained else frozenset()
            continue
        own = {found[ref.node] for ref in node.inputs if found.get(ref.node)}
        if own:
            found[node.name] = next(iter(own)) if len(own) == 1 else frozenset().union(*own)
    return found


def _borders(
    flow: ForwardGraph, trained: Mapping[str, Losses], behind: Mapping[str, frozenset[Losses]]
) -> Iterator[tuple[str, TensorRef]]:
    """Each node at which one network's variable is applied to another's result, with that result."""
    for node in flow.graph.in_order(flow.parametric - flow.inside_loops):
        weights = [ref for ref in node.inputs if ref.node in flow.weights]
        judges = frozenset().union(*(behind.get(ref.node, frozenset()) for ref in weights))
        for ref in (each for each in node.inputs if each.node not in flow.weights):
            makers = behind.get(ref.node, frozenset())
            if judges and makers and _are_apart(makers, judges):
                yield node.name, _before_joining(flow.graph, ref, behind)


def _are_apart(makers: Iterable[Losses], judges: Collection[Losses]) -> bool:
    """Whether no loss trains a variable of both."""
    return not _NONE.union(*makers) & _NONE.union(*judges)


def _before_joining(graph: Graph, ref: TensorRef, behind: Mapping[str, frozenset[Losses]]) -> TensorRef:
    """What was made, before it was reshaped, or set beside what is given, for the judge."""
    while True:
        node = graph.producer(ref)
        made = [each for each in _parts(node) if behind.get(each.node)]
        if not _parts(node) or len(made) != 1:
            return ref
        ref = made[0]


def _parts(node: Node) -> tuple[TensorRef, ...]:
    if node.op in CONCATENATIONS:
        return data_operands(node)
    return node.inputs[:1] if node.op in REARRANGING else ()
