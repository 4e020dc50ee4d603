"""Ops by which the replicas of a model speak to each other, and what they give when there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tf1compat.graph.model import Node
from tf1compat.names import TensorRef

_UNSCALED = ("prescale_factor", "postscale_factor")


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
#: Sums over replicas.
REPLICA_SUMS = frozenset({"CrossReplicaSum", "HorovodAllreduce"})
#: Ops that only tell a program of many replicas how many there are.
ANNOUNCEMENTS = frozenset({"TPUReplicateMetadata"})


def value_on_one_replica(node: Node) -> TensorRef | None:
    """What every output of a node is when there is one replica; None where the node does not speak to others."""
    applies = _LONE.get(node.op)
    return node.inputs[0] if applies is not None and node.inputs and applies(node) else None
