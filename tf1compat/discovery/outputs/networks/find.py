"""The networks of a graph: which of their applications is served, which are copies, and which merely follow.

A notebook's cell that is run again builds the whole model again; a network that is built for training and again for
testing, or once for each device, shares its weights; a target network is assigned from the one that is trained.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding
from tf1compat.discovery.outputs.networks.applications import Application
from tf1compat.discovery.outputs.networks.objectives import (
    followed_variables,
    objectives,
)
from tf1compat.names import TensorRef, strip_number

#: How authors and libraries name what they build once for each device.
_REPLICAS = re.compile(r"tower|clone|replica|gpu|worker|device", re.IGNORECASE)


@dataclass(frozen=True)
class Network:
    """Results on the same weights, and what is known of these weights."""

    heads: tuple[OutputFinding, ...]
    variables: frozenset[str]
    sources: frozenset[TensorRef]
    objectives: frozenset[str]
    order: int  # its place in the file
    whole: bool  # the checkpoint has all its weights

    @property
    def best(self) -> int:
        """The score of its most telling result."""
        return max((each.score for each in self.heads), default=0)

    def beside(self, other: Network) -> Network:
        """Both as one."""
        return replace(
            self,
            heads=(*self.heads, *other.heads),
            variables=self.variables | other.variables,
            sources=self.sources | other.sources,
            objectives=self.objectives | other.objectives,
            whole=self.whole and other.whole,
        )


@dataclass(frozen=True)
class Left:
    """Results that are not offered, or under a name of their own, and why."""

    heads: tuple[OutputFinding, ...]
    reason: str
    signature: str = ""


# ----------------------------------------------------------------------------- one network, applied repeatedly


def served(applications: Sequence[Application]) -> tuple[tuple[Application, ...], list[Left]]:
    """Of the applications of one network's weights, those that are served, and what is said of the others."""
    groups = _alike(applications)
    kept = [each for alike in groups if are_buckets(alike) for each in alike]
    chosen = [(alike, _chosen(alike)) for alike in groups if not are_buckets(alike)]
    left = [
        Left(each.heads, _why_not(each, one)) for alike, one in chosen for each in alike if each is not one
    ]
    for _, one in chosen:
        instead = [other for _, other in chosen if _may_stand_in(other, one)]
        if instead and _trained(one) <= frozenset().union(*(_trained(each) for each in instead)):
            left.append(Left(one.heads, _why_not(one, instead[0])))
        else:
            kept.append(one)
    return tuple(kept), left


def _may_stand_in(other: Application, one: Application) -> bool:
    """Whether the author may run another application, on data of its own, where training runs this one.

    Together such have to have all its weights: of two generators that make each other's images again, each has its own.
    """
    apart = other is not one and other.sources.isdisjoint(one.sources) and not other.serves_loss
    if apart and _is_inverse(one, other):
        return False
    return apart and (one.serves_loss or (one.differentiated and not other.differentiated))


def _alike(applications: Sequence[Application]) -> list[list[Application]]:
    """Applications of the same variables with results of the same sorts, none of which undoes what another does."""
    found: dict[tuple[object, ...], list[Application]] = {}
    several = len(applications) > 1
    for number, each in enumerate(applications):
        key = (_trained(each), _scores(each)) if several and each.variables else (number,)
        known = found.get(key)
        undone = known is not None and _is_inverse(known[0], each)
        found.setdefault((*key, "inverse") if undone else key, []).append(each)
    return list(found.values())


def _is_inverse(one: Application, other: Application) -> bool:
    """Whether one goes through the other's layers from the last to the first, as a flow does to draw samples."""
    layers = [each for each in one.layers if each in other.layers]
    places = {name: place for place, name in enumerate(other.layers)}
    pairs = [places[before] > places[after] for at, before in enumerate(layers) for after in layers[at + 1 :]]
    return len(layers) > 3 and sum(pairs) * 3 > len(pairs) * 2


def _trained(application: Application) -> frozenset[str]:
    """Its variables that training changes, if any: in a test's form, batch normalisation has further ones."""
    trained = frozenset(each for each in application.variables if each in objectives(application.flow.graph))
    return trained or application.variables


def _scores(application: Application) -> bool:
    """Whether it gives scores: a training application may lack the softmax that the other has."""
    return bool({"probabilities", "logits", "class_ids"} & set(application.kinds))


