"""What each op does to axes: of each axis of an output, which axes of which operands it is.

One table serves every question about axes: shapes with symbols in them, where time and the batch lie, which
dimensions must be equal. An op that is not in it is unknown to all of them alike.

`Reshape` is not here: which axes it groups and splits is a matter of sizes, so `analysis.shapes.reshape` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tf1compat.graph.model import Node
from tf1compat.ops.axes import (
    choosing,
    decompositions,
    elementwise,
    filling,
    images,
    products,
    rearranging,
    recurrent,
    reductions,
    scattering,
    spectral,
)
from tf1compat.ops.axes.axis_map import Axis, AxisMap, Ended, Facts, Origin, Rule, SizeOf

__all__ = ["RULES", "Axis", "AxisMap", "Ended", "Facts", "Origin", "SizeOf", "axes_of"]

_CATALOGUE = (
    elementwise, reductions, products, decompositions, spectral, rearranging, choosing, scattering, filling, images,
    recurrent,
)  # fmt: skip
RULES: Mapping[str, Rule] = MappingProxyType(
    {op: rule for each in _CATALOGUE for op, rule in each.RULES.items()}
)


def axes_of(node: Node, facts: Facts) -> AxisMap | None:
    """What a node does to the axes of its operands; None where the op is not known, or too little of its operands."""
    rule = RULES.get(node.op)
    found = rule(node, facts) if rule is not None and node.inputs else None
    return None if found is None else _of_operands(found, len(node.inputs))


def _of_operands(found: AxisMap, count: int) -> AxisMap:
    """The map without operands that a node lacks: those that are optional, or that a damaged file left out."""
    if all(at < count for at in found.values):
        return found
    outputs = tuple(
        None if origins is None else tuple(replace(each, of=_there(each.of, count)) for each in origins)
        for origins in found.outputs
    )
    ended = tuple(each for each in found.ended if each.axis.operand < count)
    return AxisMap(outputs, tuple(at for at in found.values if at < count), ended)


def _there(axes: tuple[Axis, ...], count: int) -> tuple[Axis, ...]:
    return tuple(each for each in axes if each.operand < count)
