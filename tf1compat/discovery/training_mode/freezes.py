"""Tensors with one right value at inference: rates of dropout, and switches between training and inference.

They are found by what they do, whatever they are: placeholders, fed or with a default, variables that the program
assigned, constants that were fixed when the graph was built.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tf1compat.analysis.dead import Dead, find_dead
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.governors import (
    Governor,
    find_governor,
    forward_noise,
    is_neutral,
    near_noise,
)
from tf1compat.analysis.idioms.noise.sites import Noise, find_noise
from tf1compat.discovery.findings import Freeze
from tf1compat.discovery.training_mode.blends import find_blends
from tf1compat.discovery.training_mode.delays import find_delays
from tf1compat.discovery.training_mode.find import find_switches
from tf1compat.names import TensorRef


def find_freezes(flow: ForwardGraph) -> tuple[Freeze, ...]:
    """What governs dropout and noise, and the training switches, each with its value at inference, in the order of
    the file.

    Switches come first: where one turns noise off, what else governs it is left as it is.
    """
    noise = forward_noise(flow, find_noise(flow.graph))
    switches = [*find_switches(flow, noise), *find_blends(flow, noise), *find_delays(flow)]
    given = values(switches)
    rates = _rates(flow, noise, find_dead(flow.graph, given), given)
    order = {node.name: position for position, node in enumerate(flow.graph.nodes)}
    return tuple(sorted((*rates, *switches), key=lambda each: order[each.tensor.node]))


def values(freezes: Iterable[Freeze]) -> dict[TensorRef, Any]:
    """What is frozen, by tensor."""
    return {each.tensor: each.value for each in freezes}


def _rates(
    flow: ForwardGraph, noise: Iterable[Noise], dead: Dead, given: dict[TensorRef, Any]
) -> list[Freeze]:
    """What governs the noise that is still drawn, at the value that changes nothing."""
    noise = tuple(noise)
    near = near_noise(flow, noise)
    found: dict[TensorRef, Freeze] = {}
    for each in noise:
        if all(site.node in dead.nodes for site in each.sites) or is_neutral(flow.graph, each, given):
            continue
        governor = find_governor(flow, each, near)
        for freeze in () if governor is None else _freezes(governor):
            found.setdefault(freeze.tensor, freeze)
    return list(found.values())


def _freezes(governor: Governor) -> list[Freeze]:
    following = governor.follows.items()
    return [
        Freeze(governor.tensor, governor.value, governor.role),
        *(Freeze(tensor, value, governor.role, governor.tensor) for tensor, value in following),
    ]
