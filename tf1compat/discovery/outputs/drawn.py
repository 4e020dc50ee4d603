"""What is drawn around a result, as an action is around its mean, and what a best choice is chosen by.

    action = mean + deviation * normal            the mean is a result of its own
    action = argmax(logits - log(-log(uniform)))  so are the logits (the Gumbel trick)
    action = select(uniform < share, any, best)   so is the best one

Where layers come after a draw, it is a part of the model: a code, or the noise of a generator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding
from tf1compat.discovery.outputs.forms import REARRANGING, as_named
from tf1compat.discovery.outputs.head import Head, Search
from tf1compat.discovery.outputs.networks.generated import find_generated
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops import families

_LAYERS = families.MATRIX_PRODUCTS | families.CONVOLUTIONS


def find_centers(search: Search) -> Iterator[Head]:
    """What a result is drawn around: the mean of an action, the scores of a class, the best choice."""
    for node, center in _draws(search.flow):
        yield Head(center, "value", f"what '{node.name}' is drawn around")


def find_chosen_by(search: Search) -> Iterator[Head]:
    """The values that a best choice is chosen by, where nothing else says what they are: those of actions."""
    flow, graph = search.flow, search.flow.graph
    chosen = search.known.union(_unarranged(graph, ref).node for ref in search.found)
    for node in graph.nodes:
        if node.op in families.ARG_MAX and node.name in chosen:
            ref = node.inputs[0]
            known = _unarranged(graph, ref, search.known).node in search.known
            if ref.node in flow.predicted and ref.node not in _drawn(graph) and not known:
                yield Head(ref, "value", f"what the best of '{node.name}' is chosen by")


def drawn_heads(flow: ForwardGraph, heads: Sequence[OutputFinding]) -> tuple[OutputFinding, ...]:
    """Of a network's results, those without a name that are drawn around others of them."""
    drawn = _drawn(flow.graph)
    if not any(each.tensor.node in drawn for each in heads):
        return ()
    quiet = flow.ahead(each.tensor.node for each in heads if each.tensor.node not in drawn)
    around = descendants(flow.graph, [node.name for node, center in _draws(flow) if center.node in quiet])
    return tuple(each for each in heads if each.tensor.node in around and _is_unnamed(flow, each.tensor.node))


def _is_unnamed(flow: ForwardGraph, name: str) -> bool:
    held = as_named(flow, flow.graph[name]).node
    return is_default_name(held, flow.graph[held].op)


def _draws(flow: ForwardGraph) -> Iterator[tuple[Node, TensorRef]]:
    """The nodes at which results are drawn, after all layers of their network, each with what it is drawn around."""
    drawn = _drawn(flow.graph) & flow.predicted
    if not drawn:
        return
    layers = {name for name in flow.parametric if flow.graph[name].op in _LAYERS}
    before = flow.leading_to(layers)
    judged = find_generated(flow).tensors
    made = flow.behind(judged)
    for node in flow.graph.in_order(drawn - flow.inside_branches):
        center = _center(flow, node)
        if center is not None and (
            node.name not in before
            or (node.name in made and layers.isdisjoint(flow.ahead([node.name]) & made))
        ):
            yield node, center


def _center(flow: ForwardGraph, node: Node) -> TensorRef | None:
    """The operand in which no noise is felt, of a sum with noise or of a choice by chance."""
    drawn = _drawn(flow.graph)
    if node.op in families.SELECTIONS and node.inputs[0].node in drawn:
        operands = node.inputs[1:]
    elif node.op in families.ADDITIONS | families.SUBTRACTION:
        operands = node.inputs
    else:
        return None
    quiet = [ref for ref in operands if ref.node not in drawn]
    if len(quiet) != 1 or (node.op in families.SUBTRACTION and quiet[0] != node.inputs[0]):
        return None
    return quiet[0] if quiet[0].node in flow.predicted else None


def _unarranged(graph: Graph, ref: TensorRef, known: frozenset[str] = frozenset()) -> TensorRef:
    """The tensor whose values these are: the first known one, or the one that computed them."""
    while ref.node not in known and graph.producer(ref).op in REARRANGING and graph.producer(ref).inputs:
        ref = graph.producer(ref).inputs[0]
    return ref


@cached_on_graph
def _drawn(graph: Graph) -> frozenset[str]:
    """The nodes in which noise is felt."""
    return descendants(graph, [node.name for node in graph.nodes if node.op in families.DRAWS])
