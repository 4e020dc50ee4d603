"""Recurrent networks as time sees them: where their steps come in, what they give for each, what they end with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tf1compat.analysis.shapes.dimensions import BATCH, TIME, Dim, Dims
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.analysis.time.time_axis import (
    KEPT,
    LAST,
    LAST_STEP,
    NO_TIME,
    STILL,
    TimeAxis,
    Trace,
    mixed,
)
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef


@dataclass(frozen=True)
class Network:
    """One network: what goes in, with how the steps must lie to be taken one at a time, and what comes out."""

    expected: tuple[tuple[TensorRef, TimeAxis], ...]
    outputs: Mapping[TensorRef, TimeAxis]
    finals: frozenset[TensorRef]


class Networks:
    """The networks of a graph, each told what it gives when a walk comes to it."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._of = {ref: network for network in networks for ref in (*network.outputs, *network.finals)}
        self._named: dict[str, list[TensorRef]] = {}
        for ref in self._of:
            self._named.setdefault(ref.node, []).append(ref)

    def visit(self, walk: Walk, node: Node) -> None:
        """Note what a node that is some network's output gives."""
        for ref in self._named.get(node.name, ()):
            network = self._of[ref]
            missed = unmet(walk, network)
            if missed is not None:
                walk.time[ref] = mixed(
                    missed.node, "is taken by a network in another order than step by step"
                )
                continue
            self._give(walk, ref, network.outputs.get(ref, TimeAxis("last")))

    def _give(self, walk: Walk, ref: TensorRef, axis: TimeAxis) -> None:
        walk.time[ref] = _TRACES.get(axis.kind) or Trace("single", axis.axis)
        if axis.kind == "along":
            walk.dims[ref] = _with_time(walk.of(ref), axis.axis)


_TRACES = {"still": STILL, "along": KEPT, "flat": KEPT, "last": LAST}


def _with_time(dims: Dims, axis: int) -> Dims:
    time: Dim = (TIME,)
    if dims is None:
        dims = (None, None, None)
    return tuple(time if at == axis else dim for at, dim in enumerate(dims))


def unmet(walk: Walk, network: Network) -> TensorRef | None:
    """A tensor that a network takes otherwise than one step at a time; None where each step sees only its own part."""
    return next((ref for ref, wanted in network.expected if not _meets(time_axis(walk, ref), wanted)), None)


def _meets(found: TimeAxis, wanted: TimeAxis) -> bool:
    return found == wanted or (wanted == NO_TIME and found.kind == "counted")


def time_axis(walk: Walk, ref: TensorRef) -> TimeAxis:
    """Where the steps lie in a tensor."""
    trace = walk.trace(ref)
    if trace.kind == "kept":
        return _kept_axis(walk.of(ref))
    if trace.kind == "single":
        return TimeAxis("last") if trace.number == LAST_STEP else TimeAxis("single", trace.number)
    if trace.kind == "counted":
        return TimeAxis("counted")
    return NO_TIME if trace.kind == "still" else TimeAxis("mixed")


def _kept_axis(dims: Dims) -> TimeAxis:
    for axis, dim in enumerate(dims or ()):
        if dim == (TIME,):
            return TimeAxis("along", axis)
        if dim is not None and TIME in dim:
            joined = axis == 0 and dim in ((BATCH, TIME), (TIME, BATCH))
            return TimeAxis("flat", dim.index(TIME)) if joined else TimeAxis("mixed")
    return TimeAxis("mixed")
