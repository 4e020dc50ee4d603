"""What a network's signature is called, and which network people serve."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import takewhile

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import DEFAULT_SIGNATURE
from tf1compat.discovery.outputs.networks.find import Network
from tf1compat.discovery.outputs.networks.generated import Generated
from tf1compat.graph.model import Graph
from tf1compat.names import is_default_name

_MAKERS, _JUDGES = ("actor", "policy", "generator", "online", "eval"), ("critic", "discriminator", "target")
#: Scopes that TensorFlow's layers give themselves say nothing of a network.
_OF_LAYERS = re.compile(
    r"(dense|conv\d?d?|fully_connected|variable|w|b|weights?|biases|kernel|layer)(_?\d+)*", re.IGNORECASE
)


@dataclass(frozen=True)
class Role:
    """What a network is to the others: it makes what they judge, or judges; else neither."""

    makes: bool
    judges: bool
    scope: str  # that its variables share; empty without one that speaks

    @classmethod
    def of(cls, flow: ForwardGraph, network: Network, generated: Generated) -> Role:
        """The role of one network among several."""
        makes, judges = (bool(network.variables & each) for each in (generated.makers, generated.judges))
        return cls(makes, judges, _scope(network))

    @property
    def served(self) -> int:
        """What is served rather: what makes or acts before what judges; 0 where nothing says so."""
        name = self.scope.lower()
        if self.makes or any(each in name for each in _MAKERS):
            return 1
        return -1 if self.judges or any(each in name for each in _JUDGES) else 0


def _scope(network: Network) -> str:
    """The scope that all of a network's variables stand in: its component that says most, else the outermost."""
    paths = zip(*(name.split("/")[:-1] for name in network.variables), strict=False)
    shared = [each[0] for each in takewhile(lambda components: len(set(components)) == 1, paths)]
    speaking = [each for each in shared if any(word in each.lower() for word in (*_MAKERS, *_JUDGES))]
    return next(iter((*speaking, *shared)), "")


def network_name(
    graph: Graph, network: Network, role: Role, taken: Collection[str], *, is_first: bool
) -> str:
    """The signature's name: what the network does, else its scope, else a number; the default's where none speaks."""
    wanted = _wanted(role)
    if not wanted:
        head = network.heads[0].tensor.node
        named = not is_default_name(head, graph[head].op)
        wanted = DEFAULT_SIGNATURE if is_first else _identifier(head.split("/")[0]) if named else "model"
    number, name = 0, wanted
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _wanted(role: Role) -> str:
    scope = role.scope.lower()
    if role.makes and not any(each in scope for each in ("actor", "policy")):
        return "generator"
    if role.judges and not any(each in scope for each in ("critic", "value", "q")):
        return "discriminator"
    return "" if not scope or _OF_LAYERS.fullmatch(scope) else _identifier(role.scope)


def _identifier(name: str) -> str:
    """A name as signatures have them."""
    bare = re.sub(r"\W", "_", name.lower()).strip("_")
    return bare if bare and not bare[0].isdigit() else f"model_{bare}".rstrip("_")
