"""What programs of many replicas say to each other (TPU, Horovod, NCCL), and what is left of it on one.

A sum over replicas is the one summand, a broadcast the value itself, a gathering what was gathered. A sum that is then
divided by a number is an average over as many replicas as there were: on one replica nothing would be divided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from tf1compat.analysis.constants import constant
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import SCALING

_UNSCALED = ("prescale_factor", "postscale_factor")
_SUMS = frozenset({"CrossReplicaSum", "HorovodAllreduce"})
_PASSING = frozenset({"Identity", "Cast"})


def _always(_: Node) -> bool:
    return True


def _unscaled(node: Node) -> bool:
    return all(node.attrs.get(each, 1.0) == 1.0 for each in _UNSCALED)


#: Ops that give their first input when there is one replica, and when that holds.
_LONE: Mapping[str, Callable[[Node], bool]] = MappingProxyType({
    "CrossReplicaSum": _always, "TPUReplicatedInput": _always, "TPUReplicatedOutput": _always,
    "HorovodAllreduce": _unscaled, "HorovodBroadcast": _always, "HorovodAllgather": _always,
    "NcclAllReduce": lambda node: node.integer("num_devices", 1) == 1, "NcclBroadcast": _always,
    "CollectiveReduce": lambda node: node.integer("group_size", 1) == 1,
})  # fmt: skip
#: Ops that only tell a program of many replicas how many there are.
ANNOUNCEMENTS = frozenset({"TPUReplicateMetadata"})


def value_on_one_replica(node: Node) -> TensorRef | None:
    """What every output of a node is when there is one replica; None where the node does not speak to others."""
    applies = _LONE.get(node.op)
    return node.inputs[0] if applies is not None and node.inputs and applies(node) else None


def averages_over_replicas(graph: Graph) -> Iterator[tuple[Node, float]]:
    """The sums over replicas that are then divided by a number other than one, with that number."""
    for node in graph.nodes:
        if node.op in _SUMS:
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
                    return 1.0 / factor if reader.op == "Mul" else factor
    return 1.0
