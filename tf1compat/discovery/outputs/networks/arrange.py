"""Which result is offered by which signature: copies told apart, networks that serve apart named.

What is left out stays among the findings, with the reason; what is offered says why too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import DEFAULT_SIGNATURE, OutputFinding
from tf1compat.discovery.outputs.drawn import drawn_heads
from tf1compat.discovery.outputs.judged.forcing import find_forced, find_needless
from tf1compat.discovery.outputs.networks.applications import by_shared_weights, find_applications
from tf1compat.discovery.outputs.networks.copies import copies
from tf1compat.discovery.outputs.networks.find import (
    Left,
    Network,
    network_of,
    served,
    without_followers,
)
from tf1compat.discovery.outputs.networks.generated import Generated, find_generated
from tf1compat.discovery.outputs.networks.joined import joined
from tf1compat.discovery.outputs.networks.naming import Role, network_name
from tf1compat.discovery.outputs.networks.stages import find_stages
from tf1compat.names import TensorRef


@dataclass(frozen=True)
class Arranged:
    """The outputs, each with the signature that offers it; `entry_points`: these names, the one to serve first."""

    outputs: tuple[OutputFinding, ...]
    entry_points: tuple[str, ...] = (DEFAULT_SIGNATURE,)


def arrange(flow: ForwardGraph, outputs: Sequence[OutputFinding], stored: Collection[str]) -> Arranged:
    """Every output with its signature, or with none and the reason; `stored` are the variables with a value."""
    results = [each for each in outputs if each.role != "loss"]
    generated = find_generated(flow)
    judging = [each for each in results if each.tensor.node in generated.judging]
    networks, left = _networks(flow, [each for each in results if each not in judging], stored)
    left += _left_judgements(flow, judging, networks)
    named = _named(flow, networks, generated)
    forced = [Left(each.heads, each.reason, "teacher_forcing") for each in find_forced(flow, networks[:1])]
    needless = [Left(each.heads, each.reason) for each in find_needless(flow, networks)]
    needless += [
        Left(drawn, "drawn anew in every run around results that are offered")
        for each in networks
        if (drawn := drawn_heads(flow, each.heads))
    ]
    return _marked(outputs, named, [*left, *forced, *needless])


def _networks(
    flow: ForwardGraph, results: Sequence[OutputFinding], stored: Collection[str]
) -> tuple[list[Network], list[Left]]:
    """The networks to serve, the most telling first, and the results that are left."""
    left: list[Left] = []
    found: list[Network] = []
    for order, applications in enumerate(by_shared_weights(find_applications(flow, results))):
        kept, replicas = served(applications)
        stages, teaching = find_stages(flow, kept)
        left += [*replicas, *teaching]
        found += [network_of(flow, each, stored, order) for each in stages]
    leading, followers = without_followers(flow, found)
    groups = copies(flow, leading)
    left += [each for group in groups for each in group.left()]
    return joined(flow, [group.chosen for group in groups]), [*left, *followers]


def _left_judgements(
    flow: ForwardGraph, judging: Iterable[OutputFinding], networks: Sequence[Network]
) -> list[Left]:
    """Judgements of what another network made: only training looks at them, unless the judge has no other result."""
    known = frozenset().union(*(each.variables for each in networks))
    found = []
    for head in judging:
        own = find_applications(flow, [head])
        covered = all(each.variables <= known for each in own)
        reason = "judges what another network made, which only training looks at"
        found.append(
            Left((head,), reason) if covered else Left((head,), "judges what another network made", "critic")
        )
    return found


def _named(flow: ForwardGraph, networks: list[Network], generated: Generated) -> list[tuple[str, Network]]:
    """The networks under their signatures' names, the one to serve first."""
    if len(networks) == 1:
        return [(DEFAULT_SIGNATURE, networks[0])]
    roles = [Role.of(flow, each, generated) for each in networks]
    order = sorted(
        range(len(networks)), key=lambda at: (-roles[at].served, -networks[at].best, networks[at].order)
    )
    taken: set[str] = set()
    found: list[tuple[str, Network]] = []
    for at in order:
        name = network_name(flow.graph, networks[at], roles[at], taken, is_first=not found)
        taken.add(name)
        found.append((name, networks[at]))
    return found


def _marked(
    outputs: Sequence[OutputFinding], named: Sequence[tuple[str, Network]], left: Sequence[Left]
) -> Arranged:
    places: dict[TensorRef, tuple[str, str]] = {
        head.tensor: (name, "") for name, network in named for head in network.heads
    }
    places |= {head.tensor: (each.signature, each.reason) for each in left for head in each.heads}
    marked = [_placed(each, *places.get(each.tensor, ("", ""))) for each in outputs]
    offered = dict.fromkeys((*(name for name, _ in named), *(each.signature for each in left)))
    given = {each.signature for each in marked}
    return Arranged(tuple(marked), tuple(each for each in offered if each and each in given))


def _placed(output: OutputFinding, signature: str, reason: str) -> OutputFinding:
    told = f"{output.reason}; {reason}" if reason else output.reason
    return replace(output, signature=signature, reason=told)