def _chosen(alike: Sequence[Application]) -> Application:
    """The one that training does not go through, as a test's; of replicas the first, of a cell's runs the last.

    What only a loss looks at is none of them, unless there is nothing else.
    """
    alike = [each for each in alike if not each.serves_loss] or alike
    tested = [each for each in alike if not each.differentiated]
    if not tested or len(tested) == len(alike):
        return alike[-1] if _are_runs(alike) else alike[0]
    return tested[0] if _are_replicas(tested) else tested[-1]


def are_buckets(alike: Sequence[Application]) -> bool:
    """Whether a network was unrolled for several lengths, each of which reads the examples of the shorter ones too."""
    ordered = sorted(alike, key=lambda each: len(each.heads))
    longer = all(
        len(one.heads) < len(other.heads)
        and one.sources < other.sources
        and set(one.kinds) == set(other.kinds)
        for one, other in pairwise(ordered)
    )
    return len(alike) > 1 and longer and len({each.differentiated for each in alike}) == 1


def _are_runs(applications: Sequence[Application]) -> bool:
    """Whether each was trained by itself, on one device and under names that speak of no replicas."""
    scopes = [name for each in applications for name in each.gradients]
    places = {each.place[0] for each in applications}
    replicated = any(_REPLICAS.search(each.place[1]) for each in applications)
    return len(scopes) == len(set(scopes)) > 0 and len(places) == 1 and not replicated


def _are_replicas(applications: Sequence[Application]) -> bool:
    """Whether their results' names differ in numbers only, as those of towers do."""
    return len({plain(each.heads[0].tensor.node) for each in applications}) == 1


def _why_not(each: Application, chosen: Application) -> str:
    served_by = f"'{chosen.heads[0].tensor}' comes of the same weights"
    if each.differentiated and not chosen.differentiated:
        return f"in training form; {served_by} in a form that is not trained through"
    return f"{'an older run' if _are_runs([each, chosen]) else 'a replica'}; {served_by}"


def plain(name: str) -> str:
    """A name without the numbers that make it unique, in every component."""
    return "/".join(strip_number(each) for each in name.split("/"))


# ------------------------------------------------------------------------------------ networks side by side


def without_followers(flow: ForwardGraph, networks: Sequence[Network]) -> tuple[list[Network], list[Left]]:
    """The networks less those that are assigned from others, as a target network is, though it may have an optimizer.

    Where both of two are assigned from each other, neither follows.
    """
    trained = any(each.objectives for each in networks)
    kept: list[Network] = []
    left: list[Left] = []
    for each in networks:
        if trained and not each.objectives and _follows(flow, each):
            reason = "no optimizer trains its network, whose weights are assigned from another's, as a target's are"
            left.append(Left(each.heads, reason))
        elif any(_follows(flow, each, other) and not _follows(flow, other, each) for other in networks):
            left.append(
                Left(each.heads, "its network's weights are assigned from another's, as a target's are")
            )
        else:
            kept.append(each)
    return kept, left


def _follows(flow: ForwardGraph, network: Network, other: Network | None = None) -> bool:
    """Whether the matrices of a network are all assigned from variables, those of another network if one is given.

    Vectors may go their own ways: what normalises its inputs or outputs, it may follow by itself.
    """
    sources = followed_variables(flow.graph)
    ranks = {name: flow.graph[name].shape().rank for name in network.variables}
    weights = [name for name, rank in ranks.items() if rank is None or rank > 1] or list(ranks)
    wanted = None if other is None else other.variables - network.variables
    return bool(weights) and all(
        name in sources and (wanted is None or not sources[name].isdisjoint(wanted)) for name in weights
    )


def network_of(
    flow: ForwardGraph, applications: Sequence[Application], stored: Collection[str], order: int
) -> Network:
    """Applications of shared weights as one network."""
    trained = objectives(flow.graph)
    variables = frozenset().union(*(each.variables for each in applications))
    return Network(
        heads=tuple(head for each in applications for head in each.heads),
        variables=variables,
        sources=frozenset().union(*(each.sources for each in applications)),
        objectives=frozenset().union(*(trained.get(name, frozenset()) for name in variables)),
        order=order,
        whole=variables <= frozenset(stored),
    )
