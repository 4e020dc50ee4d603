"""Tensors with one right value at inference: rates of dropout, and switches between training and inference.

They are found by what they do, whatever they are: placeholders, fed or with a default, variables that the program
assigned, constants that were fixed when the graph was built.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tf1compat.analysis.dead import Dead, find_dead
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import Freeze
from tf1compat.discovery.training_mode.dropout import (
    Mask,
    Origin,
    find_masks,
    find_origin,
    is_neutral,
    near_masks,
)
from tf1compat.discovery.training_mode.find import find_switches
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.values import Evaluation


def find_freezes(flow: ForwardGraph) -> tuple[Freeze, ...]:
    """The rates of dropout and the training switches, each with its value at inference, in the order of the file.

    Switches come first: where one turns a dropout off, its rate is left as it is.
    """
    masks = find_masks(flow)
    switches = find_switches(flow, masks)
    given = values(switches)
    rates = _rates(flow, masks, find_dead(flow.graph, given), given)
    order = {node.name: position for position, node in enumerate(flow.graph.nodes)}
    return tuple(sorted((*rates, *switches), key=lambda each: order[each.tensor.node]))


def values(freezes: Iterable[Freeze]) -> dict[TensorRef, Any]:
    """What is frozen, by tensor."""
    return {each.tensor: each.value for each in freezes}


def _rates(
    flow: ForwardGraph, masks: Iterable[Mask], dead: Dead, given: dict[TensorRef, Any]
) -> list[Freeze]:
    """What decides the masks that are still drawn, at the value that drops nothing."""
    masks = tuple(masks)
    near = near_masks(flow, masks)
    found: dict[TensorRef, Freeze] = {}
    for mask in masks:
        if mask.node in dead.nodes or is_neutral(flow.graph, mask, given):
            continue
        origin = find_origin(flow, mask, near)
        if origin is not None and _decides(flow.graph, mask, origin, given):
            for each in _freezes(origin):
                found.setdefault(each.tensor, each)
    return list(found.values())


def _decides(graph: Graph, mask: Mask, origin: Origin, given: dict[TensorRef, Any]) -> bool:
    """Whether nothing is dropped with the value that the origin is to have."""
    threshold = Evaluation(graph, {**given, origin.tensor: origin.neutral}).scalar(mask.threshold)
    return threshold is None or threshold == mask.neutral


def _freezes(origin: Origin) -> list[Freeze]:
    rate = Freeze(origin.tensor, origin.neutral, "keep_prob")
    return [rate, *(Freeze(each, 1.0, "keep_prob", origin.tensor) for each in origin.scales)]
