"""Switches that are numbers, by which what trains and what does not are blended.

training * dropped + (1 - training) * value         is the value where training is 0
"""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.sites import Noise
from tf1compat.analysis.pattern import Mismatch, capture, match, op, product, total
from tf1compat.discovery.findings import Freeze
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS, PLACEHOLDERS

_BLEND = total(
    product(capture("switch"), capture("on")),
    product(op("Sub", capture("one"), capture("switch")), capture("off")),
)


def find_blends(flow: ForwardGraph, noise: Iterable[Noise]) -> list[Freeze]:
    """The numbers that are fed and blend noise with none, each with its value for none."""
    sites = [site.node for each in noise for site in each.sites]
    noisy = descendants(flow.graph, sites) if sites else frozenset[str]()
    found: dict[TensorRef, Freeze] = {}
    for node in flow.graph.nodes if noisy else ():
        if node.op in ADDITIONS and node.name in noisy and node.name not in flow.training:
            blend = _blend(flow, TensorRef(node.name), noisy)
            if blend is not None:
                found.setdefault(blend.tensor, blend)
    return list(found.values())


def _blend(flow: ForwardGraph, ref: TensorRef, noisy: frozenset[str]) -> Freeze | None:
    blended = match(_BLEND, flow.graph, ref)
    if isinstance(blended, Mismatch) or scalar(flow.graph, blended["one"]) != 1.0:
        return None
    switch = blended["switch"]
    fed = flow.graph.producer(switch).op in PLACEHOLDERS and not flow.graph.static_shape(switch).rank
    trains = [blended[side].node in noisy for side in ("off", "on")]
    return Freeze(switch, float(trains[0]), "is_training") if fed and trains[0] != trains[1] else None
