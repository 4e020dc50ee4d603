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
from tf1compat.graph.model import Graph, Node, Use
from tf1compat.names import TensorRef, leaf

Kind = Literal["range", "mask", "probabilities", "one_hot"]


class Demand(NamedTuple):
    """Values of a kind; those of a range lie from `low` to `high`."""

    kind: Kind
    low: float = 0.0
    high: float = 1.0


MASK, PROBABILITIES, ONE_HOT = Demand("mask"), Demand("probabilities"), Demand("one_hot")
UNIT, PIXELS = Demand("range"), Demand("range", 0.0, 255.0)
_OPEN_UNIT = Demand("range", 0.02, 0.98)
_POSITIVE, _FROM_ZERO, _SIGNED = (
    Demand("range", 0.05, 3.0),
    Demand("range", 0.0, 3.0),
    Demand("range", -1.0, 1.0),
)

#: Ops that hand values on, each to where it goes.
_ARRANGES = frozenset({
    "Identity", "IdentityN", "Reshape", "Transpose", "ExpandDims", "Squeeze", "StridedSlice", "Slice", "ConcatV2",
    "Concat", "Pack", "Unpack", "Split", "SplitV", "Reverse", "ReverseV2", "Tile", "StopGradient", "Pad", "PadV2",
    "MirrorPad", "ResizeBilinear", "ResizeBicubic", "ResizeNearestNeighbor", "ResizeArea", "PlaceholderWithDefault",
    "BroadcastTo", "CheckNumerics", "Enter", "Switch", "Merge", "SpaceToBatchND", "BatchToSpaceND",
})  # fmt: skip
#: What ops that are not defined everywhere need of their argument.
_DOMAINS: Mapping[str, Demand] = MappingProxyType({
    "Sqrt": _FROM_ZERO, "Rsqrt": _POSITIVE, "Log1p": _FROM_ZERO, "Lgamma": _POSITIVE, "Digamma": _POSITIVE,
    "Asin": _SIGNED, "Acos": _SIGNED, "Erfinv": Demand("range", -0.98, 0.98), "Atanh": Demand("range", -0.98, 0.98),
    "Acosh": Demand("range", 1.0, 4.0), "Ndtri": _OPEN_UNIT, "Reciprocal": _POSITIVE, "Inv": _POSITIVE,
})  # fmt: skip
#: What ops give, where an input is the output of one.
_GIVEN: Mapping[str, Demand] = MappingProxyType({
    "Softmax": PROBABILITIES, "OneHot": ONE_HOT, "Sigmoid": UNIT, "Tanh": _SIGNED, "Softsign": _SIGNED,
    "Sin": _SIGNED, "Cos": _SIGNED, "Relu": _FROM_ZERO, "Relu6": _FROM_ZERO, "Abs": _FROM_ZERO, "Square": _FROM_ZERO,
    "Softplus": _POSITIVE, "Exp": _POSITIVE, "Sqrt": _FROM_ZERO, "L2Loss": _FROM_ZERO,
})  # fmt: skip
_LOGICAL = frozenset({
    "Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalOr", "LogicalNot",
})  # fmt: skip
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
    if node.op == "Cast" and node.inputs:
        return MASK if graph.producer(node.inputs[0]).op in _LOGICAL else None
    return _GIVEN.get(node.op)


def _both(ranges: list[Demand]) -> Demand:
    """What all ranges allow; the first where they exclude each other."""
    low, high = max(each.low for each in ranges), min(each.high for each in ranges)
    return Demand("range", low, high) if low < high else ranges[0]


def _demanded(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    if value.summed:
        return MASK if node.op in ("RealDiv", "Div", "DivNoNan") and use.position == 1 else None
    rule = _RULES.get(node.op)
    if rule is not None:
        return rule(graph, node, use, value)
    if node.op in _DOMAINS:
        return _before(_DOMAINS[node.op], value)
    return None


def _logarithm(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    """A share of one, or, where one minus it is taken, what lies between; else what is above zero."""
    if value.scale < 0:
        return _before(_OPEN_UNIT, replace(value, scale=-value.scale, offset=0.0))
    if value.scale == 1 and 0 <= value.offset < 0.1:
        return PROBABILITIES
    return _before(_POSITIVE, value)


def _cast(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    return MASK if node.dtype("DstT") == "bool" and (value.scale, value.offset) == (1, 0) else None


def _argmax(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    return ONE_HOT if use.position == 0 and (value.scale, value.offset) == (1, 0) else None


def _cross_entropy(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    return PROBABILITIES if use.position == 1 else None


def _power(graph: Graph, node: Node, use: Use, value: _Value) -> Demand | None:
    exponent = constant(graph, node.inputs[1]) if use.position == 0 else None
    whole = exponent is None or bool(np.all(np.mod(exponent, 1) == 0))
    return None if whole else _before(_POSITIVE, value)


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
    gates = node.op == "Mul" and (value.scale, value.offset) == (1, 0)
    return MASK if gates and constant(graph, node.inputs[1 - use.position]) is None else None


_RULES: Mapping[str, Callable[[Graph, Node, Use, _Value], Demand | None]] = MappingProxyType({
    "Log": _logarithm, "Cast": _cast, "ArgMax": _argmax, "SoftmaxCrossEntropyWithLogits": _cross_entropy,
    "Pow": _power, **dict.fromkeys(("Add", "AddV2", "Sub", "Mul", "RealDiv", "Div", "BiasAdd"), _affine),
})  # fmt: skip


def _before(demand: Demand, value: _Value) -> Demand | None:
    """The input's range where that of an affine function of it is known."""
    if value.scale == 0:
        return None
    ends = sorted((end - value.offset) / value.scale for end in (demand.low, demand.high))
    return Demand(demand.kind, *ends)


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
    if node.op == "Sum" and use.position == 0:
        yield replace(value, ref=TensorRef(node.name), summed=True)
    elif value.summed:
        if node.op in ("Maximum", "Add", "AddV2", "Identity", "Reshape", "ExpandDims", "Squeeze", "Cast"):
            yield replace(value, ref=TensorRef(node.name))
    elif node.op == "Cast":
        yield from [] if node.dtype("DstT") == "bool" else [replace(value, ref=TensorRef(node.name))]
    elif node.op in _ARRANGES and _is_data(node, use):
        count = max(node.integer("num"), node.integer("num_split"), 2 if node.op == "Switch" else 1)
        yield from (replace(value, ref=TensorRef(node.name, index)) for index in range(count))
    elif node.op in _ARITHMETIC:
        after = _after(graph, node, use, value)
        yield from [] if after is None else [after]


def _is_data(node: Node, use: Use) -> bool:
    if node.op in ("Concat", "Split"):
        return use.position > 0
    return node.op in ("Pack", "ConcatV2", "IdentityN", "Merge") or use.position == 0


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
_ARITHMETIC: Mapping[str, _Apply] = MappingProxyType({
    **dict.fromkeys(("Add", "AddV2", "BiasAdd"), lambda value, other, _: (value.scale, value.offset + other)),
    **dict.fromkeys(("RealDiv", "Div"), _quotient),
    "Mul": lambda value, other, _: (value.scale * other, value.offset * other),
    "Sub": lambda value, other, position: (
        (value.scale, value.offset - other) if position == 0 else (-value.scale, other - value.offset)
    ),
})  # fmt: skip
