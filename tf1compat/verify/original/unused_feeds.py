"""What the original waits for although it makes no use of it: TensorFlow computes what both branches of a `cond` are
given before it takes one. Queues that nobody fills, and placeholders of the branch not taken, are fed zeros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.analysis.dead import Dead, live_behind
from tf1compat.errors import UnknownNameError
from tf1compat.graph.attributes import Array
from tf1compat.graph.frames import frame_of_nodes
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import FEEDERS, REQUIRED_PLACEHOLDERS
from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.plan.signatures.entering import dead_under
from tf1compat.restore.session import LegacySession

#: By signature, values for tensors of the original by name.
IdleFeeds = Mapping[str, Mapping[str, Array]]
_WAITING = FEEDERS | REQUIRED_PLACEHOLDERS


def idle_feeds(legacy: LegacySession, graph: Graph, plan: MigrationPlan) -> IdleFeeds:
    """Zeros for each tensor that a run would wait for and that only branches read which the constants leave out."""
    dead = dead_under(graph, plan.constants)
    if dead == Dead():
        return MappingProxyType({})
    return MappingProxyType({each.name: _of_signature(legacy, graph, each, dead) for each in plan.signatures})


def _of_signature(
    legacy: LegacySession, graph: Graph, signature: SignaturePlan, dead: Dead
) -> Mapping[str, Array]:
    fed = {each.tensor for each in signature.inputs}
    outputs = [piece.tensor for each in signature.outputs for piece in each.pieces]
    alive = live_behind(graph, outputs, dead, fed)
    idle = (ref for ref in _waiting(graph) if ref not in fed and not _is_read(graph, ref, alive))
    found = ((str(ref), _zeros(legacy, ref)) for ref in idle)
    return {name: value for name, value in found if value is not None}


def _waiting(graph: Graph) -> Iterator[TensorRef]:
    """The tensors of which a run waits for a value, outside loops."""
    inside = frame_of_nodes(graph)
    for node in graph.nodes:
        if node.op in _WAITING and node.name not in inside:
            uses = graph.uses_of_node.get(node.name, ())
            yield from sorted({graph[use.node].inputs[use.position] for use in uses})


def _is_read(graph: Graph, ref: TensorRef, alive: frozenset[str]) -> bool:
    return any(use.node in alive for use in graph.uses.get(ref, ()))


def _zeros(legacy: LegacySession, ref: TensorRef) -> Array | None:
    """A value that fits the tensor; None where there is none, or the tensor was not imported."""
    try:
        tensor: Any = legacy.tensor(ref)
    except UnknownNameError:
        return None
    dtype = tensor.dtype.base_dtype
    if not dtype.is_numpy_compatible or dtype.name in ("resource", "variant"):
        return None
    sizes = (
        [] if tensor.shape.rank is None else [1 if size is None else size for size in tensor.shape.as_list()]
    )
    return np.full(sizes, b"", object) if dtype.name == "string" else np.zeros(sizes, dtype.as_numpy_dtype)
