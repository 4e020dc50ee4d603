"""Branches that begin or end once training has made a number of steps, as a delayed quantisation and a warm-up do.

    tf.cond(global_step >= 1000, quantised, raw)        is quantised once training is finished

A finished training has made more steps than any number that its graph compares them with.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tf1compat.analysis.batch_norm.averages import variable_of
from tf1compat.analysis.constants import scalar
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Freeze
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families


def find_delays(flow: ForwardGraph) -> Iterator[Freeze]:
    """The comparisons of training's steps with a number, each with what it says of a finished training."""
    for node in flow.graph.nodes if _steps(flow.graph) else ():
        if node.op in families.COMPARISONS and node.name not in flow.training:
            at_end = _at_end(flow.graph, node)
            if at_end is not None:
                yield Freeze(TensorRef(node.name), at_end, "is_training")


def _at_end(graph: Graph, node: Node) -> bool | None:
    """What a comparison gives for more steps than any number; None where it compares no steps with a number."""
    steps = [_is_steps(graph, ref) for ref in node.inputs]
    numbers = [scalar(graph, ref) is not None for ref in node.inputs]
    if steps not in ([True, False], [False, True]) or not numbers[steps.index(False)]:
        return None
    return (
        node.op in families.NOT_EQUAL
        if node.op in families.EQUALITIES
        else (node.op in families.ABOVE) == steps[0]
    )


def _is_steps(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is the number of steps, in whatever type."""
    found = source(graph, ref)
    while graph.producer(found).op in families.CAST:
        found = source(graph, graph.producer(found).inputs[0])
    return variable_of(graph, found) in _steps(graph)


@cached_on_graph
def _steps(graph: Graph) -> frozenset[str]:
    """The variables that count: scalars to which the graph adds a number above zero, and writes nothing else."""
    counted = map(partial(_counted, graph), graph.nodes)
    return frozenset(name for name in counted if name is not None and graph[name].shape().rank == 0)


def _counted(graph: Graph, node: Node) -> str | None:
    """The variable to which a write adds a number."""
    if node.op not in families.ASSIGN_ADD | families.ASSIGN or len(node.inputs) < 2:
        return None
    variable, added = variable_of(graph, node.inputs[0]), node.inputs[1]
    if node.op in families.ASSIGN:
        total = graph.producer(source(graph, added))
        others = [ref for ref in total.inputs if variable_of(graph, source(graph, ref)) != variable]
        if total.op not in families.ADDITIONS or len(others) != 1:
            return None
        added = others[0]
    number = scalar(graph, added)
    return variable if number is not None and number > 0 else None
