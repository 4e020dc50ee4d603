"""What programs of many replicas say to each other (TPU, Horovod, NCCL), and what is left of it on one.

A sum over replicas is the one summand, a broadcast the value itself, a gathering what was gathered. A sum that is then
divided by a number is an average over as many replicas as there were: on one replica nothing would be divided.
"""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.constants import constant
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.families import CAST, IDENTITY, MULTIPLICATION, SCALING
from tf1compat.ops.replicas import REPLICA_SUMS

_PASSING = CAST | IDENTITY


def averages_over_replicas(graph: Graph) -> Iterator[tuple[Node, float]]:
    """The sums over replicas that are then divided by a number other than one, with that number."""
    for node in graph.nodes:
        if node.op in REPLICA_SUMS:
            divisor = _divisor(graph, node)
            if divisor != 1.0:
                yield node, divisor


def _divisor(graph: Graph, node: Node) -> float:
    todo = [node.name]
    while todo:
        for use in graph.uses_of_node.get(todo.pop(), ()):
            reader = graph[use.node]
            if reader.op in _PASSING:
                todo.append(reader.name)
            elif reader.op in SCALING:
                other = constant(graph, reader.inputs[1 - use.position])
                if other is not None and other.size == 1 and float(other.ravel()[0]) not in (0.0, 1.0):
                    factor = float(other.ravel()[0])
                    return 1.0 / factor if reader.op in MULTIPLICATION else factor
    return 1.0
