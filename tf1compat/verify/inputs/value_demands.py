"""Which values the ops that read an input take: abstract interpretation of affine forms, from the input onwards.

What follows a chain of additions and multiplications by constants says what the author fed: pixels before a division
by 255, a mask where one minus it is multiplied by a large number, a distribution before a logarithm. An input at which
the graph is cut has what its own op gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.graph.attributes import Array
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node, Use
from tf1compat.names import TensorRef, leaf
from tf1compat.ops import families
from tf1compat.ops.domains import DOMAINS, OPEN_UNIT, POSITIVE, RANGES, Interval
from tf1compat.ops.registry import data_operands

Kind = Literal["range", "mask", "probabilities", "one_hot"]


class Demand(NamedTuple):
    """Values of a kind; those of a range lie from `low` to `high`."""

    kind: Kind
    low: float = 0.0
    high: float = 1.0


MASK, PROBABILITIES, ONE_HOT = Demand("mask"), Demand("probabilities"), Demand("one_hot")
UNIT, PIXELS = Demand("range"), Demand("range", 0.0, 255.0)
#: Ops that hand values on, each to where it goes.
_ARRANGES = (
    families.TRANSPARENT | families.IDENTITY_N | families.PLACEHOLDER_WITH_DEFAULT | SWITCH | MERGE
    | families.REARRANGEMENTS | families.SLICES | families.PADDING | families.RESIZING | families.SPACE_TO_BATCH
    | families.BATCH_TO_SPACE
)  # fmt: skip
#: What ops give, where an input is the output of one.
_GIVEN: Mapping[str, Demand] = MappingProxyType(
    {
        **{op: Demand("range", *each) for op, each in RANGES.items()},
        **families.by_op({families.SOFTMAX: PROBABILITIES, families.ONE_HOT: ONE_HOT}),
    }
)
#: What stands between the sum of a mask and the division by it.
_OF_SUMS = families.MAXIMUM | families.ADDITIONS | families.IDENTITY | families.RESHAPES | families.CAST
#: A mask is added to scores as this much or more below zero.
_FAR = 1e3
#: Constants that stand for each channel of an image, or for all of them.
_CHANNELS = 4


@dataclass(frozen=True)
class _Value:
    """A tensor that holds `scale` times the input, plus `offset`."""

    ref: TensorRef
    scale: float = 1.0
    offset: float = 0.0
    summed: bool = False  # it is the sum of such values


def demand_of(graph: Graph, start: TensorRef, *, whole: bool = False) -> Demand | None:
    """What the values of an input must be; None where any will do. Those of `whole` inputs are integers."""
    given = _given(graph, start)
    if given is not None:
        return given
    seen: set[_Value] = set()
    todo, ranges = [_Value(start)], []
    while todo:
        value = todo.pop(0)
        if value in seen or len(seen) > 200:
            continue
        seen.add(value)
        for use in graph.uses.get(value.ref, ()):
            node = graph[use.node]
            found = _demanded(graph, node, use, value) or (
                _gating(graph, node, use, value) if whole else None
            )
            if found is not None and found.kind != "range":
                return found
            ranges += [] if found is None else [found]
            todo += _carried(graph, node, use, value)
    if ranges:
        return _both(ranges)
    return MASK if "mask" in leaf(start.node).lower() else None


def _given(graph: Graph, start: TensorRef) -> Demand | None:
    """What the op gives whose output the input is."""
    node = graph.producer(start)
    if node.op in families.CAST and node.inputs:
        return MASK if graph.producer(node.inputs[0]).op in families.COMPARISONS | families.LOGICAL else None
    return _GIVEN.get(node.op)


def _both(ranges: list[Demand]) -> Demand:
    """What all ranges allow; the first where they exclude each other."""
    low, high = max(each.low for each in ranges), min(each.high for each in ranges)
    return Demand("range", low, high) if low < high else ranges[0]


def _demanded(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    if value.summed:
        return MASK if node.op in families.DIVISION | families.SAFE_DIVISION and use.position == 1 else None
    rule = _RULES.get(node.op)
    if rule is not None:
        return rule(graph, node, use, value)
    if node.op in DOMAINS:
        return _before(DOMAINS[node.op], value)
    return None


def _logarithm(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    """A share of one, or, where one minus it is taken, what lies between; else what is above zero."""
    if value.scale < 0:
        return _before(OPEN_UNIT, replace(value, scale=-value.scale, offset=0.0))
    if value.scale == 1 and 0 <= value.offset < 0.1:
        return PROBABILITIES
    return _before(POSITIVE, value)


def _cast(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    return MASK if node.dtype("DstT") == "bool" and (value.scale, value.offset) == (1, 0) else None


def _argmax(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    return ONE_HOT if use.position == 0 and (value.scale, value.offset) == (1, 0) else None


def _cross_entropy(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    return PROBABILITIES if use.position == 1 else None


def _power(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    exponent = constant(graph, node.inputs[1]) if use.position == 0 else None
    whole = exponent is None or bool(np.all(np.mod(exponent, 1) == 0))
    return None if whole else _before(POSITIVE, value)


def _affine(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    """What a normalisation shows, and what is masked by."""
    after = _after(graph, node, use, value)
    if after is None:
        return None
    if value.scale == -1 and value.offset == 1 and after.scale != -1 and abs(after.scale) >= _FAR:
        return MASK
    return _normalised(after)


def _gating(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    """Integers that multiply what the network computes keep it or leave it out."""
    gates = node.op in families.MULTIPLICATION and (value.scale, value.offset) == (1, 0)
    return MASK if gates and constant(graph, node.inputs[1 - use.position]) is None else None


_RULES: Mapping[str, Callable[[Graph, Node, Use, _Value], Demand | None]] = families.by_op({
    families.LOGARITHM: _logarithm, families.CAST: _cast, families.ARG_MAX: _argmax, families.POWER: _power,
    families.CROSS_ENTROPY: _cross_entropy,
    families.ADDITIONS | families.BIAS_ADDITION | families.SUBTRACTION | families.SCALING: _affine,
})  # fmt: skip


def _before(within: Interval, value: _Value) -> Demand | None:
    """The input's range where that of an affine function of it is known."""
    if value.scale == 0:
        return None
    ends = sorted((end - value.offset) / value.scale for end in within)
    return Demand("range", *ends)


