"""Copies of a network that a notebook's cell left when it was run again: the newest whole one counts.

A cell that is run again as it was builds the same variables under other numbers. One that was edited before, with more
units or another layer, builds others, of the same names but for their numbers, between inputs and results of the same
kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.networks.find import Left, Network, plain
from tf1compat.discovery.outputs.networks.objectives import following_variables
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef, strip_number

#: More copies than this are not offered: the newest is the one that counts.
MOST_COPIES = 8
T = TypeVar("T")


@dataclass(frozen=True)
class Copies:
    """Networks of one form in the order of the file, all but the chosen one to be left."""

    flow: ForwardGraph
    networks: tuple[Network, ...]

    @cached_property
    def chosen(self) -> Network:
        """The newest that the checkpoint has whole and that is trained like the others."""
        follows = following_variables(self.flow.graph)
        return max(
            self.networks,
            key=lambda each: (
                each.whole, bool(each.objectives), each.variables.isdisjoint(follows), len(each.heads), each.order,
            ),
        )  # fmt: skip

    def left(self) -> list[Left]:
        """What is said of the others; few that the checkpoint has are offered under names of their own."""
        several = len(self.networks) <= MOST_COPIES
        return [
            Left(each.heads, self._reason(each), f"copy_{number}" if several and self._runs(each) else "")
            for number, each in enumerate(self.networks, 1)
            if each is not self.chosen
        ]

    def _runs(self, each: Network) -> bool:
        return each.whole and bool(each.objectives) == bool(self.chosen.objectives)

    def _reason(self, each: Network) -> str:
        chosen = self.chosen.heads[0].tensor
        newest = f"of {len(self.networks)} copies of one model, '{chosen}' is of the newest whole one"
        if not each.whole:
            return f"{newest}; the checkpoint lacks weights of this one"
        return newest if self._runs(each) else f"{newest}; no optimizer trains this one"


def copies(flow: ForwardGraph, networks: Iterable[Network]) -> list[Copies]:
    """The networks in groups of one form, trained apart: what one run of a cell made and what others did.

    Numbers that the author gave tell agents or members apart, of which each counts.
    """
    found: list[tuple[Network, ...]] = []
    for group in _grouped(networks, lambda each: _form(flow, each)):
        apart = _trained_apart(group) and not _numbered_by_author(flow, group)
        found += [group] if apart else [(each,) for each in group]
    merged = [each for groups in _grouped(found, lambda each: _ends(flow, each)) for each in _edited(groups)]
    ordered = (Copies(flow, tuple(sorted(each, key=lambda one: one.order))) for each in merged)
    return sorted(ordered, key=lambda each: each.chosen.order)


def _grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> list[tuple[T, ...]]:
    groups: dict[Hashable, list[T]] = {}
    for each in items:
        groups.setdefault(key(each), []).append(each)
    return [tuple(each) for each in groups.values()]


def _edited(groups: Sequence[tuple[Network, ...]]) -> list[tuple[Network, ...]]:
    """Groups whose ends are alike as one, where what was edited in between was trained anew each time."""
    every = tuple(each for group in groups for each in group)
    return [every] if all(each.objectives for each in every) and _trained_apart(every) else list(groups)


def _form(flow: ForwardGraph, network: Network) -> tuple[tuple[str, Shape], ...] | int:
    """The variables' names less numbers, with their shapes; a network without any is like no other."""
    nodes = flow.graph.in_order(network.variables)
    return tuple((plain(node.name), node.shape()) for node in nodes) if nodes else network.order


_End = tuple[str, DType, int | None]


def _ends(flow: ForwardGraph, networks: Sequence[Network]) -> frozenset[object] | int:
    """Which inputs and results networks have, by kind, type and number of features, and their variables' names less
    numbers, of which the first run's have none; a group that is not of one kind is like no other."""
    found = {_ends_of(flow, each) for each in networks}
    names = {name for each in networks for name in each.variables}
    numbered = {name for name in names if plain(name) != name and plain(name) in flow.graph.by_name}
    bare = {name for name in names if plain(name) == name}
    return frozenset(found) if len(found) == 1 and names == numbered | bare else networks[0].order


def _ends_of(flow: ForwardGraph, network: Network) -> Hashable:
    given = frozenset(_end(flow, "", each) for each in network.sources)
    made = frozenset(_end(flow, each.role, each.tensor) for each in network.heads)
    return given, made, frozenset(map(plain, network.variables))


def _end(flow: ForwardGraph, role: str, ref: TensorRef) -> _End:
    dims = flow.graph.static_shape(ref).dims
    return role, dtype_of(flow.graph, ref), dims[-1] if dims else None


def _trained_apart(networks: Sequence[Network]) -> bool:
    losses = [name for each in networks for name in each.objectives]
    weights = [name for each in networks for name in each.variables]
    return len(losses) == len(set(losses)) and len(weights) == len(set(weights))


def _numbered_by_author(flow: ForwardGraph, networks: Sequence[Network]) -> bool:
    """Whether networks are told apart by numbers that TensorFlow did not give: it leaves the first without one."""
    firsts = [min(each.variables, default="").split("/") for each in networks]
    at = next((place for place, parts in enumerate(zip(*firsts, strict=False)) if len({*parts}) > 1), None)
    if len(networks) < 2 or at is None:
        return False
    bare = {"/".join((*each[:at], strip_number(each[at]))) for each in firsts}
    given = {"/".join(each[: at + 1]) for each in firsts}
    scopes = {"/".join(name.split("/")[: at + 1]) for name in flow.graph.by_name}
    return bare.isdisjoint(given) and bare.isdisjoint(scopes)
