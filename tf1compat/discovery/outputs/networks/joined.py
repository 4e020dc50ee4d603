"""Networks with weights of their own that one signature offers: the heads of one model."""

from __future__ import annotations

from collections.abc import Sequence

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.networks.find import Network
from tf1compat.discovery.outputs.networks.stages import hands_on


def joined(flow: ForwardGraph, networks: Sequence[Network]) -> list[Network]:
    """Networks that are fed alike and trained together, or not trained at all, as one, unless they are stages."""
    found: list[Network] = []
    for each in networks:
        place = next((at for at, other in enumerate(found) if _belong_together(flow, other, each)), None)
        if place is None:
            found.append(each)
        else:
            found[place] = found[place].beside(each)
    return found


def _belong_together(flow: ForwardGraph, first: Network, second: Network) -> bool:
    fed_alike = first.sources <= second.sources or second.sources <= first.sources
    apart = first.objectives and second.objectives and not first.objectives & second.objectives
    if not fed_alike or apart:
        return False
    return not hands_on(flow, first.heads, first.sources, second.heads, second.sources)