def _normalised(value: _Value) -> Demand | None:
    """What is brought near zero by subtraction of a mean and division by a deviation; None where nothing is said."""
    if not 0 < value.scale < np.inf:
        return None
    mean, deviation = -value.offset / value.scale, 1 / value.scale
    if 20 <= deviation <= 300 and -10 <= mean <= 260:
        return PIXELS  # x / 255, x / 127.5 - 1, (x - 123.7) / 58.4
    if deviation == 1 and 20 <= mean <= 250:
        return PIXELS  # x - 123.7
    if 1 / 300 <= deviation <= 1 / 100 and -0.1 <= mean <= 1.1:
        return UNIT  # x * 255, and what comes after
    if value.offset < 0 and 0.05 <= deviation < 1 and 0 < mean < 1:
        return UNIT  # (x - 0.485) / 0.229, x * 2 - 1
    if value.offset != 0 and value.scale != 1 and abs(mean) <= 1e6:
        return Demand("range", mean - 2 * deviation, mean + 2 * deviation)
    return None


# ------------------------------------------------------------------------------------------ propagation


def _carried(graph: Graph, node: Node, use: Use, value: _Value) -> Iterator[_Value]:
    """The values that a node makes of one."""
    if node.op in families.SUM and use.position == 0:
        yield replace(value, ref=TensorRef(node.name), summed=True)
    elif value.summed:
        if node.op in _OF_SUMS:
            yield replace(value, ref=TensorRef(node.name))
    elif node.op in families.CAST:
        yield from [] if node.dtype("DstT") == "bool" else [replace(value, ref=TensorRef(node.name))]
    elif node.op in _ARRANGES and _is_data(node, use):
        count = max(node.integer("num"), node.integer("num_split"), 2 if node.op in SWITCH else 1)
        yield from (replace(value, ref=TensorRef(node.name, index)) for index in range(count))
    elif node.op in _ARITHMETIC:
        after = _after(graph, node, use, value)
        yield from [] if after is None else [after]


def _is_data(node: Node, use: Use) -> bool:
    if node.op in families.JOINING | families.CUTS | families.IDENTITY_N | MERGE:
        return node.inputs[use.position] in data_operands(node)
    return use.position == 0


def _after(graph: Graph, node: Node, use: Use, value: _Value) -> _Value | None:
    """The node's own affine form, where its other operand is a constant for all entries or for each channel."""
    if node.op not in _ARITHMETIC or len(node.inputs) != 2:
        return None
    other = constant(graph, node.inputs[1 - use.position])
    if other is None or other.dtype.kind not in "fiu" or not 0 < other.size <= _CHANNELS:
        return None
    applied = _ARITHMETIC[node.op](value, _typical(other), use.position)
    return None if applied is None else _Value(TensorRef(node.name), *applied)


def _typical(values: Array) -> float:
    return float(np.mean(values, dtype=np.float64))


def _quotient(value: _Value, other: float, position: int) -> tuple[float, float] | None:
    return (value.scale / other, value.offset / other) if position == 0 and other else None


_Apply = Callable[[_Value, float, int], "tuple[float, float] | None"]
_ARITHMETIC: Mapping[str, _Apply] = families.by_op({
    families.ADDITIONS | families.BIAS_ADDITION: lambda value, other, _: (value.scale, value.offset + other),
    families.DIVISION: _quotient,
    families.MULTIPLICATION: lambda value, other, _: (value.scale * other, value.offset * other),
    families.SUBTRACTION: lambda value, other, position: (
        (value.scale, value.offset - other) if position == 0 else (-value.scale, other - value.offset)
    ),
})  # fmt: skip
