"""Networks with weights of their own that one signature offers: the heads of one model."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.networks.find import Network
from tf1compat.discovery.outputs.networks.objectives import judged_against
from tf1compat.discovery.outputs.networks.stages import hands_on
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef


def joined(flow: ForwardGraph, networks: Sequence[Network]) -> list[Network]:
    """Networks that are fed alike and trained together, or not trained at all, as one, unless they are stages.

    What has no weights, as a count of steps, is no network of its own.
    """
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
    if not (first.variables and second.variables):
        return fed_alike
    apart = first.objectives and second.objectives and not first.objectives & second.objectives
    if (
        not fed_alike
        or apart
        or _takes_another(flow, first.sources ^ second.sources, first.sources & second.sources)
    ):
        return False
    return not hands_on(flow, first.heads, first.sources, second.heads, second.sources)


def _takes_another(flow: ForwardGraph, extra: Collection[TensorRef], shared: Collection[TensorRef]) -> bool:
    """Whether one of two is fed with a second example beside what both are fed with, as with the state that follows.

    A label that is fed back, as a teacher does, is none.
    """
    kinds = {_kind(flow, each) for each in shared if flow.graph.static_shape(each).rank != 0}
    return any(_kind(flow, each) in kinds for each in extra if each not in judged_against(flow))


def _kind(flow: ForwardGraph, ref: TensorRef) -> tuple[DType, Shape]:
    return dtype_of(flow.graph, ref), flow.graph.static_shape(ref)
